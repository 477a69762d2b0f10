/** How good vectors are at finding what is alike: the measures of `semblance evaluate`. */

export interface Judgement {
  /** Share of right labels among the first result, and the first ten. */
  readonly p1: number;
  readonly p10: number;
  /** Mean over queries of (1/10)·Σ precision at the rank of each right result among the first ten. */
  readonly map10: number;
}

/** Leave-one-out retrieval: each picture asks, all others answer. */
export function judge(vectors: readonly Float32Array[], labels: readonly string[]): Judgement {
  const rankings = vectors.map((vector, query) => rank(vector, vectors).filter((index) => index !== query));
  return judgeRankings(rankings, labels, labels);
}

/**
 * @param rankings for each query, indices into `labels`, best first
 * @param asked the label of each query
 */
export function judgeRankings(
  rankings: readonly (readonly number[])[],
  labels: readonly string[],
  asked: readonly string[],
): Judgement {
  let p1 = 0;
  let p10 = 0;
  let map10 = 0;
  for (const [query, ranked] of rankings.entries()) {
    let right = 0;
    for (const [position, index] of ranked.slice(0, 10).entries()) {
      if (labels[index] !== asked[query]) continue;
      right++;
      if (position === 0) p1++;
      map10 += right / (position + 1) / 10;
    }
    p10 += right / 10;
  }
  const queries = rankings.length;
  return { p1: p1 / queries, p10: p10 / queries, map10: map10 / queries };
}

/** How many of `copies` have the one original that is theirs, `answers[i]`, as their nearest. */
export function originalsFound(
  copies: readonly Float32Array[],
  originals: readonly Float32Array[],
  answers: readonly number[],
): number {
  return copies.filter((copy, index) => rank(copy, originals)[0] === answers[index]).length;
}

/** Indices by falling cosine with `query`; all rows are unit rows. */
function rank(query: Float32Array, vectors: readonly Float32Array[]): number[] {
  const scores = vectors.map((vector) => cosine(query, vector));
  return scores.map((_, index) => index).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
}

/** Cosine similarity of unit rows. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** Of the first 20 results of each picture: how many score at least `threshold`, and the share of right ones on either side. */
export function resultsAbove(
  vectors: readonly Float32Array[],
  labels: readonly string[],
  threshold: number,
): { above: number; rightAbove: number; rightBelow: number } {
  const results = vectors.flatMap((vector, query) => {
    const ranked = rank(vector, vectors).filter((index) => index !== query);
    return ranked.slice(0, 20).map((index) => ({
      above: cosine(vector, vectors[index] as Float32Array) >= threshold,
      right: labels[index] === labels[query],
    }));
  });
  const above = results.filter((result) => result.above);
  const below = results.filter((result) => !result.above);
  const right = (some: typeof results): number =>
    some.filter((result) => result.right).length / Math.max(1, some.length);
  return { above: above.length / Math.max(1, results.length), rightAbove: right(above), rightBelow: right(below) };
}

/** Share of the pairs with and without a common label that score at least `threshold`. */
export function pairsAbove(
  vectors: readonly Float32Array[],
  labels: readonly string[],
  threshold: number,
): { precision: number; recall: number; falseShare: number } {
  let right = 0;
  let rightAbove = 0;
  let wrong = 0;
  let wrongAbove = 0;
  for (let i = 0; i < vectors.length; i++) {
    for (let j = i + 1; j < vectors.length; j++) {
      const above = cosine(vectors[i] as Float32Array, vectors[j] as Float32Array) >= threshold ? 1 : 0;
      if (labels[i] === labels[j]) {
        right++;
        rightAbove += above;
      } else {
        wrong++;
        wrongAbove += above;
      }
    }
  }
  return {
    precision: rightAbove / Math.max(1, rightAbove + wrongAbove),
    recall: rightAbove / Math.max(1, right),
    falseShare: wrongAbove / Math.max(1, wrong),
  };
}
