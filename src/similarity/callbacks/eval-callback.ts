import type * as tf from '@tensorflow/tfjs-core';
import { checkCount, checkLabels, type Labels } from '../checks.ts';
import { makeClassificationMetric, type ClassificationMetric } from '../classification-metrics/index.ts';
import { getDistance, type Distance } from '../distances/index.ts';
import { Indexer } from '../indexer/index.ts';
import { makeClassificationMatcher, type ClassificationMatch } from '../matchers/index.ts';
import { getRetrievalMetric, type RetrievalMetric } from '../retrieval-metrics/index.ts';
import type { Examples } from '../samplers/examples.ts';
import type { Callback, Logs, TrainingHandle } from './callback.ts';
import { validationParts, type ValidationPart } from './split-validation.ts';

/** A model that gives embeddings. */
export interface Embedder {
  readonly dimensions: number;
  /** @returns [n, dimensions], the caller's to dispose of */
  predict(x: Examples): Promise<tf.Tensor2D>;
}

export interface EvalCallbackOptions {
  /** [n, …] examples that are looked up, copied; a tensor may be disposed of once the training has begun */
  readonly queries: Examples;
  /** [n] their class ids */
  readonly queryLabels: Labels;
  /** [m, …] examples that they are looked up among; a tensor has to be there until the training ends */
  readonly targets: Examples;
  /** [m] their class ids */
  readonly targetLabels: Labels;
  /** Default `cosine`. */
  readonly distance?: Distance | string;
  /** Of the matches. Default `['binary_accuracy']`. */
  readonly metrics?: readonly (ClassificationMetric | string)[];
  /** Of the neighbors. Default none. */
  readonly retrievalMetrics?: readonly (RetrievalMetric | string)[];
  /** How many neighbors a match is made of. Default 1. */
  readonly k?: number;
  /** `match_nearest` (default), `match_majority_vote`, or a matcher. */
  readonly matcher?: ClassificationMatch | string;
  /** How near a match has to be. Default: any. */
  readonly distanceThreshold?: number;
  /** Class ids that the model is trained on: queries of these and of other classes are reported apart. */
  readonly knownClasses?: Iterable<number>;
}

/**
 * Looks up queries after each epoch, and reports how good what they find is: each metric by its name, which ends with
 * `_known_classes` or `_unknown_classes` where the known classes are said. A part without any query has no column.
 *
 * It has an index of its own; that of the model stays as it is.
 */
export class EvalCallback implements Callback<Embedder> {
  readonly #options: EvalCallbackOptions;
  readonly #queryLabels: Int32Array;
  readonly #targetLabels: Int32Array;
  readonly #distance: Distance;
  readonly #metrics: readonly ClassificationMetric[];
  readonly #retrievalMetrics: readonly RetrievalMetric[];
  readonly #matcher: ClassificationMatch;
  readonly #k: number;
  #parts: Promise<ValidationPart[]> | undefined;

  /** @throws SimilarityError WRONG_LENGTH, NOT_AN_INTEGER, OUT_OF_RANGE or UNKNOWN_NAME */
  constructor(options: EvalCallbackOptions) {
    this.#options = options;
    this.#queryLabels = checkLabels('queryLabels', options.queryLabels, options.queries.shape[0]);
    this.#targetLabels = checkLabels('targetLabels', options.targetLabels, options.targets.shape[0]);
    this.#distance = getDistance(options.distance ?? 'cosine');
    this.#metrics = (options.metrics ?? ['binary_accuracy']).map((metric) => makeClassificationMetric(metric));
    this.#retrievalMetrics = (options.retrievalMetrics ?? []).map((metric) => getRetrievalMetric(metric));
    this.#matcher = makeClassificationMatcher(options.matcher ?? 'match_nearest');
    this.#k = checkCount('k', options.k ?? 1, 1, this.#targetLabels.length);
  }

  async onTrainBegin(): Promise<void> {
    await this.#split();
  }

  async onEpochEnd(_epoch: number, _logs: Logs, { model }: TrainingHandle<Embedder>): Promise<Logs> {
    const index = new Indexer({ dimensions: model.dimensions, distance: this.#distance });
    index.batchAdd(await embeddingsOf(model, this.#options.targets), { labels: this.#targetLabels });
    const results: Record<string, number> = {};
    for (const { suffix, x, y } of await this.#split()) {
      const embeddings = await embeddingsOf(model, x);
      for (const [name, value] of Object.entries(this.#evaluate(index, embeddings, y))) results[name + suffix] = value;
    }
    return results;
  }

  #evaluate(index: Indexer, embeddings: Float32Array, labels: Int32Array): Logs {
    const results: Record<string, number> = {};
    if (this.#metrics.length > 0) {
      const anyDistance = this.#distance.largestIsNearest ? -Infinity : Infinity;
      const threshold = this.#options.distanceThreshold ?? anyDistance;
      const matching = { metrics: this.#metrics, matcher: this.#matcher, k: this.#k };
      const table = index.evaluateClassification(embeddings, labels, [threshold], matching);
      for (const { name } of this.#metrics) results[name] = table[name]?.[0] as number;
    }
    if (this.#retrievalMetrics.length === 0) return results;
    return { ...results, ...index.evaluateRetrieval(embeddings, labels, this.#retrievalMetrics) };
  }

  #split(): Promise<ValidationPart[]> {
    const { queries, knownClasses } = this.#options;
    this.#parts ??= validationParts(queries, this.#queryLabels, knownClasses);
    return this.#parts;
  }
}

/** @returns [n × dimensions] */
async function embeddingsOf(model: Embedder, examples: Examples): Promise<Float32Array> {
  const embeddings = await model.predict(examples);
  return await embeddings.data<'float32'>().finally(() => {
    embeddings.dispose();
  });
}
