/** Square matrices as the closed form needs them: positive definite, row after row, in double precision. */

/**
 * Lower factor L of a positive definite matrix, A = L·Lᵀ.
 *
 * @param matrix size × size; only its lower half is read, and it is not changed
 * @throws RangeError where the matrix is not positive definite
 */
export function cholesky(matrix: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * size + column] ?? Number.NaN;
      for (let k = 0; k < column; k++) sum -= (lower[row * size + k] as number) * (lower[column * size + k] as number);
      if (row > column) lower[row * size + column] = sum / (lower[column * size + column] as number);
      else if (sum > 0) lower[row * size + row] = Math.sqrt(sum);
      else throw new RangeError(`the matrix is not positive definite: pivot ${row} is ${sum}`);
    }
  }
  return lower;
}

/** Solves L·x = `values`, in place. */
export function solveLower(lower: Float64Array, size: number, values: Float64Array): Float64Array {
  for (let row = 0; row < size; row++) {
    let sum = values[row] as number;
    for (let k = 0; k < row; k++) sum -= (lower[row * size + k] as number) * (values[k] as number);
    values[row] = sum / (lower[row * size + row] as number);
  }
  return values;
}

/** Solves Lᵀ·x = `values`, in place. */
export function solveUpper(lower: Float64Array, size: number, values: Float64Array): Float64Array {
  for (let row = size - 1; row >= 0; row--) {
    const solved = (values[row] as number) / (lower[row * size + row] as number);
    values[row] = solved;
    for (let k = 0; k < row; k++) values[k] = (values[k] as number) - (lower[row * size + k] as number) * solved;
  }
  return values;
}
