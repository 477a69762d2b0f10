import type { HeadWeights } from '../../compute/training/head.ts';
import { cholesky, solveLower, solveUpper } from './cholesky.ts';

/** What a head is made from: vectors of the untaught model, and the groups that each is in. */
export interface LabelledRows {
  /** n × `dimensions`, row after row, unit length. */
  readonly rows: Float32Array;
  readonly dimensions: number;
  /** Group of each row, from 0. A picture in several groups has a row for each. */
  readonly labels: ArrayLike<number>;
}

export interface ClosedFormSettings {
  /** How far the within-group covariance is drawn towards its mean variance before it is taken off, 0–1: 1 leaves the space as it is. */
  readonly shrinkage: number;
  /** The same where the directions between groups are found. */
  readonly directionShrinkage: number;
  /** How much the directions between groups count beside everything else; 0 for not at all. */
  readonly weight: number;
  /** How much of the mean of the groups' means is taken off, 0–1. */
  readonly centring: number;
}

/** Directions that are kept. With more groups than this those that part them most are, and a search has no more to say. */
const MOST_DIRECTIONS = 64;

/** A direction that is no longer than this, of a length of 1, says nothing that the ones before it do not. */
const SAME_DIRECTION = 1e-4;

/**
 * The head that needs no training: what varies within groups counts less, what differs between them more. With S the covariance
 * within groups and U an orthonormal basis of the groups' means in the space whitened by S, two vectors are compared by
 *
 *   (a - m)ᵀ (S₁⁻¹ + w² S₂^(-1/2) U Uᵀ S₂^(-1/2)) (b - m)
 *
 * which is the inner product of a whitened vector with its places between the groups appended (Fisher's discriminant,
 * regularised: Friedman, "Regularized discriminant analysis", 1989). The matrix is factored, so that vectors stay as long as they
 * were. It takes milliseconds for hundreds of rows: it can follow each label.
 *
 * @returns kernel `dimensions` × `dimensions` and bias; the head's output is to be scaled to length 1
 * @throws RangeError where there is no row, or a row is not whole
 */
export function closedFormHead(labelled: LabelledRows, settings: ClosedFormSettings): HeadWeights {
  const { rows, dimensions: size, labels } = labelled;
  const count = labels.length;
  if (count === 0 || rows.length !== count * size) {
    throw new RangeError(`${rows.length} values are not ${count} rows of ${size}`);
  }
  const { means, middle } = groupMeans(labelled);
  const within = withinGroups(labelled, means);
  const metric = inverse(shrunk(within, size, settings.shrinkage), size);
  if (settings.weight > 0) {
    const factor = cholesky(shrunk(within, size, settings.directionShrinkage), size);
    const apart = [...means.values()].map((mean) => mean.map((value, i) => value - (middle[i] as number)));
    for (const direction of directionsBetween(apart, factor, size)) {
      addOuter(metric, direction, settings.weight ** 2);
    }
  }
  return headOf(metric, middle, settings.centring, size);
}

interface GroupMeans {
  readonly means: ReadonlyMap<number, Float64Array>;
  /** Mean of the means: a large group says no more than a small one. */
  readonly middle: Float64Array;
}

function groupMeans({ rows, dimensions: size, labels }: LabelledRows): GroupMeans {
  const means = new Map<number, Float64Array>();
  const counts = new Map<number, number>();
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row] as number;
    const sum = means.get(label) ?? new Float64Array(size);
    for (let i = 0; i < size; i++) sum[i] = (sum[i] as number) + (rows[row * size + i] as number);
    means.set(label, sum);
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const middle = new Float64Array(size);
  for (const [label, sum] of means) {
    const scale = 1 / (counts.get(label) ?? 1);
    for (let i = 0; i < size; i++) {
      sum[i] = (sum[i] as number) * scale;
      middle[i] = (middle[i] as number) + (sum[i] as number) / means.size;
    }
  }
  return { means, middle };
}

