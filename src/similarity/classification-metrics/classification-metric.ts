import { SimilarityError } from '../errors.ts';

/**
 * How many queries were matched rightly and wrongly, at each of some distance thresholds. A query is positive where its match
 * lies within the threshold: rightly so where the match has the query's class. It is negative where the match lies beyond:
 * rightly so where the match has another class.
 */
export interface MatchCounts {
  /** [thresholds] the match is within the threshold and has the query's class */
  readonly tp: ArrayLike<number>;
  /** [thresholds] within, and of another class */
  readonly fp: ArrayLike<number>;
  /** [thresholds] beyond, and of another class: rightly refused */
  readonly tn: ArrayLike<number>;
  /** [thresholds] beyond, though it has the query's class */
  readonly fn: ArrayLike<number>;
  /** All queries. */
  readonly count: number;
}

/** How good the matches are within a distance threshold: from 0 to 1. */
export abstract class ClassificationMetric {
  /** The key of its results. */
  readonly name: string;
  readonly canonicalName: string;
  /** Whether more of it is better. */
  readonly maximize: boolean;
  /** Whether it grows with the threshold, roughly; a calibration then stops at the first threshold that meets a target. */
  readonly increasing: boolean;

  constructor(name: string, canonicalName: string, { maximize = true, increasing = true } = {}) {
    this.name = name;
    this.canonicalName = canonicalName;
    this.maximize = maximize;
    this.increasing = increasing;
  }

  /**
   * @returns [thresholds]
   * @throws SimilarityError WRONG_LENGTH where the counts are not all of the same length
   */
  compute(counts: MatchCounts): Float64Array {
    for (const name of ['fp', 'tn', 'fn'] as const) {
      if (counts[name].length === counts.tp.length) continue;
      const expected = `${counts.tp.length} thresholds were expected, as in tp`;
      throw new SimilarityError('WRONG_LENGTH', name, { expected, shape: [counts[name].length] });
    }
    return Float64Array.from(counts.tp, (tp, i) =>
      this.at(tp, counts.fp[i] as number, counts.tn[i] as number, counts.fn[i] as number, counts.count),
    );
  }

  /** The metric at one threshold. */
  protected abstract at(tp: number, fp: number, tn: number, fn: number, count: number): number;

  /** Every setting by name, as JSON. */
  getConfig(): Record<string, unknown> {
    const { name, canonicalName, maximize, increasing } = this;
    return { name, canonicalName, maximize, increasing };
  }
}
