import * as tf from '@tensorflow/tfjs-core';
import { join } from 'node:path';
import { checkLabels, unknownName, type Labels } from '../checks.ts';
import { makeClassificationMetric, type ClassificationMetric } from '../classification-metrics/index.ts';
import { isClassificationMetric } from '../classification-metrics/make-classification-metric.ts';
import { getDistance, type Distance } from '../distances/index.ts';
import { SimilarityError } from '../errors.ts';
import type { CalibrationResults } from '../evaluators/index.ts';
import {
  Indexer,
  type CalibrateOptions,
  type IndexerOptions,
  type IndexerStats,
  type MatchingOptions,
  type MatchOptions,
} from '../indexer/index.ts';
import type { Lookup } from '../lookup.ts';
import type { RetrievalMetric } from '../retrieval-metrics/index.ts';
import type { Examples } from '../samplers/examples.ts';

/** How an index is made. */
export type IndexOptions = Pick<IndexerOptions, 'search' | 'store' | 'evaluator' | 'statBufferSize'> & {
  /** Default `cosine`. */
  readonly distance?: Distance | string;
};

/** What is reported of the matches at each cutpoint. */
export interface ClassificationOptions extends MatchingOptions {
  /** Beside the metric that the index was calibrated by, where it has a name or was calibrated since. Default `['precision', 'recall']`. */
  readonly extraMetrics?: readonly (ClassificationMetric | string)[];
}

/** Where an index lies inside of a folder. */
export const INDEX_FOLDER = 'index';

/**
 * A model that gives embeddings, with an index of them: examples are added to it, of classes that the model was trained on and
 * of others alike, and those like a query are found in it.
 *
 * The index holds what the model made of the examples when they were added; a model that is trained on needs them again.
 */
export abstract class IndexedModel {
  #index: Indexer | undefined;
  #givenStore: IndexOptions['store'];
  #calibrationMetric: ClassificationMetric | undefined;

  /** Length of an embedding. */
  abstract readonly dimensions: number;

  /**
   * @param argument what the caller calls the examples
   * @returns [n × dimensions]
   */
  protected abstract embed(argument: string, examples: Examples): Promise<Float32Array>;

  /** @throws SimilarityError DISPOSED */
  protected abstract checkUsable(): void;

  /** Whether there is an index, empty or not. */
  protected get hasIndex(): boolean {
    return this.#index !== undefined;
  }

