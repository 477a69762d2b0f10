import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { Callback, Logs } from '../callbacks/callback.ts';
import { EarlyStopping, type EarlyStoppingOptions } from '../callbacks/early-stopping.ts';
import { checkCount } from '../checks.ts';
import { SimilarityError } from '../errors.ts';
import { XBM, type MetricLoss } from '../losses/index.ts';
import type { Examples } from '../samplers/examples.ts';
import type { Sampler } from '../samplers/sampler.ts';
import { fitLoop, type TrainingOptions } from '../training/fit-loop.ts';
import type { History } from '../training/history.ts';
import { layerVariables, trainableVariables, withRegularization } from '../training/layers-model.ts';
import type { Step } from '../training/train-step.ts';
import type { Backbone } from './backbone.ts';
import { compiledFrom, indexDistance, type Compiled, type CompileOptions } from './compile-options.ts';
import { EmbeddingNetwork, PREDICTION_BATCH } from './embedding-network.ts';
import { evaluateLoss } from './evaluate-loss.ts';
import { checkExamples } from './example-rows.ts';
import { checkFitData, samplerFor, type ExamplesToFit, type LabelledExamples } from './fit-data.ts';
import { IndexedModel } from './indexed-model.ts';
import { readSavedModel, writeSavedModel } from './saved-similarity-model.ts';

/** What a similarity model is made of. */
export type SimilarityModelOptions = {
  /**
   * A model that is never trained: its features are what the layers work on. A graph model, or a layers model. It stays the
   * caller's to dispose of, and is not saved with the model.
   */
  readonly backbone?: Backbone;
} & (
  | {
      /** The input of the layers, from `tfl.input`. */
      readonly inputs: tfl.SymbolicTensor;
      /** The embeddings [examples, dimensions]: the output of a {@link MetricEmbedding}, as a rule. */
      readonly outputs: tfl.SymbolicTensor;
      readonly name?: string;
    }
  | {
      /** Layers that exist already, of one input and one output [examples, dimensions]. The similarity model takes them over. */
      readonly model: tfl.LayersModel;
    }
);

/** What can be set of the training of a similarity model. */
export interface FitOptions extends TrainingOptions<SimilarityModel> {
  /**
   * Ends the training where it makes no progress any more, after all other callbacks have said what they saw. It goes by
   * `val_loss`, or by `loss` where there is no validation data, unless it is told otherwise.
   */
  readonly earlyStopping?: EarlyStoppingOptions;
  /** After each epoch the loss on it becomes `val_loss`, and each metric `val_…`. A sampler is asked for an epoch of its batches. */
  readonly validationData?: Sampler | LabelledExamples;
  /** Of validation data that is no sampler: a loss compares the examples of one batch. Default 128. */
  readonly validationBatchSize?: number;
}

export interface SaveModelOptions {
  /** Whether the index is saved too, where there is one. Default true. */
  readonly saveIndex?: boolean;
}

/**
 * A model that maps what is alike to embeddings that lie near each other, and finds what is alike in an index of them.
 *
 * `compile` says what it is trained with and makes the index, `fit` trains it, `index` adds examples, `lookup` finds those most
 * like a query, and `match` names its class once `calibrate` has found how near is near enough.
 */
export class SimilarityModel extends IndexedModel {
  readonly #network: EmbeddingNetwork;
  #compiled: Compiled | undefined;
  #disposed = false;

  /**
   * @throws SimilarityError WRONG_LENGTH for several inputs or outputs, WRONG_RANK where the output is no matrix [examples,
   *   dimensions]
   */
  constructor(options: SimilarityModelOptions) {
    super();
    const { backbone, ...layers } = options;
    this.#network = new EmbeddingNetwork('model' in layers ? layers.model : tfl.model(layers), backbone);
  }

  /** The trained layers, without the backbone. */
  get layers(): tfl.LayersModel {
    return this.#network.layers;
  }

  override get dimensions(): number {
    return this.#network.dimensions;
  }

