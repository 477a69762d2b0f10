/** Eigenvalues, largest first, and their unit eigenvectors, a row each. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array[];
}

/** Rounds of the power iteration. With the fourth power of the matrix, 15 are 60: the last pairs kept have settled. */
const ROUNDS = 15;

/**
 * The `count` largest eigenpairs of a symmetric, positive semidefinite matrix, by block power iteration with
 * orthogonalisation: enough for a few hundred of a thousand, and the same on each run (it starts from fixed numbers). A
 * quarter more are carried along and dropped, because the last ones settle slowest.
 *
 * @param matrix - rows; eigenvalues of at most about 1
 */
export function largestEigenpairs(matrix: readonly Float64Array[], count: number): Eigen {
  // Same eigenvectors, eigenvalues to the fourth: a higher power would lose the small ones in rounding.
  const squared = matrix.map((row) => product(matrix, row));
  const fourth = squared.map((row) => product(squared, row));
  const size = matrix.length;
  const carried = Math.min(size, count + Math.ceil(count / 4));
  let basis = orthonormal(Array.from({ length: carried }, (_, row) => noise(size, row + 1)));
  for (let round = 0; round < ROUNDS; round++) basis = orthonormal(basis.map((vector) => product(fourth, vector)));
  // Rayleigh–Ritz: the eigenpairs of the matrix inside the space that was found.
  const images = basis.map((vector) => product(matrix, vector));
  const small = basis.map((a) => Float64Array.from(images, (b) => dot(a, b)));
  const { values, vectors } = jacobi(small);
  return {
    values: values.slice(0, count),
    vectors: vectors.slice(0, count).map((weights) => combine(basis, weights)),
  };
}

/** All eigenpairs of a small symmetric matrix by cyclic Jacobi rotations. */
export function jacobi(matrix: readonly Float64Array[]): Eigen {
  const size = matrix.length;
  const a = matrix.map((row) => row.slice());
  const vectors = a.map((_, i) => Float64Array.from(a, (_row, j) => (i === j ? 1 : 0)));
  const total = a.reduce((sum, row) => sum + dot(row, row), 0);
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) off += at(a, p, q) ** 2;
    if (off <= 1e-24 * total) break;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(a, vectors, p, q);
  }
  const order = a.map((_, i) => i).sort((i, j) => at(a, j, j) - at(a, i, i));
  return {
    values: Float64Array.from(order, (i) => at(a, i, i)),
    vectors: order.map((i) => vectors[i] as Float64Array),
  };
}

/** One rotation that makes a[p][q] zero; the rows of `vectors` turn with it. */
function rotate(a: Float64Array[], vectors: Float64Array[], p: number, q: number): void {
  const apq = at(a, p, q);
  if (apq === 0) return;
  const theta = (at(a, q, q) - at(a, p, p)) / (2 * apq);
  const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  turn(a[p] as Float64Array, a[q] as Float64Array, c, t * c);
  for (const row of a) {
    const x = row[p] as number;
    const y = row[q] as number;
    row[p] = c * x - t * c * y;
    row[q] = t * c * x + c * y;
  }
  turn(vectors[p] as Float64Array, vectors[q] as Float64Array, c, t * c);
}

function turn(x: Float64Array, y: Float64Array, c: number, s: number): void {
  for (let i = 0; i < x.length; i++) {
    const xi = x[i] as number;
    const yi = y[i] as number;
    x[i] = c * xi - s * yi;
    y[i] = s * xi + c * yi;
  }
}

/** Gram–Schmidt, twice each: once loses digits where vectors are nearly parallel. */
function orthonormal(vectors: readonly Float64Array[]): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const source of vectors) {
    const vector = source.slice();
    for (let pass = 0; pass < 2; pass++) for (const other of basis) subtract(vector, other, dot(vector, other));
    const length = Math.sqrt(dot(vector, vector));
    if (length > 0) basis.push(vector.map((value) => value / length));
  }
  return basis;
}

function subtract(vector: Float64Array, other: Float64Array, times: number): void {
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) - times * (other[i] as number);
}

function product(matrix: readonly Float64Array[], vector: Float64Array): Float64Array {
  return Float64Array.from(matrix, (row) => dot(row, vector));
}

function combine(basis: readonly Float64Array[], weights: Float64Array): Float64Array {
  const result = new Float64Array(basis[0]?.length ?? 0);
  for (const [i, vector] of basis.entries()) subtract(result, vector, -(weights[i] as number));
  return result;
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function at(matrix: readonly Float64Array[], row: number, column: number): number {
  return (matrix[row] as Float64Array)[column] as number;
}

/** Fixed numbers in (-1, 1), by mulberry32. */
function noise(length: number, seed: number): Float64Array {
  let state = seed * 0x9e3779b9;
  return Float64Array.from({ length }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  });
}
