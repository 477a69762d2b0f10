export { ClassificationMatch, type Matches } from './classification-match.ts';
export { makeClassificationMatcher } from './make-classification-matcher.ts';
export { MatchMajorityVote } from './match-majority-vote.ts';
export { MatchNearest } from './match-nearest.ts';
