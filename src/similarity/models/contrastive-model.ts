import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { setImmediate } from 'node:timers/promises';
import type { Callback, Logs } from '../callbacks/callback.ts';
import { checkCount, checkRange } from '../checks.ts';
import { getContrastiveLoss, type ContrastiveLoss } from '../contrastive-losses/index.ts';
import { SimilarityError } from '../errors.ts';
import type { Examples } from '../samplers/examples.ts';
import type { Batch, Sampler } from '../samplers/sampler.ts';
import { l2Normalize } from '../tensors/l2-normalize.ts';
import { fitLoop, type TrainingOptions } from '../training/fit-loop.ts';
import type { History } from '../training/history.ts';
import { layerVariables, trainableVariables } from '../training/layers-model.ts';
import { getOptimizer } from '../training/optimizers.ts';
import type { Step, Watch } from '../training/train-step.ts';
import {
  checkAlgorithm,
  forwardPass,
  needsPredictor,
  spreadOf,
  type ContrastiveAlgorithm,
  type ForwardPass,
} from './contrastive-model-algorithms.ts';
import { checkHead, viewsOf } from './contrastive-model-checks.ts';
import { Prototypes } from './contrastive-model-prototypes.ts';
import { readContrastiveModel, writeContrastiveModel, type ContrastiveCompilation } from './contrastive-model-saved.ts';
import { targetDecay, TargetNetwork } from './contrastive-model-target.ts';
import { EmbeddingNetwork, PREDICTION_BATCH } from './embedding-network.ts';
import { checkExamples } from './example-rows.ts';
import { IndexedModel, type IndexOptions } from './indexed-model.ts';

/** What a contrastive model is made of; it takes the models over. `createContrastiveModel` makes what is left out. */
export interface ContrastiveModelOptions {
  /** What is to be learnt: one input, one output [examples, features]. */
  readonly backbone: tfl.LayersModel;
  /** [examples, features] to [examples, dimensions]; of use in training alone. */
  readonly projector: tfl.LayersModel;
  /** [examples, dimensions] to as many, or for `swav` to [examples, prototypes]. The other methods neither use nor train it. */
  readonly predictor?: tfl.LayersModel | undefined;
  /** Default `simsiam`. */
  readonly algorithm?: ContrastiveAlgorithm;
}

/** What a contrastive model is trained and indexed with. */
export interface ContrastiveCompileOptions extends IndexOptions {
  /** As of a similarity model: a name, or an optimizer, which stays the caller's to dispose of. Default `rmsprop`. */
  readonly optimizer?: tf.Optimizer | string;
  /** Of an optimizer that is named; above 0. Default 0.001, and 0.01 for `sgd` and `momentum`. */
  readonly learningRate?: number;
  /** A loss, or the name of one. Default that of the algorithm. */
  readonly loss?: ContrastiveLoss | string;
  /** Of BYOL's target network in the first step, from 0 to 1; by the last step of `fit` it is 1. Default 0.996. */
  readonly targetDecay?: number;
}

/** What can be set of the training of a contrastive model. */
export interface ContrastiveFitOptions extends TrainingOptions<ContrastiveModel> {
  /** After each epoch what `evaluate` gives for an epoch of its batches becomes `val_loss`. */
  readonly validationData?: Sampler;
}

/**
 * A model that learns from examples without labels: what it makes of two views of an example is to be alike. Views are made by
 * an augmenter.
 *
 * `fit` trains backbone, projector and predictor together; `predict` and the index use the features of the backbone, which
 * serve better than projections for everything else than the training itself (Chen et al., section 4.2).
 */
export class ContrastiveModel extends IndexedModel {
  readonly backbone: tfl.LayersModel;
  readonly projector: tfl.LayersModel;
  readonly predictor: tfl.LayersModel | undefined;
  readonly algorithm: ContrastiveAlgorithm;
  readonly #network: EmbeddingNetwork;
  #target: TargetNetwork | undefined;
  #compiled: ContrastiveCompilation | undefined;
  #disposed = false;

