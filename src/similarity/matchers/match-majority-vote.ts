import type { LookupTable } from '../lookup.ts';
import { ClassificationMatch, type Matches } from './classification-match.ts';

/**
 * The match is the most frequent class among the neighbors; of equally frequent ones, that of the nearer neighbor. Its
 * distance is the mean over all the neighbors that were found, of whatever class. Neighbors without a label have no vote.
 */
export class MatchMajorityVote extends ClassificationMatch {
  constructor(name = 'majority_vote') {
    super(name, 'match_majority_vote');
  }

  override deriveMatch({ queries, neighbors, labels, distances, lengths, largestIsNearest }: LookupTable): Matches {
    const matches = { labels: new Float64Array(queries), distances: new Float64Array(queries) };
    for (const [query, length] of lengths.entries()) {
      const [from, to] = [query * neighbors, query * neighbors + length];
      matches.labels[query] = majority(labels.subarray(from, to));
      const sum = distances.subarray(from, to).reduce((total, distance) => total + distance, 0);
      matches.distances[query] = length > 0 ? sum / length : largestIsNearest ? -Infinity : Infinity;
    }
    return matches;
  }
}

function majority(labels: Float64Array): number {
  const votes = new Map<number, number>();
  for (const label of labels) if (!Number.isNaN(label)) votes.set(label, (votes.get(label) ?? 0) + 1);
  let [winner, most] = [NaN, 0];
  for (const [label, count] of votes) if (count > most) [winner, most] = [label, count];
  return winner;
}
