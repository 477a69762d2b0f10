import { unknownName } from '../checks.ts';
import { PrecisionAtK, type PrecisionAtKOptions } from './precision-at-k.ts';

/** There is only the mean over all queries. */
export type MapAtKOptions = Omit<PrecisionAtKOptions, 'average'> & { readonly average?: 'micro' };

/**
 * Mean average precision: the precision at each rank that holds a match, summed and divided by R, the number of examples of
 * the query's class that are indexed (`r`; k where it is not given). A match counts the more, the fewer misses come before it.
 *
 * Where R is larger than k not all can be found, and the best score is k / R. With `clipAtR` it is MAP@R: Musgrave, Belongie
 * and Lim, A Metric Learning Reality Check, section 3.2, https://arxiv.org/abs/2003.08505
 */
export class MapAtK extends PrecisionAtK {
  /** @throws SimilarityError OUT_OF_RANGE, NOT_AN_INTEGER or UNKNOWN_NAME */
  constructor(options: MapAtKOptions = {}) {
    super(options, 'map', 'map@k');
    if (this.average !== 'micro') throw unknownName('average', this.average, ['micro']);
  }

  protected override score(matches: Uint8Array, label: number): number {
    const relevant = this.relevantOf(label);
    if (relevant === 0) return 0;
    let found = 0;
    let sum = 0;
    for (const [i, match] of matches.entries()) {
      if (this.clipAtR && i >= relevant) break;
      found += match;
      if (match === 1) sum += found / (i + 1);
    }
    return sum / relevant;
  }
}