  /** Shape of one example; null for a length that is free. */
  get exampleShape(): readonly (number | null)[] {
    return this.#network.exampleShape;
  }

  /** Everything that training changes, moving averages too. */
  get variables(): readonly tf.Variable[] {
    return layerVariables(this.layers);
  }

  /** What the model is trained with. @throws SimilarityError NOT_COMPILED where there is none */
  get loss(): MetricLoss {
    return this.#trainable().loss;
  }

  /**
   * Says what the model is trained with, and gives it an empty index.
   *
   * @throws SimilarityError UNKNOWN_NAME, OUT_OF_RANGE or DISPOSED
   */
  compile(options: CompileOptions = {}): void {
    this.checkUsable();
    const compiled = compiledFrom(options);
    try {
      this.createIndex({ ...options, distance: indexDistance(options, compiled.loss) });
    } catch (error) {
      compiled.dispose();
      throw error;
    }
    this.#compiled?.dispose();
    this.#compiled = compiled;
  }

  /**
   * Trains the model.
   *
   * @param data a sampler, whose batches may have several views, or examples, of which balanced batches are made
   * @returns the mean loss of each epoch, each metric, the same of the validation data (`val_…`), and what callbacks add
   * @throws SimilarityError NOT_COMPILED; DIVERGED where the loss is no finite number any more; WRONG_SHAPE, WRONG_LENGTH,
   *   EMPTY, NOT_FINITE, NOT_AN_INTEGER, OUT_OF_RANGE or NO_POSITIVE_PAIR for the data; the reason of the signal
   */
  async fit(data: Sampler | ExamplesToFit, options: FitOptions = {}): Promise<History> {
    this.checkUsable();
    const { optimizer, loss, metrics } = this.#trainable();
    const { validationData, validationBatchSize, earlyStopping, callbacks = [], ...loop } = options;
    const monitor = validationData === undefined ? 'loss' : 'val_loss';
    const stopping = earlyStopping && new EarlyStopping({ monitor, ...earlyStopping });
    if (validationData !== undefined) await checkFitData(this.#network, validationData);
    const validate = validationData && (() => this.evaluate(validationData, validationBatchSize));
    const { sampler, givesFeatures, owned } = await samplerFor(this.#network, data, {
      needsPairs: !(loss instanceof XBM),
    });
    const network = this.#network;
    const step: Step = ({ views, labels }) => {
      const embeddings = network.embedInTraining(views[0] as tf.Tensor);
      const classes = tf.tensor1d(labels, 'int32');
      metrics.update(classes, embeddings);
      return withRegularization(loss.batchLoss(classes, embeddings), network.layers);
    };
    try {
      return await fitLoop<SimilarityModel>({
        ...loop,
        callbacks: [{ onEpochBegin: () => metrics.reset() }, ...callbacks, ...(stopping ? [stopping] : [])],
        epochLogs: () => metrics.results(),
        model: this,
        sampler,
        optimizer,
        variables: trainableVariables(network.layers),
        step,
        validate,
        ...(!givesFeatures && { prepare: (batch) => network.prepare(batch) }),
      });
    } catch (error) {
      // A memory of embeddings that are none would let every later training diverge too.
      if (error instanceof SimilarityError && error.code === 'DIVERGED') loss.dispose();
      throw error;
    } finally {
      if (owned) sampler.dispose();
    }
  }

