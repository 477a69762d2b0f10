import type { HeadWeights } from '../../compute/training/head.ts';

/**
 * Vectors of the taught model for vectors of the untaught one.
 *
 * @param rows n rows of the head's input
 * @returns n unit rows of as many values as the head gives; a row that comes out as zeros becomes the first axis
 * @throws RangeError where `rows` are not whole rows
 */
export function applyHead({ kernel, bias }: HeadWeights, rows: Float32Array, dimensions: number): Float32Array {
  const outputs = kernel.length / dimensions;
  const count = rows.length / dimensions;
  if (!Number.isInteger(count)) throw new RangeError(`${rows.length} values are not rows of ${dimensions}`);
  const result = new Float32Array(count * outputs);
  const sums = new Float64Array(outputs);
  const whole = dimensions - (dimensions % 4);
  for (let row = 0; row < count; row++) {
    if (bias === null) sums.fill(0);
    else sums.set(bias);
    for (let i = 0; i < whole; i += 4) addFour(sums, rows, row * dimensions + i, kernel, i * outputs);
    for (let i = whole; i < dimensions; i++) {
      const value = rows[row * dimensions + i] as number;
      const start = i * outputs;
      for (let j = 0; j < outputs; j++) sums[j] = (sums[j] as number) + value * (kernel[start + j] as number);
    }
    let square = 0;
    for (let j = 0; j < outputs; j++) square += (sums[j] as number) ** 2;
    const length = Math.sqrt(square);
    if (length > 0) for (let j = 0; j < outputs; j++) result[row * outputs + j] = (sums[j] as number) / length;
    else result[row * outputs] = 1;
  }
  return result;
}

/** Adds four inputs times their rows of the kernel: each sum is read and written once instead of four times. */
function addFour(sums: Float64Array, rows: Float32Array, at: number, kernel: Float32Array, start: number): void {
  const outputs = sums.length;
  const [a, b, c, d] = [rows[at], rows[at + 1], rows[at + 2], rows[at + 3]] as [number, number, number, number];
  const [second, third, fourth] = [start + outputs, start + 2 * outputs, start + 3 * outputs];
  for (let j = 0; j < outputs; j++) {
    sums[j] =
      (sums[j] as number) +
      a * (kernel[start + j] as number) +
      b * (kernel[second + j] as number) +
      c * (kernel[third + j] as number) +
      d * (kernel[fourth + j] as number);
  }
}