  /**
   * @throws SimilarityError UNKNOWN_NAME for the algorithm, WRONG_RANK or WRONG_LENGTH for the backbone, WRONG_SHAPE where a part
   *   does not take what the one before gives, EMPTY where the predictor is missing
   */
  constructor({ backbone, projector, predictor, algorithm = 'simsiam' }: ContrastiveModelOptions) {
    super();
    this.#network = new EmbeddingNetwork(backbone, undefined);
    this.algorithm = checkAlgorithm(algorithm);
    const dimensions = checkHead('projector', projector, this.#network.dimensions);
    if (needsPredictor(algorithm)) {
      if (predictor === undefined) {
        throw new SimilarityError('EMPTY', 'predictor', { expected: `${algorithm} needs one` });
      }
      checkHead('predictor', predictor, dimensions, algorithm === 'swav' ? undefined : dimensions);
    }
    this.backbone = backbone;
    this.projector = projector;
    this.predictor = predictor;
  }

  /** Numbers of the features of one example. */
  override get dimensions(): number {
    return this.#network.dimensions;
  }

  /** Shape of one example; null for a length that is free. */
  get exampleShape(): readonly (number | null)[] {
    return this.#network.exampleShape;
  }

  /** Everything that training changes, moving averages too; BYOL's target network apart. */
  get variables(): readonly tf.Variable[] {
    return this.#trained.flatMap(layerVariables);
  }

  /** What the model is trained with. @throws SimilarityError NOT_COMPILED */
  get loss(): ContrastiveLoss {
    return this.#trainable().loss;
  }

  /**
   * Says what the model is trained with, and gives it an empty index.
   *
   * @throws SimilarityError UNKNOWN_NAME, OUT_OF_RANGE or DISPOSED
   */
  compile(options: ContrastiveCompileOptions = {}): void {
    this.checkUsable();
    const {
      optimizer = 'rmsprop',
      learningRate,
      loss = this.algorithm,
      targetDecay: decay = 0.996,
      ...index
    } = options;
    const settings = { loss: getContrastiveLoss(loss), targetDecay: checkRange('targetDecay', decay, 0, 1) };
    const made = getOptimizer(optimizer, learningRate);
    try {
      this.createIndex(index);
    } catch (error) {
      if (typeof optimizer === 'string') made.dispose();
      throw error;
    }
    this.#disposeCompiled();
    this.#compiled = { ...settings, optimizer: made, ownsOptimizer: typeof optimizer === 'string' };
  }

  /**
   * Trains the model.
   *
   * @param sampler its batches have two views, or one, which then is both; labels are not looked at
   * @returns for each epoch the mean `loss`; `projStd` and, with a predictor, `predStd`: how much the directions of projections
   *   and predictions vary over a batch, 0 where all have become the same; `contrastiveLoss` and `regularizationLoss` where layers
   *   have penalties; `val_loss`, and what callbacks add
   * @throws SimilarityError NOT_COMPILED, DIVERGED, WRONG_LENGTH (the number of views), WRONG_SHAPE, OUT_OF_RANGE or
   *   NOT_AN_INTEGER; the reason of the signal
   */
  async fit(sampler: Sampler, options: ContrastiveFitOptions = {}): Promise<History> {
    this.checkUsable();
    const { optimizer, loss } = this.#trainable();
    const { validationData, callbacks = [], ...loop } = options;
    const target = await this.#targetNetwork();
    const steps = (options.epochs ?? 1) * (options.stepsPerEpoch ?? sampler.stepsPerEpoch);
    const step: Step = ({ views }, watch) => {
      const pass = this.#forward(loss, views, true);
      watch('projStd', spreadOf(pass.projections));
      if (pass.predictions !== undefined) watch('predStd', spreadOf(pass.predictions));
      return this.#withPenalties(pass.loss, watch);
    };
    return await fitLoop<ContrastiveModel>({
      ...loop,
      model: this,
      sampler,
      optimizer,
      variables: this.#trained.flatMap(trainableVariables),
      step,
      prepare: (batch) => this.#prepare(batch, target, true),
      callbacks: [this.#afterEachStep(target, steps), ...callbacks],
      validate: validationData && (() => this.evaluate(validationData)),
    });
  }

  /**
   * The loss on an epoch of a sampler's batches, with the layers as they are in use.
   *
   * @returns `loss`, penalties of layers included
   * @throws SimilarityError NOT_COMPILED, WRONG_LENGTH or WRONG_SHAPE
   */
  async evaluate(sampler: Sampler): Promise<Logs> {
    this.checkUsable();
    const { loss } = this.#trainable();
    const target = await this.#targetNetwork();
    let sum = 0;
    let examples = 0;
    for (let step = 0; step < sampler.stepsPerEpoch; step++) {
      const batch = await sampler.nextBatch();
      const value = this.#lossOf(batch, loss, target);
      const [read] = await value.data().finally(() => value.dispose());
      sum += (read as number) * batch.labels.length;
      examples += batch.labels.length;
      await setImmediate();
    }
    return { loss: sum / examples };
  }

  /**
   * The backbone's features of examples.
   *
   * @param x [n, …]
   * @param options.batchSize how many go through the model at once. Default 128
   * @returns [n, features], the caller's to dispose of
   * @throws SimilarityError WRONG_SHAPE, EMPTY, NOT_FINITE or DISPOSED
   */
  async predict(
    x: Examples,
    { batchSize = PREDICTION_BATCH }: { readonly batchSize?: number } = {},
  ): Promise<tf.Tensor2D> {
    const features = await this.embed('x', x, checkCount('batchSize', batchSize));
    return tf.tensor2d(features, [features.length / this.dimensions, this.dimensions]);
  }

  /**
   * The projections of examples, each of length 1: what TensorFlow Similarity's `predict` gives.
   *
   * @returns [n, dimensions], the caller's to dispose of
   * @throws SimilarityError as {@link predict}
   */
  async project(x: Examples, options: { readonly batchSize?: number } = {}): Promise<tf.Tensor2D> {
    const features = await this.predict(x, options);
    try {
      return tf.tidy(() => l2Normalize(this.projector.predict(features) as tf.Tensor2D));
    } finally {
      features.dispose();
    }
  }

  protected override async embed(argument: string, x: Examples, batchSize = PREDICTION_BATCH): Promise<Float32Array> {
    this.checkUsable();
    await checkExamples(argument, x, this.exampleShape);
    return await this.#network.embed(x, batchSize);
  }

  /**
   * Writes the model into a folder, which is made where it is not there: its parts, BYOL's target network, what it was compiled
   * with, and its index. What an optimizer remembers of past steps is not saved.
   *
   * @param options.saveIndex whether the index is saved too, where there is one. Default true
   * @throws SimilarityError DISPOSED, WRONG_SHAPE where the data of an indexed example cannot be written, or FILE_DAMAGED where a
   *   file has the folder's name
   */
  async saveModel(folder: string, { saveIndex = true }: { readonly saveIndex?: boolean } = {}): Promise<void> {
    this.checkUsable();
    await writeContrastiveModel(folder, {
      parts: this,
      target: this.#target,
      compiled: this.#compiled,
      indexStats: this.hasIndex ? this.indexSummary() : undefined,
      writeIndex: saveIndex && this.hasIndex ? (path) => this.writeIndex(path) : undefined,
    });
  }

  /**
   * Reads what {@link saveModel} wrote. A model whose loss or optimizer was of the program's own is to be compiled again before it is
   * trained.
   *
   * @throws SimilarityError FILE_MISSING or FILE_DAMAGED
   */
  static async loadModel(folder: string): Promise<ContrastiveModel> {
    const { parts, target, compiled, indexOptions, indexPath } = await readContrastiveModel(folder);
    const model = new ContrastiveModel(parts);
    model.#target = target;
    model.#compiled = compiled;
    try {
      if (indexPath !== undefined) await model.readIndex(indexPath);
      else if (indexOptions !== undefined) model.createIndex(indexOptions);
      return model;
    } catch (error) {
      model.dispose();
      throw error;
    }
  }

  /** Gives back what the model keeps: its parts, its target network, its index, and an optimizer that was named. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.closeIndex();
    this.#disposeCompiled();
    this.#target?.dispose();
    this.predictor?.dispose();
    this.projector.dispose();
    this.backbone.dispose();
  }

  /** The parts that the method trains. */
  get #trained(): tfl.LayersModel[] {
    const heads = [this.projector, ...(needsPredictor(this.algorithm) && this.predictor ? [this.predictor] : [])];
    return [this.backbone, ...heads];
  }

  #forward(loss: ContrastiveLoss, views: readonly tf.Tensor[], training: boolean): ForwardPass {
    const through = (model: tfl.LayersModel, x: tf.Tensor): tf.Tensor2D => model.apply(x, { training }) as tf.Tensor2D;
    const network = {
      project: (view: tf.Tensor) => through(this.projector, through(this.backbone, view)),
      predict: (projection: tf.Tensor) => through(this.predictor as tfl.LayersModel, projection),
    };
    return forwardPass(this.algorithm, loss, network, views);
  }