  /**
   * The loss on examples that the model is not trained on, as it is in use. A loss compares the examples of one batch, so that
   * it depends on the batches: those of examples in memory are of `batchSize`, in a random order that is the same each time. In
   * the middle of an epoch of training, the metrics of that epoch begin anew.
   *
   * @param data a sampler, whose epoch is gone through once, or examples
   * @returns `loss` and each metric
   * @throws SimilarityError NOT_COMPILED, WRONG_SHAPE, WRONG_LENGTH, EMPTY, NOT_FINITE, NOT_AN_INTEGER or OUT_OF_RANGE
   */
  async evaluate(data: Sampler | LabelledExamples, batchSize = PREDICTION_BATCH): Promise<Logs> {
    this.checkUsable();
    return await evaluateLoss(this.#network, this.#trainable(), data, checkCount('batchSize', batchSize));
  }

  /**
   * The embeddings of examples.
   *
   * @param x [n, …]
   * @param options.batchSize how many go through the model at once. Default 128
   * @returns [n, dimensions], the caller's to dispose of
   * @throws SimilarityError WRONG_SHAPE, EMPTY, NOT_FINITE or DISPOSED
   */
  async predict(
    x: Examples,
    { batchSize = PREDICTION_BATCH }: { readonly batchSize?: number } = {},
  ): Promise<tf.Tensor2D> {
    const embeddings = await this.embed('x', x, checkCount('batchSize', batchSize));
    return tf.tensor2d(embeddings, [embeddings.length / this.dimensions, this.dimensions]);
  }

  protected override async embed(argument: string, x: Examples, batchSize = PREDICTION_BATCH): Promise<Float32Array> {
    this.checkUsable();
    await checkExamples(argument, x, this.exampleShape);
    return await this.#network.embed(x, batchSize);
  }

  /**
   * Writes the model into a folder, which is made where it is not there: its layers and their weights, what it was compiled with,
   * and its index. What was saved there before is replaced once the new one is whole. What an optimizer remembers of past
   * steps is not saved, and neither is a backbone.
   *
   * @throws SimilarityError DISPOSED, WRONG_SHAPE where the data of an indexed example cannot be written, or FILE_DAMAGED where a
   *   file has the folder's name
   */
  async saveModel(folder: string, { saveIndex = true }: SaveModelOptions = {}): Promise<void> {
    this.checkUsable();
    await writeSavedModel(folder, {
      network: this.#network,
      compiled: this.#compiled,
      indexStats: this.hasIndex ? this.indexSummary() : undefined,
      writeIndex: saveIndex && this.hasIndex ? (path) => this.writeIndex(path) : undefined,
    });
  }

  /**
   * Reads what {@link saveModel} wrote. A loss or an optimizer of the program's own cannot be read: such a model is to be compiled
   * again before it is trained; its index is there all the same.
   *
   * @param options.backbone the one that the model was made with, where it was made with one
   * @throws SimilarityError FILE_MISSING, FILE_DAMAGED, or EMPTY where the backbone is missing
   */
  static async loadModel(folder: string, options: { readonly backbone?: Backbone } = {}): Promise<SimilarityModel> {
    const { layers, compiled, hasBackbone, indexOptions, indexPath } = await readSavedModel(folder);
    const discard = (): void => {
      layers.dispose();
      compiled?.dispose();
    };
    if (hasBackbone && options.backbone === undefined) {
      discard();
      throw new SimilarityError('EMPTY', 'backbone', { expected: 'the model was made with one, and needs it again' });
    }
    try {
      const model = new SimilarityModel({ ...options, model: layers });
      model.#compiled = compiled;
      if (indexPath !== undefined) await model.readIndex(indexPath);
      else if (indexOptions !== undefined) model.createIndex(indexOptions);
      return model;
    } catch (error) {
      discard();
      throw error;
    }
  }

  /** Gives back what the model keeps: its layers, its index, and an optimizer that was named. Not the backbone. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.closeIndex();
    this.#compiled?.dispose();
    this.layers.dispose();
  }

  #trainable(): Compiled & { readonly loss: MetricLoss } {
    const compiled = this.#compiled;
    if (compiled?.loss !== undefined) return { ...compiled, loss: compiled.loss };
    throw new SimilarityError('NOT_COMPILED', 'model', { expected: 'compile with a loss before training' });
  }

  protected override checkUsable(): void {
    if (this.#disposed) throw new SimilarityError('DISPOSED', 'model', { expected: 'make another one' });
  }
}

/** A callback of a similarity model's training. */
export type SimilarityCallback = Callback<SimilarityModel>;
