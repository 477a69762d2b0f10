/** A word stands out where it is so many standard deviations above all words, and so many above the next. */
const ABOVE_ALL = 3;
const ABOVE_NEXT = 0.6;

/**
 * The word that tells each cluster from the others, where one clearly does. Some words are near to every picture, so what counts is how much nearer
 * one is to this cluster than to the clusters in the mean; and a word names the cluster that it tells most of.
 *
 * @param scores of each cluster: the cosine of its pictures' mean and each word
 * @param related the cosine from which a word and a picture belong together
 * @returns of each cluster the place of its word; null where none is clear. With a single cluster there is nothing to tell it from
 */
export function clearestWords(scores: readonly ArrayLike<number>[], related: number): (number | null)[] {
  const words = scores[0]?.length ?? 0;
  const usual = Float64Array.from({ length: words }, (_, word) => meanOf(scores.map((row) => row[word] ?? 0)));
  const best = scores.map((row) => {
    const lifts = Array.from(usual, (mean, word) => (row[word] ?? 0) - mean);
    return { row, ...clearest(lifts) };
  });
  const told = new Map<number, number>();
  for (const { word, lift } of best) if (lift > (told.get(word) ?? 0)) told.set(word, lift);
  return best.map(({ row, word, lift, isClear }) =>
    isClear && (row[word] ?? 0) >= related && told.get(word) === lift ? word : null,
  );
}

function clearest(lifts: readonly number[]): { word: number; lift: number; isClear: boolean } {
  let [word, lift, next] = [-1, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [i, value] of lifts.entries()) {
    if (value > lift) [word, lift, next] = [i, value, lift];
    else if (value > next) next = value;
  }
  const mean = meanOf(lifts);
  const deviation = Math.sqrt(meanOf(lifts.map((value) => (value - mean) ** 2)));
  const isClear = deviation > 1e-6 && lift - mean >= ABOVE_ALL * deviation && lift - next >= ABOVE_NEXT * deviation;
  return { word, lift, isClear };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