  /** The loss with the penalties that layers ask for; where there are any, both parts are told. */
  #withPenalties(loss: tf.Scalar, watch?: Watch): tf.Scalar {
    const penalties = this.#trained.flatMap((model) => model.calculateLosses());
    if (penalties.length === 0) return loss;
    const regularization = tf.addN(penalties);
    watch?.('contrastiveLoss', loss);
    watch?.('regularizationLoss', regularization);
    return tf.add<tf.Scalar>(loss, regularization);
  }

  /** Two views, and the target's projections of both where there is one. */
  #prepare(batch: Batch, target: TargetNetwork | undefined, training: boolean): Batch {
    const views = tf.tidy(() => {
      const both = viewsOf(batch, this.exampleShape).map((view) => tf.cast(view, 'float32'));
      return [...both, ...(target ? both.map((view) => target.project(view, training)) : [])];
    });
    return { views, labels: batch.labels };
  }

  #lossOf(batch: Batch, loss: ContrastiveLoss, target: TargetNetwork | undefined): tf.Scalar {
    try {
      return tf.tidy(() => {
        const { views } = this.#prepare(batch, target, false);
        return this.#withPenalties(this.#forward(loss, views, false).loss);
      });
    } finally {
      tf.dispose([...batch.views]);
    }
  }

  /** What has to follow the optimizer: the target network, and prototypes that keep their length. */
  #afterEachStep(target: TargetNetwork | undefined, steps: number): Callback<ContrastiveModel> {
    const prototypes = this.#trained.flatMap(({ layers }) => layers).filter((layer) => layer instanceof Prototypes);
    const { targetDecay: base } = this.#trainable();
    return {
      onBatchEnd: (step) => {
        target?.follow(this, targetDecay(base, step / steps));
        for (const layer of prototypes) layer.normalize();
      },
    };
  }

  async #targetNetwork(): Promise<TargetNetwork | undefined> {
    if (this.algorithm === 'byol') this.#target ??= await TargetNetwork.following(this);
    return this.#target;
  }

  #trainable(): ContrastiveCompilation {
    if (this.#compiled !== undefined) return this.#compiled;
    throw new SimilarityError('NOT_COMPILED', 'model', { expected: 'compile before training' });
  }

  #disposeCompiled(): void {
    if (this.#compiled?.ownsOptimizer === true) this.#compiled.optimizer.dispose();
    this.#compiled = undefined;
  }

  protected override checkUsable(): void {
    if (this.#disposed) throw new SimilarityError('DISPOSED', 'model', { expected: 'make another one' });
  }
}

/** A callback of a contrastive model's training. */
export type ContrastiveCallback = Callback<ContrastiveModel>;
