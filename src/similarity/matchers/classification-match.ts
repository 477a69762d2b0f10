import { checkLabels, type Labels } from '../checks.ts';
import type { MatchCounts } from '../classification-metrics/index.ts';
import { SimilarityError } from '../errors.ts';
import { isWithin, type LookupTable } from '../lookup.ts';

/** One match a query. */
export interface Matches {
  /** [queries] class ids; NaN where no neighbor has one */
  readonly labels: Float64Array;
  /** [queries] how far the match is */
  readonly distances: Float64Array;
}

/** Makes one match out of the neighbors of a query. */
export abstract class ClassificationMatch {
  readonly name: string;
  readonly canonicalName: string;

  constructor(name: string, canonicalName: string) {
    this.name = name;
    this.canonicalName = canonicalName;
  }

  /** The match of each query. */
  abstract deriveMatch(lookups: LookupTable): Matches;

  /**
   * Compares the matches with what the queries are, at each threshold.
   *
   * @param queryLabels [queries] class ids
   * @param distanceThresholds sorted, nearest first: ascending, but descending for inner product
   * @throws SimilarityError WRONG_LENGTH, NOT_AN_INTEGER, or OUT_OF_RANGE where the thresholds are not sorted
   */
  computeCount(
    queryLabels: Labels,
    lookups: LookupTable,
    distanceThresholds: ArrayLike<number> = [lookups.largestIsNearest ? -Infinity : Infinity],
  ): MatchCounts {
    const classes = checkLabels('queryLabels', queryLabels, lookups.queries);
    const { largestIsNearest } = lookups;
    checkSorted(distanceThresholds, largestIsNearest);
    const { labels, distances } = this.deriveMatch(lookups);
    const thresholds = distanceThresholds.length;
    const [tp, fp] = [new Float64Array(thresholds), new Float64Array(thresholds)];
    let right = 0;
    for (const [query, label] of classes.entries()) {
      const isRight = labels[query] === label;
      if (isRight) right++;
      const first = firstWithin(distances[query] as number, distanceThresholds, largestIsNearest);
      const counts = isRight ? tp : fp;
      if (first < thresholds) counts[first] = (counts[first] as number) + 1;
    }
    // What is within one threshold is within all that follow.
    accumulate(tp);
    accumulate(fp);
    const wrong = classes.length - right;
    return {
      tp,
      fp,
      tn: fp.map((value) => wrong - value),
      fn: tp.map((value) => right - value),
      count: classes.length,
    };
  }

  /** Every setting by name, as JSON. */
  getConfig(): Record<string, unknown> {
    return { name: this.name, canonicalName: this.canonicalName };
  }
}

function checkSorted(thresholds: ArrayLike<number>, largestIsNearest: boolean): void {
  for (let i = 0; i < thresholds.length; i++) {
    const [before, value] = [thresholds[Math.max(0, i - 1)] as number, thresholds[i] as number];
    // Asked this way round, NaN is no threshold either.
    if (isWithin(before, value, largestIsNearest)) continue;
    throw new SimilarityError('OUT_OF_RANGE', 'distanceThresholds', {
      expected: `they must be sorted, nearest first, and threshold ${i} is ${value}`,
      shape: [thresholds.length],
    });
  }
}

/** Index of the first threshold that the distance is within; their number where there is none. */
function firstWithin(distance: number, thresholds: ArrayLike<number>, largestIsNearest: boolean): number {
  let [least, most] = [0, thresholds.length];
  while (least < most) {
    const middle = (least + most) >> 1;
    if (isWithin(distance, thresholds[middle] as number, largestIsNearest)) most = middle;
    else least = middle + 1;
  }
  return least;
}

function accumulate(counts: Float64Array): void {
  for (let i = 1; i < counts.length; i++) counts[i] = (counts[i] as number) + (counts[i - 1] as number);
}
