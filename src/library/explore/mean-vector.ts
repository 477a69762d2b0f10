import { normalize } from '../vectors/vector-index.ts';

/** The mean of the vectors of pictures, at length 1; null where none has one. */
export function meanVector(
  ids: readonly number[],
  vectorOf: (id: number) => ArrayLike<number> | null,
): Float32Array | null {
  let sum: Float32Array | null = null;
  for (const id of ids) {
    const vector = vectorOf(id);
    if (!vector) continue;
    sum ??= new Float32Array(vector.length);
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (vector[i] ?? 0);
  }
  return sum && normalize(sum);
}
