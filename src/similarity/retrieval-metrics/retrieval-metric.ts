import { checkCount, checkLabels, checkRange, unknownName, type Labels } from '../checks.ts';
import { SimilarityError } from '../errors.ts';
import { isWithin, tabulateLookups, type Lookup, type LookupTable } from '../lookup.ts';

/** `micro`: the mean over all queries. `macro`: the mean of the classes' means, so that each class counts the same. */
export type Average = 'micro' | 'macro';

const AVERAGES: readonly Average[] = ['micro', 'macro'];

export interface RetrievalMetricOptions {
  /** What results are called by, before `@k`. Default: the metric's own. */
  readonly name?: string;
  /** How many neighbors count. Default 5. */
  readonly k?: number;
  /** A neighbor farther than this is no match; for inner product, one whose product is smaller. Default: none. */
  readonly distanceThreshold?: number;
  /** Default `micro`. */
  readonly average?: Average;
  /** Leave out each query's nearest neighbor: the query itself, where the queries are what is indexed. Default false. */
  readonly dropClosestLookup?: boolean;
}

/** How good the neighbors are that queries of known classes find: a number from 0 to 1. */
export abstract class RetrievalMetric {
  readonly canonicalName: string;
  readonly k: number;
  readonly distanceThreshold: number | undefined;
  readonly average: Average;
  readonly dropClosestLookup: boolean;
  readonly #name: string;

  /** @throws SimilarityError OUT_OF_RANGE, NOT_AN_INTEGER or UNKNOWN_NAME */
  constructor(name: string, canonicalName: string, options: RetrievalMetricOptions) {
    this.canonicalName = canonicalName;
    this.#name = options.name ?? name;
    this.k = checkCount('k', options.k ?? 5);
    const threshold = checkRange('distanceThreshold', options.distanceThreshold ?? Infinity, -Infinity);
    this.distanceThreshold = threshold === Infinity ? undefined : threshold;
    this.average = options.average ?? 'micro';
    if (!AVERAGES.includes(this.average)) throw unknownName('average', this.average, AVERAGES);
    this.dropClosestLookup = options.dropClosestLookup ?? false;
  }

  /** The key of its results: `precision@5`, with a threshold `precision@5 : distance_threshold@0.5`. */
  get name(): string {
    const threshold = this.distanceThreshold;
    return `${this.baseName}@${this.k}${threshold === undefined ? '' : ` : distance_threshold@${threshold}`}`;
  }

  protected get baseName(): string {
    return this.#name;
  }

  /** How many neighbors of each query it needs: k, and one more where the closest is left out. */
  get neighbors(): number {
    return this.k + (this.dropClosestLookup ? 1 : 0);
  }

  /**
   * @param queryLabels [queries] class ids
   * @param lookups what each query found, or {@link tabulateLookups} of it, which inner product needs
   * @throws SimilarityError WRONG_LENGTH, EMPTY, NOT_AN_INTEGER, or OUT_OF_RANGE where no query found k neighbors
   */
  compute(queryLabels: Labels, lookups: LookupTable | readonly (readonly Lookup[])[]): number {
    const table = 'queries' in lookups ? lookups : tabulateLookups(lookups);
    const labels = checkLabels('queryLabels', queryLabels, table.queries);
    if (table.neighbors < this.neighbors) {
      throw new SimilarityError('OUT_OF_RANGE', 'k', {
        expected: `${this.name} needs ${this.neighbors} neighbors of each query, and there are ${table.neighbors}`,
        shape: [table.queries, table.neighbors],
      });
    }
    const scores = Float64Array.from(labels, (label, query) => this.score(this.#matches(label, query, table), label));
    return this.average === 'micro' ? mean(scores) : macroMean(scores, labels);
  }

  /**
   * The score of one query.
   *
   * @param matches [k] 1 where the neighbor of that rank has the query's class and is near enough, else 0
   */
  protected abstract score(matches: Uint8Array, label: number): number;

  /** Every setting by name, as JSON. */
  getConfig(): Record<string, unknown> {
    const { name, canonicalName, k, distanceThreshold = null, average, dropClosestLookup } = this;
    return { name, canonicalName, k, distanceThreshold, average, dropClosestLookup };
  }

  #matches(label: number, query: number, { neighbors, labels, distances, largestIsNearest }: LookupTable): Uint8Array {
    const first = query * neighbors + this.neighbors - this.k;
    const threshold = this.distanceThreshold;
    return Uint8Array.from({ length: this.k }, (_, i) => {
      if (labels[first + i] !== label) return 0;
      return threshold === undefined || isWithin(distances[first + i] as number, threshold, largestIsNearest) ? 1 : 0;
    });
  }
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / values.length;
}

function macroMean(scores: Float64Array, labels: Int32Array): number {
  const classes = Map.groupBy(scores.keys(), (query) => labels[query]);
  return mean([...classes.values()].map((queries) => mean(queries.map((query) => scores[query] as number))));
}
