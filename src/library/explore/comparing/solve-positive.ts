/**
 * Solves A·x = b for a positive definite A, in place and without a new array: it is asked some ten times a pair of pictures.
 *
 * @param matrix size × size, row after row; its lower half is read, and becomes the lower factor of A
 * @param values b, and then x
 * @returns false where the matrix is not positive definite; both are of no use then
 */
export function solvePositive(matrix: Float64Array, values: Float64Array, size: number): boolean {
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * size + column] as number;
      for (let k = 0; k < column; k++)
        sum -= (matrix[row * size + k] as number) * (matrix[column * size + k] as number);
      if (row > column) matrix[row * size + column] = sum / (matrix[column * size + column] as number);
      else if (sum > 0) matrix[row * size + row] = Math.sqrt(sum);
      else return false;
    }
  }
  for (let row = 0; row < size; row++) {
    let sum = values[row] as number;
    for (let k = 0; k < row; k++) sum -= (matrix[row * size + k] as number) * (values[k] as number);
    values[row] = sum / (matrix[row * size + row] as number);
  }
  for (let row = size - 1; row >= 0; row--) {
    let sum = values[row] as number;
    for (let k = row + 1; k < size; k++) sum -= (matrix[k * size + row] as number) * (values[k] as number);
    values[row] = sum / (matrix[row * size + row] as number);
  }
  return true;
}
