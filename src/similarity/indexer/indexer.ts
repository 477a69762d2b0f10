import { checkCount, checkLabels, unknownName, type Labels } from '../checks.ts';
import { makeClassificationMetric } from '../classification-metrics/index.ts';
import { getDistance, type Distance } from '../distances/index.ts';
import { SimilarityError } from '../errors.ts';
import { MemoryEvaluator, type CalibrationResults, type Evaluator, type ThresholdTable } from '../evaluators/index.ts';
import { damaged } from '../files/saved.ts';
import { isWithin, tabulateLookups, type Lookup, type LookupTable } from '../lookup.ts';
import { makeClassificationMatcher } from '../matchers/index.ts';
import { getRetrievalMetric, type RetrievalMetric } from '../retrieval-metrics/index.ts';
import { makeSearch } from '../search/make-search.ts';
import type { Nearest, Search } from '../search/search.ts';
import { makeStore } from '../stores/make-store.ts';
import type { Store, StoredExample } from '../stores/store.ts';
import { LookupTimings } from './lookup-timings.ts';
import type {
  AddOptions,
  BatchAddOptions,
  CalibrateOptions,
  EvaluateClassificationOptions,
  IndexerOptions,
  IndexerStats,
  MatchOptions,
} from './indexer-options.ts';
import { readManifest, writeIndex, type Calibration } from './manifest.ts';
import { rowOf, rowsOf, type EmbeddingRow, type EmbeddingRows } from './rows.ts';

/**
 * Embeddings with what belongs to them, found again by their nearness; evaluated, and calibrated to say how near is near
 * enough.
 *
 * Embeddings are compared as they are given: nothing is normalized but what the cosine distance itself normalizes.
 */
export class Indexer {
  readonly dimensions: number;
  readonly distance: Distance;
  readonly #search: Search;
  readonly #store: Store;
  readonly #evaluator: Evaluator;
  readonly #statBufferSize: number;
  readonly #timings: LookupTimings;
  #calibration: Calibration | null = null;

  /** @throws SimilarityError UNKNOWN_NAME, OUT_OF_RANGE, NOT_AN_INTEGER or WRONG_LENGTH */
  constructor(options: IndexerOptions) {
    const { search = 'linear', store = 'memory', evaluator = 'memory', statBufferSize = 1000 } = options;
    this.dimensions = checkCount('dimensions', options.dimensions);
    this.#statBufferSize = checkCount('statBufferSize', statBufferSize);
    this.#timings = new LookupTimings(statBufferSize);
    this.#evaluator = typeof evaluator === 'string' ? makeEvaluator(evaluator) : evaluator;
    this.distance = getDistance(options.distance ?? (typeof search === 'string' ? 'cosine' : search.distance));
    this.#search = typeof search === 'string' ? makeSearch(search, this.dimensions, this.distance) : search;
    this.#checkSearch();
    this.#store = typeof store === 'string' ? makeStore(store) : store;
    this.#indexStored();
  }

  /** How many examples are indexed. */
  get size(): number {
    return this.#store.size;
  }

  /** Whether {@link match} can be asked. */
  get isCalibrated(): boolean {
    return this.#calibration !== null;
  }

  /** Of the last calibration, by name; none where there was none. */
  get cutpoints(): CalibrationResults['cutpoints'] {
    return this.#calibration?.cutpoints ?? {};
  }

  /** The metrics at each distance threshold of the last calibration; no columns where there was none. */
  get calibrationThresholds(): ThresholdTable {
    return this.#calibration?.thresholds ?? {};
  }

  /** Name of the metric that the last calibration was made by. */
  get calibrationMetric(): string | undefined {
    return this.#calibration?.metric;
  }

  /**
   * Indexes one example.
   *
   * @param embedding [dimensions]
   * @returns its id: examples are counted from 0
   * @throws SimilarityError WRONG_RANK, WRONG_LENGTH, NOT_FINITE, NOT_AN_INTEGER, or WRONG_SHAPE where the store cannot keep
   *   the data
   */
  add(embedding: EmbeddingRow, { label, data }: AddOptions = {}): number {
    const row = rowOf('embedding', embedding, this.dimensions);
    const [checkedLabel] = label === undefined ? [] : checkLabels('label', [label], 1);
    const id = this.#store.add({ embedding: row, label: checkedLabel, data });
    this.#search.add(row, id);
    return id;
  }

