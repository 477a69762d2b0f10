/** Fits a projection on rows of features: pure, and the same for the same rows. */
import type { ProjectionWeights } from '../../src/compute/projection.ts';
import { largestEigenpairs } from './eigen.ts';

export interface FitOptions {
  /** Values of a vector. */
  readonly dimensions: number;
  /** The encoder's blocks of features: each weighs as given, whatever its size. */
  readonly blocks: readonly { readonly size: number; readonly weight: number }[];
  /** Components are scaled by eigenvalue^-whitening: 0 keeps them, 0.5 whitens fully. */
  readonly whitening: number;
  /** How much directions in which a picture differs from its own copy are held down; 0 is not at all. */
  readonly steadiness: number;
}

/** Features of a picture and of a poorer copy of it. */
export type CopyPair = readonly [Float32Array, Float32Array];

/**
 * With C the covariance of the standardised, normalised rows and W that of the differences between pictures and their
 * copies (scaled to a mean diagonal of 1), the components are the leading ones of C measured in I + steadiness · W.
 *
 * @param rows - features of pictures that are all of different kinds
 * @param pairs - may be empty where `steadiness` is 0
 */
export function fitProjection(
  rows: readonly Float32Array[],
  pairs: readonly CopyPair[],
  options: FitOptions,
): ProjectionWeights {
  const size = rows[0]?.length ?? 0;
  const center = mean(rows, size);
  const deviation = new Float64Array(size);
  for (const row of rows) {
    for (let i = 0; i < size; i++) deviation[i] = num(deviation, i) + (num(row, i) - num(center, i)) ** 2 / rows.length;
  }
  const factors = options.blocks.flatMap((block) =>
    Array.from({ length: block.size }, () => block.weight / Math.sqrt(block.size)),
  );
  const scale = deviation.map((variance, i) => (factors[i] ?? 0) / Math.sqrt(variance + 1e-12));
  const standardise = (row: Float32Array): Float64Array =>
    unit(Float64Array.from(row, (value, i) => (value - num(center, i)) * num(scale, i)));

  const standardised = rows.map(standardise);
  const middle = mean(standardised, size);
  const covariance = secondMoments(standardised.map((row) => minus(row, middle)));
  const differences = pairs.map(([picture, copy]) => minus(standardise(picture), standardise(copy)));
  const { matrix, offset } = components(covariance, metric(differences, size, options.steadiness), middle, options);
  return { center: Float32Array.from(center), scale: Float32Array.from(scale), matrix, offset };
}

/** I + steadiness · W. */
function metric(differences: readonly Float64Array[], size: number, steadiness: number): Float64Array[] {
  const moments = secondMoments(differences, size);
  const level = moments.reduce((sum, row, i) => sum + num(row, i) / size, 0);
  const factor = level > 0 ? steadiness / level : 0;
  return moments.map((row, i) => row.map((value, j) => factor * value + (i === j ? 1 : 0)));
}

/** With metric = L·Lᵀ: the eigenvectors of L⁻¹·C·L⁻ᵀ, taken back to the features and scaled. */
function components(
  covariance: readonly Float64Array[],
  measure: readonly Float64Array[],
  middle: Float64Array,
  { dimensions, whitening }: FitOptions,
): Pick<ProjectionWeights, 'matrix' | 'offset'> {
  const size = middle.length;
  const lower = cholesky(measure);
  const half = transposed(covariance.map((row) => forward(lower, row)));
  const { values, vectors } = largestEigenpairs(
    half.map((row) => forward(lower, row)),
    dimensions,
  );
  const matrix = new Float32Array(dimensions * size);
  const offset = new Float32Array(dimensions);
  for (const [component, vector] of vectors.entries()) {
    const factor = num(values, component) ** -whitening;
    const row = backward(lower, vector).map((value) => value * factor);
    matrix.set(row, component * size);
    offset[component] = row.reduce((sum, value, i) => sum + value * num(middle, i), 0);
  }
  return { matrix, offset };
}

/** L of a positive definite matrix = L·Lᵀ. */
function cholesky(matrix: readonly Float64Array[]): Float64Array[] {
  const lower = matrix.map((row) => new Float64Array(row.length));
  for (const [i, target] of lower.entries()) {
    for (let j = 0; j <= i; j++) {
      const other = lower[j] as Float64Array;
      let sum = num(matrix[i] as Float64Array, j);
      for (let k = 0; k < j; k++) sum -= num(target, k) * num(other, k);
      target[j] = i === j ? Math.sqrt(sum) : sum / num(other, j);
    }
  }
  return lower;
}

/** L⁻¹·x */
function forward(lower: readonly Float64Array[], vector: Float64Array): Float64Array {
  const result = vector.slice();
  for (const [i, row] of lower.entries()) {
    let sum = num(result, i);
    for (let k = 0; k < i; k++) sum -= num(row, k) * num(result, k);
    result[i] = sum / num(row, i);
  }
  return result;
}

/** L⁻ᵀ·x */
function backward(lower: readonly Float64Array[], vector: Float64Array): Float64Array {
  const result = vector.slice();
  for (let i = result.length - 1; i >= 0; i--) {
    const row = lower[i] as Float64Array;
    const value = num(result, i) / num(row, i);
    result[i] = value;
    for (let k = 0; k < i; k++) result[k] = num(result, k) - num(row, k) * value;
  }
  return result;
}

/** Mean of the rows' outer products. */
function secondMoments(rows: readonly Float64Array[], size = rows[0]?.length ?? 0): Float64Array[] {
  const sums = Array.from({ length: size }, () => new Float64Array(size));
  for (const row of rows) {
    for (const [i, sum] of sums.entries()) {
      const factor = num(row, i) / rows.length;
      for (let j = 0; j < size; j++) sum[j] = num(sum, j) + factor * num(row, j);
    }
  }
  return sums;
}

function transposed(matrix: readonly Float64Array[]): Float64Array[] {
  return matrix.map((_, i) => Float64Array.from(matrix, (row) => num(row, i)));
}

function mean(rows: readonly (Float32Array | Float64Array)[], size: number): Float64Array {
  const sums = new Float64Array(size);
  for (const row of rows) for (let i = 0; i < size; i++) sums[i] = num(sums, i) + num(row, i) / rows.length;
  return sums;
}

function minus(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - num(b, i));
}

function unit(values: Float64Array): Float64Array {
  const length = Math.hypot(...values);
  return length > 0 ? values.map((value) => value / length) : values;
}

function num(values: Float32Array | Float64Array, index: number): number {
  return values[index] as number;
}
