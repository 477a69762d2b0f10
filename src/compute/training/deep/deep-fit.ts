/** A deep teaching on the backend in use: pictures are prepared once, then the last blocks and the head are trained. */
import * as tf from '@tensorflow/tfjs-core';
import { createRandom, getLoss, type MetricLoss, type Random } from '../../../similarity/index.ts';
import type { StepDone } from '../head.ts';
import { DeepModel, type DeepWeights } from './deep-model.ts';
import type { DeepEstimate, DeepPictures, DeepResult, DeepTask } from './deep-task.ts';
import { FrozenPart, type Activation } from './frozen-part.ts';
import { withWeights } from './onnx-graph.ts';
import { splitGraph, type SplitGraph } from './split-graph.ts';
import { viewsOf } from './views.ts';

interface Prepared {
  readonly label: number;
  /** What crosses the cut, of each view; the first is the picture itself. */
  readonly views: readonly (readonly Activation[])[];
}

/** Steps whose time is measured, after one in which a GPU compiles its programs. */
const MEASURED_STEPS = 3;

/** Held-out pictures whose vectors are made at once. */
const LOOKED_AT_ONCE = 32;

/** The loss is no number any more: a smaller learning rate may do. */
class DivergedError extends Error {}

export class DeepFit {
  readonly #task: DeepTask;
  readonly #split: SplitGraph;
  readonly #frozen: FrozenPart;
  readonly #model: DeepModel;
  readonly #loss: MetricLoss;
  readonly #random: Random;
  readonly #taught: Prepared[] = [];
  readonly #heldOut: Prepared[] = [];
  #preparing = { seconds: 0, views: 0 };

  private constructor(task: DeepTask, split: SplitGraph, frozen: FrozenPart) {
    this.#task = task;
    this.#split = split;
    this.#frozen = frozen;
    this.#model = new DeepModel(split, task);
    this.#loss = getLoss(task.loss ?? 'multisim_loss');
    this.#random = createRandom(task.seed);
  }

  /** @throws RangeError where the encoder is not of the built-in's structure; SimilarityError UNKNOWN_NAME */
  static async open(task: DeepTask): Promise<DeepFit> {
    const split = splitGraph(task.encoder, task.blocks);
    return new DeepFit(task, split, await FrozenPart.open(split));
  }

