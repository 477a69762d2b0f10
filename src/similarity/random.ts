/** Random numbers that come out the same for the same seed, on every machine. */
export interface Random {
  /** The next number, uniform in [0, 1). */
  next(): number;
  /** A whole number, uniform in [0, bound). */
  below(bound: number): number;
  /** A number uniform in [least, most). */
  between(least: number, most: number): number;
  /** The same entries in a random order; the given array stays as it is. */
  shuffled<T>(entries: readonly T[]): T[];
  /** `count` of the entries, none twice; all of them, shuffled, where there are fewer. */
  sample<T>(entries: readonly T[], count: number): T[];
  /** Another generator that draws its own sequence. */
  fork(): Random;
}

/**
 * Mulberry32: 32 bits of state, passes the tests that matter for drawing batches, and is the same everywhere because it
 * uses 32-bit integer arithmetic alone.
 *
 * @param seed any whole number
 */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  const sample = <T>(entries: readonly T[], count: number): T[] => {
    const drawn = [...entries];
    const wanted = Math.min(count, drawn.length);
    // Fisher–Yates, from the front, and only as far as is asked for.
    for (let i = 0; i < wanted; i++) {
      const j = i + below(drawn.length - i);
      [drawn[i], drawn[j]] = [drawn[j] as T, drawn[i] as T];
    }
    return drawn.slice(0, wanted);
  };
  return {
    next,
    below,
    between: (least, most) => least + (most - least) * next(),
    shuffled: (entries) => sample(entries, entries.length),
    sample,
    fork: () => createRandom(Math.floor(next() * 2 ** 32)),
  };
}