  /**
   * Gives the model an empty index in the place of the one that it has, whose files are closed.
   *
   * @throws SimilarityError UNKNOWN_NAME, OUT_OF_RANGE or WRONG_LENGTH
   */
  createIndex({ distance = 'cosine', ...options }: IndexOptions = {}): void {
    const index = new Indexer({ ...options, dimensions: this.dimensions, distance: getDistance(distance) });
    // Not where the new index has the same store.
    if (typeof options.store !== 'object' || options.store !== this.#givenStore) this.closeIndex();
    this.#index = index;
    this.#givenStore = options.store;
  }

  /**
   * Adds examples to the index.
   *
   * @param x [n, …]
   * @param y [n] class ids
   * @param data [n] what lookups are to give back: anything that JSON can say, and typed arrays
   * @returns their ids, counted from 0
   * @throws SimilarityError NOT_COMPILED, WRONG_SHAPE, WRONG_LENGTH, EMPTY, NOT_FINITE or NOT_AN_INTEGER
   */
  async index(x: Examples, y?: Labels, data?: readonly unknown[]): Promise<number[]> {
    const index = this.#created();
    const embeddings = await this.embed('x', x);
    const labels = y && this.#labels(y, embeddings);
    return index.batchAdd(embeddings, { ...(labels && { labels }), ...(data && { data }) });
  }

  /**
   * Adds one example to the index.
   *
   * @param x […]
   * @param y class id
   * @param data what lookups are to give back
   * @returns its id
   * @throws SimilarityError as {@link index}
   */
  async indexSingle(x: Examples, y?: number, data?: unknown): Promise<number> {
    const index = this.#created();
    if (y !== undefined) checkLabels('y', [y], 1);
    const embedding = await this.embed('x', await asBatch(x));
    return index.add(embedding, { ...(y !== undefined && { label: y }), data });
  }

  /**
   * The indexed examples that are most alike, nearest first.
   *
   * @param x [n, …]
   * @param k how many; all where fewer are indexed
   * @returns n lists
   * @throws SimilarityError NOT_COMPILED, NOT_INDEXED, WRONG_SHAPE, EMPTY, NOT_FINITE, OUT_OF_RANGE or NOT_AN_INTEGER
   */
  async lookup(x: Examples, k = 5): Promise<Lookup[][]> {
    const index = this.#filled();
    return index.batchLookup(await this.embed('x', x), k);
  }

  /**
   * The indexed examples that are most like one, nearest first.
   *
   * @param x […]
   * @param k how many; all where fewer are indexed
   * @throws SimilarityError as {@link lookup}
   */
  async singleLookup(x: Examples, k = 5): Promise<Lookup[]> {
    const index = this.#filled();
    return index.singleLookup(await this.embed('x', await asBatch(x)), k);
  }

  /**
   * Finds how near is near enough, with examples of known classes that are not indexed; {@link match} goes by it.
   *
   * @param x [n, …]
   * @param y [n] class ids
   * @throws SimilarityError NOT_COMPILED, NOT_INDEXED, WRONG_SHAPE, WRONG_LENGTH, EMPTY, NOT_FINITE, NOT_AN_INTEGER,
   *   UNKNOWN_NAME or OUT_OF_RANGE
   */
  async calibrate(x: Examples, y: Labels, options: CalibrateOptions = {}): Promise<CalibrationResults> {
    const index = this.#filled();
    const embeddings = await this.embed('x', x);
    const calibrationMetric = makeClassificationMetric(options.calibrationMetric ?? 'f1_score');
    const results = index.calibrate(embeddings, this.#labels(y, embeddings), { ...options, calibrationMetric });
    this.#calibrationMetric = calibrationMetric;
    return results;
  }

  /**
   * The class of each example, as far as what is indexed is near enough.
   *
   * @param x [n, …]
   * @param options.cutpoint which calibrated distance goes. Default `optimal`
   * @returns [n] class ids, `noMatchLabel` (default -1) where nothing is near enough
   * @throws SimilarityError NOT_CALIBRATED, UNKNOWN_NAME for another cutpoint, and as {@link lookup}
   */
  async match(
    x: Examples,
    { cutpoint = 'optimal', ...options }: MatchOptions & { readonly cutpoint?: string } = {},
  ): Promise<number[]> {
    const { cutpoints } = this.#calibrated();
    if (!Object.hasOwn(cutpoints, cutpoint)) throw unknownName('cutpoint', cutpoint, Object.keys(cutpoints));
    return (await this.matchAll(x, options))[cutpoint] as number[];
  }

  /**
   * As {@link match}, at every cutpoint.
   *
   * @returns the class ids by the cutpoint's name
   */
  async matchAll(x: Examples, options: MatchOptions = {}): Promise<Record<string, number[]>> {
    const index = this.#calibrated();
    return index.match(await this.embed('x', x), options);
  }

  /**
   * How good the neighbors are that examples of known classes find.
   *
   * @param x [n, …] not indexed themselves
   * @param y [n] class ids
   * @param metrics metrics, or names as `precision@1`
   * @returns each metric by its name
   * @throws SimilarityError as {@link calibrate}
   */
  async evaluateRetrieval(
    x: Examples,
    y: Labels,
    metrics: readonly (RetrievalMetric | string)[],
  ): Promise<Record<string, number>> {
    const index = this.#filled();
    const embeddings = await this.embed('x', x);
    return index.evaluateRetrieval(embeddings, this.#labels(y, embeddings), metrics);
  }

  /**
   * How good the matches of examples of known classes are.
   *
   * @param x [n, …] not indexed themselves, and not those that the index was calibrated with
   * @param y [n] class ids
   * @returns by the cutpoint's name: its `distance` and each metric
   * @throws SimilarityError NOT_CALIBRATED, and as {@link calibrate}
   */
  async evaluateClassification(
    x: Examples,
    y: Labels,
    { extraMetrics = ['precision', 'recall'], ...matching }: ClassificationOptions = {},
  ): Promise<Record<string, Record<string, number>>> {
    const index = this.#calibrated();
    const metrics = extraMetrics.map((metric) => makeClassificationMetric(metric));
    const calibrated = this.#calibratedBy(index);
    if (calibrated !== undefined && !metrics.some(({ name }) => name === calibrated.name)) metrics.push(calibrated);
    const embeddings = await this.embed('x', x);
    const labels = this.#labels(y, embeddings);
    const at = (distance: number): Record<string, number> => {
      const table = index.evaluateClassification(embeddings, labels, [distance], { ...matching, metrics });
      return Object.fromEntries(Object.entries(table).map(([name, values]) => [name, values[0] as number]));
    };
    return Object.fromEntries(Object.entries(index.cutpoints).map(([name, { distance }]) => [name, at(distance)]));
  }

  /** How many examples are indexed. */
  indexSize(): number {
    return this.#index?.size ?? 0;
  }

  /**
   * What is indexed, in the order of the ids: embedding, class and data of each.
   *
   * @param count how many, from the first one on; 0 for all. Default 0
   * @throws SimilarityError NOT_COMPILED, OUT_OF_RANGE or NOT_AN_INTEGER
   */
  toRows(count = 0): ReturnType<Indexer['toRows']> {
    return this.#created().toRows(count);
  }

  /** What the index is, and how long lookups take. @throws SimilarityError NOT_COMPILED */
  indexSummary(): IndexerStats {
    return this.#created().stats();
  }

  /** Everything out of the index, its calibration too. @throws SimilarityError NOT_COMPILED */
  resetIndex(): void {
    this.#created().reset();
  }

  /**
   * Writes the index into the folder `index` of a folder; both are made where they are not there.
   *
   * @throws SimilarityError NOT_COMPILED, or WRONG_SHAPE where the data of an example cannot be written
   */
  async saveIndex(folder: string): Promise<void> {
    await this.writeIndex(join(folder, INDEX_FOLDER));
  }

  /**
   * Reads what {@link saveIndex} wrote into the same folder, in the place of the index that the model has.
   *
   * @throws SimilarityError FILE_MISSING, FILE_DAMAGED, or WRONG_LENGTH where it is one of other embeddings
   */
  async loadIndex(folder: string): Promise<void> {
    await this.readIndex(join(folder, INDEX_FOLDER));
  }

  /** Writes the index into that very folder. */
  protected async writeIndex(path: string): Promise<void> {
    await this.#created().save(path);
  }

  /** Reads the index from that very folder. */
  protected async readIndex(path: string): Promise<void> {
    const index = await Indexer.load(path);
    if (index.dimensions !== this.dimensions) {
      index.close();
      const expected = `the model's embeddings have ${this.dimensions} dimensions`;
      throw new SimilarityError('WRONG_LENGTH', 'index', { expected, shape: [index.size, index.dimensions] });
    }
    this.closeIndex();
    this.#index = index;
  }

  /** The index is gone, its files closed. */
  protected closeIndex(): void {
    this.#index?.close();
    this.#index = undefined;
    this.#givenStore = undefined;
  }

  #labels(y: Labels, embeddings: Float32Array): Int32Array {
    return checkLabels('y', y, embeddings.length / this.dimensions);
  }

  #created(): Indexer {
    this.checkUsable();
    if (this.#index !== undefined) return this.#index;
    throw new SimilarityError('NOT_COMPILED', 'model', { expected: 'compile or createIndex gives it an index' });
  }

  #filled(): Indexer {
    const index = this.#created();
    if (index.size > 0) return index;
    throw new SimilarityError('NOT_INDEXED', 'model', { expected: 'index adds examples' });
  }

  /** An index that was loaded knows its metric by name alone, which one of the program's own does not have. */
  #calibratedBy({ calibrationMetric: name }: Indexer): ClassificationMetric | undefined {
    if (name === this.#calibrationMetric?.name) return this.#calibrationMetric;
    return name !== undefined && isClassificationMetric(name) ? makeClassificationMetric(name) : undefined;
  }

  #calibrated(): Indexer {
    const index = this.#filled();
    if (index.isCalibrated) return index;
    throw new SimilarityError('NOT_CALIBRATED', 'model', { expected: 'calibrate finds the distances to match by' });
  }
}

/** One example as a batch of it. */
async function asBatch(example: Examples): Promise<Examples> {
  const values = example instanceof tf.Tensor ? await example.data() : example.data;
  const data = values instanceof Int32Array ? values : Float32Array.from(values);
  return { data, shape: [1, ...example.shape] };
}
