/** Rows of vectors one after the other, as heads and evaluations take them. */

/** A row for each id, in their order; zeros where there is no vector. */
export function rowsOf(
  ids: readonly number[],
  vectorOf: (id: number) => Float32Array | null,
  dimensions: number,
): Float32Array {
  const rows = new Float32Array(ids.length * dimensions);
  for (const [i, id] of ids.entries()) rows.set(vectorOf(id) ?? [], i * dimensions);
  return rows;
}

/** The rows at these positions, in their order. */
export function rowsAt(rows: Float32Array, positions: readonly number[], dimensions: number): Float32Array {
  return rowsOf(positions, (row) => rows.subarray(row * dimensions, (row + 1) * dimensions), dimensions);
}