/** Covariance of the rows about their groups' means; zeros where each group has one row. Only the lower half is filled. */
function withinGroups({ rows, dimensions: size, labels }: LabelledRows, means: GroupMeans['means']): Float64Array {
  const scatter = new Float64Array(size * size);
  const apart = new Float64Array(size);
  const freedom = Math.max(1, labels.length - means.size);
  for (let row = 0; row < labels.length; row++) {
    const mean = means.get(labels[row] as number);
    for (let i = 0; i < size; i++) apart[i] = (rows[row * size + i] as number) - (mean?.[i] ?? 0);
    for (let i = 0; i < size; i++) {
      const scaled = (apart[i] as number) / freedom;
      const start = i * size;
      for (let j = 0; j <= i; j++) scatter[start + j] = (scatter[start + j] as number) + scaled * (apart[j] as number);
    }
  }
  return scatter;
}

/** The covariance with a mean variance of 1, drawn towards the identity; the identity where nothing varies. */
function shrunk(covariance: Float64Array, size: number, shrinkage: number): Float64Array {
  let trace = 0;
  for (let i = 0; i < size; i++) trace += covariance[i * size + i] as number;
  const variance = trace / size;
  // below float32's rounding of unit vectors there is nothing but noise
  const kept = variance > 1e-12 ? (1 - shrinkage) / variance : 0;
  const result = covariance.map((value) => value * kept);
  for (let i = 0; i < size; i++) {
    result[i * size + i] = (result[i * size + i] as number) + (kept > 0 ? shrinkage : 1);
  }
  return result;
}

/** Inverse of a positive definite matrix, whole. */
function inverse(matrix: Float64Array, size: number): Float64Array {
  const factor = cholesky(matrix, size);
  const result = new Float64Array(size * size);
  for (let column = 0; column < size; column++) {
    const axis = new Float64Array(size);
    axis[column] = 1;
    result.set(solveUpper(factor, size, solveLower(factor, size, axis)), column * size);
  }
  return result;
}

/** S^(-1/2)·U, a vector each: an orthonormal basis of the whitened means, brought back. */
function directionsBetween(apart: readonly Float64Array[], factor: Float64Array, size: number): Float64Array[] {
  const whitened = apart.map((mean) => solveLower(factor, size, mean));
  const basis: Float64Array[] = [];
  // the farthest first, and then what is farthest from those that are there
  while (basis.length < MOST_DIRECTIONS) {
    const farthest = whitened.reduce<Float64Array | null>(
      (best, vector) => (best === null || squared(vector) > squared(best) ? vector : best),
      null,
    );
    const length = farthest === null ? 0 : Math.sqrt(squared(farthest));
    if (farthest === null || length < SAME_DIRECTION) break;
    const direction = farthest.map((value) => value / length);
    basis.push(direction);
    for (const vector of whitened) takeOff(vector, direction);
  }
  return basis.map((direction) => solveUpper(factor, size, direction.slice()));
}

function squared(vector: Float64Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return sum;
}

function takeOff(vector: Float64Array, direction: Float64Array): void {
  let along = 0;
  for (let i = 0; i < vector.length; i++) along += (vector[i] as number) * (direction[i] as number);
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) - along * (direction[i] as number);
}

function addOuter(matrix: Float64Array, vector: Float64Array, weight: number): void {
  const size = vector.length;
  for (let i = 0; i < size; i++) {
    const scaled = weight * (vector[i] as number);
    for (let j = 0; j < size; j++)
      matrix[i * size + j] = (matrix[i * size + j] as number) + scaled * (vector[j] as number);
  }
}

/** x ↦ Lᵀ(x - centring·m), with the metric L·Lᵀ. */
function headOf(metric: Float64Array, middle: Float64Array, centring: number, size: number): HeadWeights {
  const factor = cholesky(metric, size);
  const bias = new Float32Array(size);
  for (let row = 0; row < size; row++) {
    const offset = centring * (middle[row] as number);
    for (let column = 0; column <= row; column++) {
      bias[column] = (bias[column] as number) - offset * (factor[row * size + column] as number);
    }
  }
  return { kernel: Float32Array.from(factor), bias };
}
