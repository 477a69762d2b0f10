/** Fits a projection on rows of features: pure, and the same for the same rows. */
import type { ProjectionWeights } from '../../src/compute/projection.ts';
import { largestEigenpairs } from './eigen.ts';

export interface FitOptions {
  /** Values of a vector. */
  readonly dimensions: number;
  /** Sizes of the encoder's blocks of features; each block weighs the same. */
  readonly blocks: readonly number[];
  /** Components are scaled by eigenvalue^-whitening: 0 keeps them, 0.5 whitens fully. */
  readonly whitening: number;
}

export function fitProjection(rows: readonly Float32Array[], options: FitOptions): ProjectionWeights {
  const size = rows[0]?.length ?? 0;
  const center = mean(rows, size);
  const deviation = new Float64Array(size);
  for (const row of rows)
    for (let i = 0; i < size; i++) deviation[i] = num(deviation, i) + (num(row, i) - num(center, i)) ** 2;
  const blockOf = options.blocks.flatMap((block) => Array.from({ length: block }, () => block));
  const scale = Float64Array.from(
    deviation,
    (sum, i) => 1 / (Math.sqrt(sum / rows.length + 1e-12) * Math.sqrt(blockOf[i] ?? 1)),
  );

  const standardised = rows.map((row) =>
    unit(Float64Array.from(row, (value, i) => (value - num(center, i)) * num(scale, i))),
  );
  const middle = mean(standardised, size);
  const { values, vectors } = largestEigenpairs(covariance(standardised, middle), options.dimensions);

  const matrix = new Float32Array(options.dimensions * size);
  const offset = new Float32Array(options.dimensions);
  for (const [component, vector] of vectors.entries()) {
    const factor = num(values, component) ** -options.whitening;
    for (let i = 0; i < size; i++) {
      matrix[component * size + i] = num(vector, i) * factor;
      offset[component] = num(offset, component) + num(vector, i) * factor * num(middle, i);
    }
  }
  return { center: Float32Array.from(center), scale: Float32Array.from(scale), matrix, offset };
}

function covariance(rows: readonly Float64Array[], middle: Float64Array): Float64Array[] {
  const size = middle.length;
  const sums = Array.from({ length: size }, () => new Float64Array(size));
  for (const row of rows) {
    const centred = row.map((value, i) => value - num(middle, i));
    for (let i = 0; i < size; i++) {
      const sum = sums[i] as Float64Array;
      const factor = num(centred, i) / rows.length;
      for (let j = 0; j < size; j++) sum[j] = num(sum, j) + factor * num(centred, j);
    }
  }
  return sums;
}

function mean(rows: readonly (Float32Array | Float64Array)[], size: number): Float64Array {
  const sums = new Float64Array(size);
  for (const row of rows) for (let i = 0; i < size; i++) sums[i] = num(sums, i) + num(row, i) / rows.length;
  return sums;
}

function unit(values: Float64Array): Float64Array {
  const length = Math.hypot(...values);
  return length > 0 ? values.map((value) => value / length) : values;
}

function num(values: Float32Array | Float64Array, index: number): number {
  return values[index] as number;
}