  /**
   * Indexes many: all of them, or none where something is wrong.
   *
   * @param embeddings [n × dimensions]
   * @returns their ids
   * @throws SimilarityError as {@link add}
   */
  batchAdd(embeddings: EmbeddingRows, { labels, data }: BatchAddOptions = {}): number[] {
    const { rows, count } = rowsOf('embeddings', embeddings, this.dimensions);
    const checkedLabels = labels === undefined ? undefined : checkLabels('labels', labels, count);
    if (data !== undefined && data.length !== count) {
      const expected = `one entry for each of ${count} examples was expected`;
      throw new SimilarityError('WRONG_LENGTH', 'data', { expected, shape: [data.length] });
    }
    const examples: StoredExample[] = Array.from({ length: count }, (_, i) => ({
      embedding: rows.subarray(i * this.dimensions, (i + 1) * this.dimensions),
      label: checkedLabels?.[i],
      data: data?.[i],
    }));
    const ids = this.#store.batchAdd(examples);
    this.#search.batchAdd(rows, ids);
    return ids;
  }

  /**
   * The nearest neighbors of one query, nearest first.
   *
   * @param embedding [dimensions]
   * @param k how many; where fewer are indexed, all of them are returned
   * @throws SimilarityError WRONG_RANK, WRONG_LENGTH, NOT_FINITE, OUT_OF_RANGE or NOT_AN_INTEGER
   */
  singleLookup(embedding: EmbeddingRow, k = 5): Lookup[] {
    const row = rowOf('embedding', embedding, this.dimensions);
    checkCount('k', k);
    return this.#timed(1, () => this.#neighbors(this.#search.lookup(row, k)));
  }

  /**
   * The nearest neighbors of each query.
   *
   * @param embeddings [n × dimensions]
   * @returns n lists, each as {@link singleLookup} gives it
   */
  batchLookup(embeddings: EmbeddingRows, k = 5): Lookup[][] {
    const { rows, count } = rowsOf('embeddings', embeddings, this.dimensions);
    checkCount('k', k);
    return this.#timed(count, () => this.#search.batchLookup(rows, k).map((nearest) => this.#neighbors(nearest)));
  }

  /**
   * How good the neighbors are that queries of known classes find.
   *
   * @param embeddings [n × dimensions]
   * @param targetLabels [n] their class ids
   * @param metrics metrics, or names as `precision@5`
   * @returns each metric by its name
   * @throws SimilarityError WRONG_RANK, WRONG_LENGTH, NOT_FINITE, NOT_AN_INTEGER, UNKNOWN_NAME, EMPTY, NOT_INDEXED, or
   *   OUT_OF_RANGE where a metric needs more neighbors than are indexed
   */
  evaluateRetrieval(
    embeddings: EmbeddingRows,
    targetLabels: Labels,
    metrics: readonly (RetrievalMetric | string)[],
  ): Record<string, number> {
    const wanted = metrics.map(getRetrievalMetric);
    const k = wanted.reduce((most, { neighbors }) => Math.max(most, neighbors), 1);
    return this.#evaluator.evaluateRetrieval(targetLabels, this.#lookupTable(embeddings, targetLabels, k), wanted);
  }

  /**
   * How good the matches are within each of some distances.
   *
   * @param embeddings [n × dimensions]
   * @param targetLabels [n] their class ids
   * @param distanceThresholds in any order
   * @returns `distance`, the thresholds sorted, nearest first, and each metric at them
   * @throws SimilarityError as {@link evaluateRetrieval}
   */
  evaluateClassification(
    embeddings: EmbeddingRows,
    targetLabels: Labels,
    distanceThresholds: ArrayLike<number>,
    { metrics = ['f1'], matcher = 'match_nearest', k = 1 }: EvaluateClassificationOptions = {},
  ): ThresholdTable {
    const wanted = metrics.map((metric) => makeClassificationMetric(metric));
    const chosen = makeClassificationMatcher(matcher);
    const table = this.#lookupTable(embeddings, targetLabels, k);
    return this.#evaluator.evaluateClassification(targetLabels, table, distanceThresholds, wanted, chosen);
  }

