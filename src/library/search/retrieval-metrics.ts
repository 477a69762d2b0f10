/** Retrieval quality over a set of queries, each value 0–1. */
export interface RetrievalQuality {
  readonly p1: number;
  readonly p10: number;
  readonly map10: number;
}

const K = 10;

/**
 * P@1, P@10 and mAP@10 of ranked lists. `matches[q][i]` says whether result i of query q has the query's label; lists shorter
 * than ten count the missing places as wrong. mAP@10 is the mean over queries of (1/10)·Σ precision at each right rank, as
 * the command line's reference page defines it. No query at all gives zeros.
 */
export function retrievalQuality(matches: readonly (readonly boolean[])[]): RetrievalQuality {
  let p1 = 0;
  let p10 = 0;
  let map10 = 0;
  for (const list of matches) {
    let right = 0;
    let precisions = 0;
    for (const [i, match] of list.slice(0, K).entries()) {
      if (!match) continue;
      right++;
      precisions += right / (i + 1);
    }
    p1 += list[0] ? 1 : 0;
    p10 += right / K;
    map10 += precisions / K;
  }
  const queries = Math.max(1, matches.length);
  return { p1: p1 / queries, p10: p10 / queries, map10: map10 / queries };
}
