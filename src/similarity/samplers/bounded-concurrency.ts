/**
 * Does something with each entry, so many at a time.
 *
 * @returns how each ended, in the order of the entries; like `Promise.allSettled`, it never rejects
 */
export async function settleBounded<Entry, Result>(
  entries: readonly Entry[],
  concurrency: number,
  work: (entry: Entry) => Promise<Result>,
): Promise<PromiseSettledResult<Result>[]> {
  const results: PromiseSettledResult<Result>[] = [];
  const remaining = entries.entries();
  const worker = async (): Promise<void> => {
    // The workers share the iterator, so that each takes the next that is left.
    for (const [i, entry] of remaining) {
      const [result] = await Promise.allSettled([work(entry)]);
      results[i] = result;
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, entries.length) }, worker));
  return results;
}