  /**
   * Finds the distances within which a match is good enough, with queries of known classes; {@link match} uses them.
   *
   * @param embeddings [n × dimensions]
   * @param targetLabels [n] their class ids
   * @returns the cutpoint `optimal` and one for each target that can be met, and the metrics at every distance that occurred
   * @throws SimilarityError as {@link evaluateRetrieval}
   */
  calibrate(
    embeddings: EmbeddingRows,
    targetLabels: Labels,
    {
      thresholdsTargets = {},
      calibrationMetric = 'f1_score',
      extraMetrics = ['precision', 'recall'],
      matcher = 'match_nearest',
      k = 1,
    }: CalibrateOptions = {},
  ): CalibrationResults {
    const settings = {
      thresholdsTargets,
      calibrationMetric: makeClassificationMetric(calibrationMetric),
      extraMetrics: extraMetrics.map((metric) => makeClassificationMetric(metric)),
      matcher: makeClassificationMatcher(matcher),
    };
    const table = this.#lookupTable(embeddings, targetLabels, k);
    const results = this.#evaluator.calibrate(targetLabels, table, settings);
    this.#calibration = { ...results, metric: settings.calibrationMetric.name };
    return results;
  }

  /**
   * The classes of queries, as far as they are near enough to what is indexed.
   *
   * @param embeddings [n × dimensions]
   * @returns for each cutpoint, by name, [n] class ids, `noMatchLabel` where the match is beyond it
   * @throws SimilarityError NOT_CALIBRATED, and as {@link batchLookup}
   */
  match(
    embeddings: EmbeddingRows,
    { noMatchLabel = -1, matcher = 'match_nearest', k = 1 }: MatchOptions = {},
  ): Record<string, number[]> {
    if (!this.isCalibrated) {
      throw new SimilarityError('NOT_CALIBRATED', 'index', { expected: 'calibrate finds the distances to match by' });
    }
    const chosen = makeClassificationMatcher(matcher);
    const lookups = this.batchLookup(embeddings, k);
    const cutpoints = Object.entries(this.cutpoints);
    if (lookups.length === 0) return Object.fromEntries(cutpoints.map(([name]) => [name, []]));
    const { labels, distances } = chosen.deriveMatch(tabulateLookups(lookups, this.distance));
    const labelWithin = (threshold: number) => (label: number, query: number) => {
      const near = isWithin(distances[query] as number, threshold, this.distance.largestIsNearest);
      return near && !Number.isNaN(label) ? label : noMatchLabel;
    };
    return Object.fromEntries(
      cutpoints.map(([name, { distance }]) => [name, Array.from(labels, labelWithin(distance))]),
    );
  }

  /** How many examples of each class are indexed: what {@link MapAtK} asks for as `r`. Examples without a label are left out. */
  classCounts(): Map<number, number> {
    const counts = new Map<number, number>();
    for (let id = 0; id < this.size; id++) {
      const { label } = this.#store.get(id);
      if (label !== undefined) counts.set(label, (counts.get(label) ?? 0) + 1);
    }
    return counts;
  }