  /** Computes what crosses the cut, of every view of some pictures. */
  async add({ pixels, labels, heldOut }: DeepPictures): Promise<void> {
    const { side, views } = this.#task;
    const size = side * side * 3;
    const started = performance.now();
    for (const [i, label] of labels.entries()) {
      const isHeldOut = heldOut[i] === 1;
      const picture = pixels.subarray(i * size, (i + 1) * size);
      const seed = Math.floor(this.#random.next() * 2 ** 32);
      const drawn = viewsOf(picture, side, isHeldOut ? 1 : views, seed);
      const prepared = { label, views: await this.#frozen.activations(drawn, side) };
      this.#preparing.views += prepared.views.length;
      (isHeldOut ? this.#heldOut : this.#taught).push(prepared);
    }
    this.#preparing.seconds += (performance.now() - started) / 1000;
  }

  /** Measures on the pictures added so far; changes no weight. @throws RangeError where there are none */
  async estimate(): Promise<DeepEstimate> {
    const random = createRandom(this.#task.seed);
    let started = 0;
    for (let step = 0; step <= MEASURED_STEPS; step++) {
      if (step === 1) started = performance.now();
      const { value, grads } = this.#gradients(this.#drawBatch(random));
      // the weights' own kind of waiting: a GPU has computed nothing before it is asked
      await Promise.all([value, ...Object.values(grads)].map((tensor) => tensor.data()));
      tf.dispose([value, grads]);
    }
    const secondsPerStep = (performance.now() - started) / 1000 / MEASURED_STEPS;
    return { secondsPerStep, secondsPerView: this.#preparing.seconds / Math.max(1, this.#preparing.views) };
  }

  /** The features of the pictures themselves, taught ones first, as the model makes them now: n × the encoder's size. */
  async features(): Promise<Float32Array[]> {
    const rows: Float32Array[] = [];
    for (const { views } of [...this.#taught, ...this.#heldOut]) {
      const features = tf.tidy(() => this.#model.encoder.features(this.#stack([views[0] ?? []])));
      rows.push(await features.data<'float32'>());
      features.dispose();
    }
    return rows;
  }

  /**
   * @param turn asked before each step: resolves when it may be done, rejects to end the training
   * @throws DivergedError; RangeError where fewer than two classes have pictures; what `turn` rejects with
   */
  async train(turn: () => Promise<void>, onStep: (done: StepDone) => void): Promise<DeepResult> {
    const { steps, learningRate, heldOut } = this.#task;
    const optimizers = [
      { optimizer: tf.train.adam(learningRate.encoder), variables: this.#model.encoderVariables },
      { optimizer: tf.train.adam(learningRate.head), variables: this.#model.headVariables },
    ];
    const losses: number[] = [];
    const watch = new BestLook(heldOut.patience);
    try {
      await this.#look(0, watch);
      for (let step = 1; step <= steps && !watch.isOver; step++) {
        await turn();
        const loss = await this.#step(optimizers, step);
        losses.push(loss);
        if (step % heldOut.every === 0) await this.#look(step, watch);
        onStep({ step, steps, loss, heldOutLoss: watch.losses.at(-1)?.loss ?? null });
      }
      const { encoder, head } = watch.best ?? (await this.#model.weights());
      return { encoder: this.#tuned(encoder), head, losses, heldOutLosses: watch.losses };
    } finally {
      for (const { optimizer } of optimizers) optimizer.dispose();
    }
  }

  #tuned(trained: DeepWeights['encoder']): Uint8Array {
    const { encoder, trainedShare } = this.#task;
    const between = ([name, to]: [string, Float32Array]): [string, Float32Array] => {
      const from = this.#split.weights.get(name)?.values ?? to;
      return [name, to.map((value, i) => (1 - trainedShare) * (from[i] ?? value) + trainedShare * value)];
    };
    return withWeights(encoder, new Map([...trained].map(between)));
  }

  async #step(
    optimizers: readonly { readonly optimizer: tf.AdamOptimizer; readonly variables: readonly tf.Variable[] }[],
    step: number,
  ): Promise<number> {
    const { value, grads } = this.#gradients(this.#drawBatch(this.#random));
    try {
      const [loss = Number.NaN] = await value.data();
      if (!Number.isFinite(loss)) throw new DivergedError(`the loss of step ${step} is ${loss}`);
      for (const { optimizer, variables } of optimizers) {
        optimizer.applyGradients(variables.map(({ name }) => ({ name, tensor: grads[name] ?? tf.zerosLike(value) })));
      }
      return loss;
    } finally {
      tf.dispose([value, grads]);
    }
  }

  #gradients(batch: readonly Prepared[]): { value: tf.Scalar; grads: tf.NamedTensorMap } {
    const variables = [...this.#model.encoderVariables, ...this.#model.headVariables];
    return tf.tidy(() => {
      // another view at each turn; made outside of what is differentiated
      const crossings = this.#stack(batch.map(({ views }) => views[this.#random.below(views.length)] ?? []));
      const labels = tf.tensor1d(
        batch.map(({ label }) => label),
        'int32',
      );
      return tf.variableGrads(
        () =>
          tf.add<tf.Scalar>(
            this.#loss.batchLoss(labels, this.#model.vectors(crossings)),
            this.#model.penalty(this.#task.towardsStart),
          ),
        variables,
      );
    });
  }

  /** Balanced: so many pictures of so many classes; those of a small class come twice, in other views. */
  #drawBatch(random: Random): Prepared[] {
    const { classesPerBatch, examplesPerClassPerBatch } = this.#task;
    const byClass = [...Map.groupBy(this.#taught, ({ label }) => label).values()];
    if (byClass.length < 2) throw new RangeError(`${byClass.length} classes to be told apart`);
    return random.sample(byClass, classesPerBatch).flatMap((members) => {
      const drawn = random.sample(members, examplesPerClassPerBatch);
      while (drawn.length < examplesPerClassPerBatch) drawn.push(members[random.below(members.length)] as Prepared);
      return drawn;
    });
  }

  /** What crosses the cut of several pictures, [n, h, w, c] each. */
  #stack(pictures: readonly (readonly Activation[])[]): tf.Tensor4D[] {
    return this.#split.crossings.map((_, i) => {
      const parts = pictures.map((activations) => activations[i] as Activation);
      const [height = 0, width = 0, channels = 0] = parts[0]?.shape ?? [];
      const size = height * width * channels;
      const values = new Float32Array(parts.length * size);
      for (const [at, part] of parts.entries()) values.set(part.values, at * size);
      return tf.tensor4d(values, [parts.length, height, width, channels]);
    });
  }

  /** The loss of what was held out: each is compared with all others. */
  async #look(step: number, watch: BestLook): Promise<void> {
    if (this.#heldOut.length === 0) return;
    const parts: tf.Tensor2D[] = [];
    for (let first = 0; first < this.#heldOut.length; first += LOOKED_AT_ONCE) {
      const some = this.#heldOut.slice(first, first + LOOKED_AT_ONCE);
      parts.push(tf.tidy(() => this.#model.vectors(this.#stack(some.map(({ views }) => views[0] ?? [])))));
    }
    const value = tf.tidy(() => {
      const labels = tf.tensor1d(
        this.#heldOut.map(({ label }) => label),
        'int32',
      );
      return this.#loss.validationLoss(labels, tf.concat(parts, 0));
    });
    const [loss = Number.NaN] = await value.data();
    tf.dispose([...parts, value]);
    if (watch.take(step, loss)) watch.best = await this.#model.weights();
  }

  async close(): Promise<void> {
    this.#model.dispose();
    this.#loss.dispose();
    await this.#frozen.close();
  }
}

/** Keeps the weights of the best look at what was held out, and says when looks no longer get better. */
class BestLook {
  readonly losses: { step: number; loss: number }[] = [];
  best: DeepWeights | null = null;
  readonly #patience: number;
  #lowest = Number.POSITIVE_INFINITY;
  #since = 0;

  constructor(patience: number) {
    this.#patience = patience;
  }

  get isOver(): boolean {
    return this.#since > this.#patience;
  }

  /** Whether it is the best so far. */
  take(step: number, loss: number): boolean {
    this.losses.push({ step, loss });
    this.#since = loss < this.#lowest ? 0 : this.#since + 1;
    this.#lowest = Math.min(this.#lowest, loss);
    return this.#since === 0;
  }
}
