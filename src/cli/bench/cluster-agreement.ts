/** How two ways of putting the same things into classes overlap. */
interface Overlap {
  /** Things of each pair of classes, of each class of the one, and of the other. */
  readonly both: readonly number[];
  readonly one: readonly number[];
  readonly other: readonly number[];
  readonly all: number;
}

function overlapOf(a: ArrayLike<number>, b: ArrayLike<number>): Overlap {
  const both = new Map<string, number>();
  const one = new Map<number, number>();
  const other = new Map<number, number>();
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    both.set(`${x} ${y}`, (both.get(`${x} ${y}`) ?? 0) + 1);
    one.set(x, (one.get(x) ?? 0) + 1);
    other.set(y, (other.get(y) ?? 0) + 1);
  }
  return { both: [...both.values()], one: [...one.values()], other: [...other.values()], all: a.length };
}

const pairs = (n: number): number => (n * (n - 1)) / 2;
const sumOf = (values: readonly number[], of: (value: number) => number): number =>
  values.reduce((sum, value) => sum + of(value), 0);

/**
 * Adjusted Rand index of two labellings of the same things (Hubert and Arabie 1985, "Comparing partitions"): 1 where they are the same, 0
 * as by chance, and below.
 */
export function adjustedRandIndex(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const { both, one, other, all } = overlapOf(a, b);
  const [together, inOne, inOther] = [both, one, other].map((counts) => sumOf(counts, pairs));
  const expected = ((inOne ?? 0) * (inOther ?? 0)) / pairs(all);
  const most = ((inOne ?? 0) + (inOther ?? 0)) / 2;
  return most === expected ? 1 : ((together ?? 0) - expected) / (most - expected);
}

/** Mutual information of two labellings over the mean of their entropies, 0 to 1. */
export function normalizedMutualInformation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const { both, one, other, all } = overlapOf(a, b);
  const entropy = (counts: readonly number[]): number => -sumOf(counts, (n) => (n / all) * Math.log(n / all));
  const [joint, inOne, inOther] = [both, one, other].map(entropy);
  const mean = ((inOne ?? 0) + (inOther ?? 0)) / 2;
  return mean === 0 ? 1 : ((inOne ?? 0) + (inOther ?? 0) - (joint ?? 0)) / mean;
}
