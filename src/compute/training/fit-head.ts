import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import {
  l2Normalize,
  metricEmbedding,
  MultiShotMemorySampler,
  SimilarityModel,
  type SimilarityCallback,
} from '../../similarity/index.ts';
import type { HeadTask, HeadWeights, HeldOutLoss, ProjectTask, StepDone, TrainedHead } from './head.ts';
import { TowardsStart } from './towards-start.ts';

/**
 * Trains a head on the backend in use. With examples held out it ends when their loss no longer falls, and gives the head of the
 * best look; that is the start where training made nothing better.
 * @throws SimilarityError where the task cannot be done as it is; the reason of `signal`
 */
export async function fitHead(
  task: HeadTask,
  signal: AbortSignal,
  onStep: (done: StepDone) => void,
): Promise<TrainedHead> {
  const { steps, heldOut, loss = 'multisim_loss', optimizer = 'adam', learningRate } = task;
  const { model, dispose } = headModel(task);
  const every = Math.min(steps, heldOut?.every ?? steps);
  const sampler = samplerOf(task, every);
  try {
    model.compile({ loss, optimizer, ...(learningRate !== undefined && { learningRate }) });
    const watched = heldOut && new HeldOutWatch(model, task, heldOut.patience);
    await watched?.look(0, model);
    const losses: number[] = [];
    await model.fit(sampler, {
      epochs: Math.floor(steps / every),
      signal,
      onProgress: ({ epoch, step, logs }) => {
        const stepLoss = logs['loss'] ?? Number.NaN;
        losses.push(stepLoss);
        onStep({ step: epoch * every + step, steps, loss: stepLoss, heldOutLoss: watched?.last ?? null });
      },
      callbacks: watched ? [watched.callback(every)] : [],
    });
    return {
      weights: watched?.best ?? (await weightsOf(model, task)),
      losses,
      heldOutLosses: watched?.losses ?? [],
    };
  } finally {
    sampler.dispose();
    dispose();
  }
}

function samplerOf(task: HeadTask, stepsPerEpoch: number): MultiShotMemorySampler {
  const { features, featureSize, labels, classesPerBatch, examplesPerClassPerBatch, seed = 1 } = task;
  const x = tf.tensor2d(features, [features.length / featureSize, featureSize]);
  try {
    return new MultiShotMemorySampler({
      x,
      y: labels,
      classesPerBatch,
      examplesPerClassPerBatch,
      stepsPerEpoch,
      seed,
    });
  } finally {
    x.dispose();
  }
}

/** Keeps the head of the best look at what was held out. */
class HeldOutWatch {
  readonly losses: HeldOutLoss[] = [];
  best: HeadWeights | null = null;
  readonly #model: SimilarityModel;
  readonly #task: HeadTask;
  readonly #patience: number;
  #lowest = Number.POSITIVE_INFINITY;
  #since = 0;

  constructor(model: SimilarityModel, task: HeadTask, patience: number) {
    this.#model = model;
    this.#task = task;
    this.#patience = patience;
  }

  get last(): number | null {
    return this.losses.at(-1)?.loss ?? null;
  }

  callback(every: number): SimilarityCallback {
    return {
      onEpochEnd: async (epoch, _logs, training) => {
        await this.look((epoch + 1) * every, training.model);
        if (this.#since > this.#patience) training.stop();
      },
    };
  }

  async look(step: number, model: SimilarityModel): Promise<void> {
    const { heldOut, featureSize } = this.#task;
    if (heldOut === undefined) return;
    const x = tf.tensor2d(heldOut.features, [heldOut.labels.length, featureSize]);
    // all in one batch, so that each is compared with all others
    const logs = await model.evaluate({ x, y: heldOut.labels }, heldOut.labels.length).finally(() => x.dispose());
    const loss = logs['loss'] ?? Number.NaN;
    this.losses.push({ step, loss });
    if (loss < this.#lowest) {
      this.#lowest = loss;
      this.#since = 0;
      this.best = await weightsOf(this.#model, this.#task);
    } else {
      this.#since++;
    }
  }
}

async function weightsOf(model: SimilarityModel, { start, dimensions }: HeadTask): Promise<HeadWeights> {
  const [kernel, bias] = await Promise.all(model.variables.map((variable) => variable.data<'float32'>()));
  if (kernel === undefined) throw new Error(`a head of ${dimensions} values has no weights`);
  return { kernel: kernel.slice(), bias: start.bias === null ? null : (bias?.slice() ?? null) };
}

function headModel({ featureSize, dimensions, start, towardsStart = 0 }: HeadTask): {
  model: SimilarityModel;
  dispose: () => void;
} {
  const kernel = tf.tensor2d(start.kernel, [featureSize, dimensions]);
  const penalty = towardsStart > 0 ? new TowardsStart(kernel, towardsStart) : null;
  const inputs = tfl.input({ shape: [featureSize] });
  const layer = metricEmbedding({
    units: dimensions,
    useBias: start.bias !== null,
    ...(penalty && { kernelRegularizer: penalty }),
  });
  const outputs = layer.apply(inputs) as tfl.SymbolicTensor;
  const weights = start.bias === null ? [kernel] : [kernel, tf.tensor1d(start.bias)];
  layer.setWeights(weights);
  tf.dispose(weights);
  const model = new SimilarityModel({ inputs, outputs });
  const dispose = (): void => {
    model.dispose();
    penalty?.dispose();
  };
  return { model, dispose };
}

/** Rows that go through the matrix at once: 16 MB of features of 1,000 values. */
const ROWS_AT_ONCE = 4_096;

/** The product of many rows with the weights, on the backend in use. @returns n × `dimensions` */
export async function projectOnBackend(task: ProjectTask): Promise<Float32Array<ArrayBuffer>> {
  const { rows, featureSize, dimensions, weights, normalise } = task;
  const count = rows.length / featureSize;
  const projected = new Float32Array(count * dimensions);
  const kernel = tf.tensor2d(weights.kernel, [featureSize, dimensions]);
  const bias = weights.bias === null ? null : tf.tensor1d(weights.bias);
  try {
    for (let first = 0; first < count; first += ROWS_AT_ONCE) {
      const some = Math.min(ROWS_AT_ONCE, count - first);
      const product = tf.tidy(() => {
        const part = tf.tensor2d(rows.subarray(first * featureSize, (first + some) * featureSize), [some, featureSize]);
        const plain = tf.matMul<tf.Tensor2D>(part, kernel);
        const moved = bias === null ? plain : tf.add<tf.Tensor2D>(plain, bias);
        return normalise ? l2Normalize(moved) : moved;
      });
      projected.set(await product.data<'float32'>(), first * dimensions);
      product.dispose();
    }
    return projected;
  } finally {
    tf.dispose([kernel, ...(bias === null ? [] : [bias])]);
  }
}
