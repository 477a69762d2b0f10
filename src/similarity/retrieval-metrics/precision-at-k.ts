import { checkCount } from '../checks.ts';
import { RetrievalMetric, type RetrievalMetricOptions } from './retrieval-metric.ts';

export interface PrecisionAtKOptions extends RetrievalMetricOptions {
  /**
   * Class id to how many examples of the class are indexed ({@link Indexer.classCounts}): what a query's matches are divided
   * by, instead of k. A class that is missing has none, and its queries score 0.
   */
  readonly r?: ReadonlyMap<number, number>;
  /** Count only as many neighbors as there are examples of the query's class. Default false. */
  readonly clipAtR?: boolean;
}

/**
 * How many of the k neighbors are of the query's class, of k: in any order.
 *
 * With `r` and `clipAtR` it is R-precision: of the r nearest, the part that is right, where r is how many there are to be
 * found. Musgrave, Belongie and Lim, A Metric Learning Reality Check, section 3.2, https://arxiv.org/abs/2003.08505
 */
export class PrecisionAtK extends RetrievalMetric {
  readonly r: ReadonlyMap<number, number> | undefined;
  readonly clipAtR: boolean;

  /** @throws SimilarityError OUT_OF_RANGE, NOT_AN_INTEGER or UNKNOWN_NAME */
  constructor(options: PrecisionAtKOptions = {}, name = 'precision', canonicalName = 'precision@k') {
    super(name, canonicalName, options);
    for (const count of options.r?.values() ?? []) checkCount('r', count, 0);
    this.r = options.r;
    this.clipAtR = options.clipAtR ?? false;
  }

  override get name(): string {
    return this.clipAtR ? this.baseName : super.name;
  }

  override getConfig(): Record<string, unknown> {
    const r = this.r === undefined ? null : Object.fromEntries(this.r);
    return { ...super.getConfig(), r, clipAtR: this.clipAtR };
  }

  protected override score(matches: Uint8Array, label: number): number {
    const relevant = this.relevantOf(label);
    if (relevant === 0) return 0;
    const counted = this.clipAtR ? matches.subarray(0, relevant) : matches;
    return counted.reduce((sum, match) => sum + match, 0) / relevant;
  }

  /** What there is to be found by a query of that class; the query itself, where it is left out, is no part of it. */
  protected relevantOf(label: number): number {
    if (this.r === undefined) return this.k;
    return Math.max(0, (this.r.get(label) ?? 0) - (this.dropClosestLookup ? 1 : 0));
  }
}