  /**
   * What is indexed, in the order of the ids.
   *
   * @param count how many, from the first one on; 0 for all. Default 0.
   */
  toRows(count = 0): (StoredExample & { readonly id: number })[] {
    const length = checkCount('count', count, 0) === 0 ? this.size : Math.min(count, this.size);
    return Array.from({ length }, (_, id) => ({ id, ...this.#store.get(id) }));
  }

  /** What the index is, and how long lookups take. */
  stats(): IndexerStats {
    return {
      size: this.size,
      dimensions: this.dimensions,
      distance: this.distance.name,
      search: this.#search.kind,
      store: this.#store.kind,
      evaluator: this.#evaluator.kind,
      isCalibrated: this.isCalibrated,
      numLookups: this.#timings.count,
      statBufferSize: this.#statBufferSize,
      queryPerformance: this.#timings.performance(),
    };
  }

  /** Everything out, the calibration too, as if newly made. */
  reset(): void {
    this.#search.reset();
    this.#store.reset();
    this.#timings.reset();
    this.#calibration = null;
  }

  /**
   * Writes the index into a folder, which is made where it is not there. What was saved there before is replaced once the new
   * one is whole.
   *
   * @throws SimilarityError WRONG_SHAPE where the data of an example cannot be written, FILE_DAMAGED where a file has its name
   */
  async save(folder: string): Promise<void> {
    await writeIndex(folder, async (content) => {
      const manifest = {
        dimensions: this.dimensions,
        distance: this.distance.name,
        search: this.#search.kind,
        store: this.#store.kind,
        size: this.size,
        statBufferSize: this.#statBufferSize,
        calibration: this.#calibration,
      };
      // Both at once, so that both are from before whatever is added in the meantime.
      await Promise.all([this.#search.save(content), this.#store.save(content)]);
      return manifest;
    });
  }

  /**
   * Reads what {@link save} wrote: the same lookups, the same calibration.
   *
   * @param options what to read into, instead of a search and a store of the kinds that were saved; both must be of those kinds
   * @throws SimilarityError FILE_MISSING or FILE_DAMAGED
   */
  static async load(
    folder: string,
    options: Pick<IndexerOptions, 'search' | 'store' | 'evaluator'> = {},
  ): Promise<Indexer> {
    const { manifest, content } = await readManifest(folder);
    const indexer = new Indexer({ ...manifest, ...options });
    try {
      await indexer.#search.load(content);
      await indexer.#store.load(content);
      if (indexer.#search.size !== manifest.size || indexer.size !== manifest.size) {
        throw damaged(folder, 'its search, its store and its manifest do not belong together');
      }
    } catch (error) {
      indexer.close();
      throw error;
    }
    indexer.#calibration = manifest.calibration;
    return indexer;
  }

  /** Closes the store's files. The index is of no use afterwards. */
  close(): void {
    this.#store.close();
  }

  #checkSearch(): void {
    const { dimensions, distance } = this.#search;
    if (dimensions !== this.dimensions) {
      const expected = `embeddings of ${this.dimensions} dimensions were expected`;
      throw new SimilarityError('WRONG_LENGTH', 'search', { expected, shape: [dimensions] });
    }
    if (distance.name !== this.distance.name) {
      const expected = `the search measures by ${distance.name}, not by ${this.distance.name}`;
      throw new SimilarityError('OUT_OF_RANGE', 'distance', { expected });
    }
  }

  /** A store may outlive the search: what only the store knows is indexed again. */
  #indexStored(): void {
    if (this.#search.size > this.#store.size) {
      const expected = `it holds ${this.#search.size} embeddings, and the store ${this.#store.size} examples`;
      throw new SimilarityError('WRONG_LENGTH', 'search', { expected });
    }
    for (let id = this.#search.size; id < this.#store.size; id++) {
      this.#search.add(rowOf('store', this.#store.get(id).embedding, this.dimensions), id);
    }
  }

  /** What queries of known classes find. */
  #lookupTable(embeddings: EmbeddingRows, targetLabels: Labels, k: number): LookupTable {
    const { rows, count } = rowsOf('embeddings', embeddings, this.dimensions);
    checkLabels('targetLabels', targetLabels, count);
    if (count === 0) throw new SimilarityError('EMPTY', 'embeddings', { expected: 'no query', shape: [0] });
    if (this.size === 0) throw new SimilarityError('NOT_INDEXED', 'index', { expected: 'add examples to it' });
    return tabulateLookups(this.batchLookup(rows, k), this.distance);
  }

  #neighbors({ ids, distances }: Nearest): Lookup[] {
    return this.#store
      .batchGet(ids)
      .map((example, i) => ({ rank: i + 1, distance: distances[i] as number, ...example }));
  }

  #timed<Result>(queries: number, lookup: () => Result): Result {
    const start = performance.now();
    const result = lookup();
    this.#timings.record(performance.now() - start, queries);
    return result;
  }
}

function makeEvaluator(name: string): Evaluator {
  if (name.toLowerCase() === 'memory') return new MemoryEvaluator();
  throw unknownName('evaluator', name, ['memory']);
}
