import { unknownName } from '../checks.ts';
import type { ClassificationMatch } from './classification-match.ts';
import { MatchMajorityVote } from './match-majority-vote.ts';
import { MatchNearest } from './match-nearest.ts';

const MATCHERS = new Map<string, new () => ClassificationMatch>([
  ['match_nearest', MatchNearest],
  ['match_majority_vote', MatchMajorityVote],
]);

/**
 * The matcher of that name, `match_nearest` or `match_majority_vote`, in any case; a matcher is returned as it is.
 *
 * @throws SimilarityError UNKNOWN_NAME
 */
export function makeClassificationMatcher(matcher: ClassificationMatch | string): ClassificationMatch {
  if (typeof matcher !== 'string') return matcher;
  const Matcher = MATCHERS.get(matcher.toLowerCase());
  if (Matcher === undefined) throw unknownName('matcher', matcher, MATCHERS.keys());
  return new Matcher();
}
