import type { LookupTable } from '../lookup.ts';
import { ClassificationMatch, type Matches } from './classification-match.ts';

/** The match is the nearest neighbor, however many there are. */
export class MatchNearest extends ClassificationMatch {
  constructor(name = 'nearest') {
    super(name, 'match_nearest');
  }

  override deriveMatch({ queries, neighbors, labels, distances, largestIsNearest }: LookupTable): Matches {
    const none = largestIsNearest ? -Infinity : Infinity;
    return {
      labels: Float64Array.from({ length: queries }, (_, query) => labels[query * neighbors] ?? NaN),
      distances: Float64Array.from({ length: queries }, (_, query) => distances[query * neighbors] ?? none),
    };
  }
}
