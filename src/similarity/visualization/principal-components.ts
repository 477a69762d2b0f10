import { createRandom } from '../random.ts';

/** Rows of numbers, one after the other. */
export interface Matrix {
  readonly data: Float32Array | Float64Array;
  readonly rows: number;
  readonly columns: number;
}

export interface Projection {
  /** [rows × components] each row's place along the components, its mean taken off. */
  readonly coordinates: Float64Array;
  /** Share of the whole variance along each component, in [0, 1], falling. */
  readonly explained: readonly number[];
}

/** Directions that are iterated on beside those that are wanted: the more, the faster it converges. */
const EXTRA_DIRECTIONS = 6;
const MOST_ITERATIONS = 300;
const TOLERANCE = 1e-10;

/**
 * Principal component analysis: the directions along which the rows vary most.
 *
 * Subspace iteration with a Rayleigh–Ritz step (Saad, Numerical Methods for Large Eigenvalue Problems, ch. 5): exact where the
 * rows have few columns, and never a matrix of columns × columns. A component's sign, which is arbitrary, is chosen such that
 * its largest entry is positive. Where the rows vary in fewer directions than are wanted the rest of the coordinates are 0.
 */
export function principalComponents(matrix: Matrix, components: number): Projection {
  const centred = centre(matrix);
  const { rows, columns } = matrix;
  const total = squaredLength(centred);
  const wanted = Math.min(components, columns);
  const size = Math.min(columns, wanted + EXTRA_DIRECTIONS);
  const random = createRandom(0);
  let basis: readonly Float64Array[] = Array.from({ length: size }, () =>
    Float64Array.from({ length: columns }, () => random.between(-1, 1)),
  );
  let before: number[] = [];
  orthonormalize(basis);
  for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
    const step = ritzStep(centred, rows, columns, basis);
    basis = step.basis;
    const settled = step.variances.slice(0, wanted).every((variance, i) => {
      return Math.abs(variance - (before[i] ?? Infinity)) <= TOLERANCE * Math.max(total, Number.MIN_VALUE);
    });
    before = step.variances;
    if (settled) break;
  }
  const directions = basis.slice(0, wanted).map(withPositiveLargest);
  const coordinates = new Float64Array(rows * components);
  for (let row = 0; row < rows; row++) {
    const values = centred.subarray(row * columns, (row + 1) * columns);
    for (const [i, direction] of directions.entries()) coordinates[row * components + i] = dot(values, direction);
  }
  const explained = Array.from({ length: components }, (_, i) =>
    total > 0 && i < wanted ? Math.min(1, Math.max(0, before[i] ?? 0) / total) : 0,
  );
  return { coordinates, explained };
}

function centre({ data, rows, columns }: Matrix): Float64Array {
  const means = new Float64Array(columns);
  for (let i = 0; i < data.length; i++)
    means[i % columns] = (means[i % columns] as number) + (data[i] as number) / rows;
  return Float64Array.from(data, (value, i) => value - (means[i % columns] as number));
}

/** One multiplication by the scatter matrix Xᵀ X and the best directions within what that spans, largest variance first. */
function ritzStep(
  centred: Float64Array,
  rows: number,
  columns: number,
  basis: readonly Float64Array[],
): { basis: Float64Array[]; variances: number[] } {
  const images = basis.map((direction) => timesScatter(centred, rows, columns, direction));
  orthonormalize(images);
  const scattered = images.map((direction) => timesScatter(centred, rows, columns, direction));
  const small = images.map((direction) => scattered.map((image) => dot(direction, image)));
  const { values, vectors } = symmetricEigen(small);
  const order = values.map((_, i) => i).sort((a, b) => (values[b] as number) - (values[a] as number));
  return {
    variances: order.map((i) => values[i] as number),
    basis: order.map((i) =>
      combination(
        images,
        vectors.map((row) => row[i] as number),
      ),
    ),
  };
}

function timesScatter(centred: Float64Array, rows: number, columns: number, direction: Float64Array): Float64Array {
  const product = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    const values = centred.subarray(row * columns, (row + 1) * columns);
    const along = dot(values, direction);
    for (let i = 0; i < columns; i++) product[i] = (product[i] as number) + along * (values[i] as number);
  }
  return product;
}

/** Gram–Schmidt, twice for the sake of rounding; what depends on those before becomes 0. Changes the vectors in place. */
function orthonormalize(vectors: readonly Float64Array[]): void {
  for (const [i, vector] of vectors.entries()) {
    const original = Math.sqrt(squaredLength(vector));
    for (let pass = 0; pass < 2; pass++) {
      for (const other of vectors.slice(0, i)) {
        const along = dot(vector, other);
        for (let k = 0; k < vector.length; k++) vector[k] = (vector[k] as number) - along * (other[k] as number);
      }
    }
    const length = Math.sqrt(squaredLength(vector));
    const dependent = length <= original * 1e-12;
    for (let k = 0; k < vector.length; k++) vector[k] = dependent ? 0 : (vector[k] as number) / length;
  }
}

/** Jacobi's method. @returns eigenvalues, and the eigenvectors as columns */
export function symmetricEigen(matrix: readonly (readonly number[])[]): { values: number[]; vectors: number[][] } {
  const size = matrix.length;
  const a = matrix.map((row) => [...row]);
  const vectors = matrix.map((_, i) => matrix.map((__, j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < 50; sweep++) {
    let offDiagonal = 0;
    let diagonal = 0;
    for (let p = 0; p < size; p++) {
      diagonal += at(a, p, p) ** 2;
      for (let q = p + 1; q < size; q++) offDiagonal += at(a, p, q) ** 2;
    }
    if (offDiagonal <= 1e-30 * diagonal) break;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(a, vectors, p, q);
  }
  return { values: a.map((row, i) => row[i] as number), vectors };
}

/** Turns the plane of two axes such that a[p][q] becomes 0. */
function rotate(a: number[][], vectors: number[][], p: number, q: number): void {
  const apart = at(a, p, q);
  if (apart === 0) return;
  const theta = (at(a, q, q) - at(a, p, p)) / (2 * apart);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cosine = 1 / Math.hypot(tangent, 1);
  const sine = tangent * cosine;
  const turn = (rows: number[][], [i, j]: [number, number], [k, l]: [number, number]): void => {
    const [first, second] = [at(rows, i, j), at(rows, k, l)];
    (rows[i] as number[])[j] = cosine * first - sine * second;
    (rows[k] as number[])[l] = sine * first + cosine * second;
  };
  for (let k = 0; k < a.length; k++) turn(a, [k, p], [k, q]);
  for (let k = 0; k < a.length; k++) turn(a, [p, k], [q, k]);
  for (let k = 0; k < a.length; k++) turn(vectors, [k, p], [k, q]);
}

function at(matrix: readonly (readonly number[])[], i: number, j: number): number {
  return matrix[i]?.[j] ?? 0;
}

function combination(vectors: readonly Float64Array[], weights: readonly number[]): Float64Array {
  const sum = new Float64Array(vectors[0]?.length ?? 0);
  for (const [i, vector] of vectors.entries()) {
    for (let k = 0; k < sum.length; k++) sum[k] = (sum[k] as number) + (weights[i] as number) * (vector[k] as number);
  }
  return sum;
}

function withPositiveLargest(direction: Float64Array): Float64Array {
  const largest = direction.reduce((best, value) => (Math.abs(value) > Math.abs(best) + 1e-9 ? value : best), 0);
  return largest < 0 ? direction.map((value) => -value) : direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function squaredLength(vector: Float64Array): number {
  return dot(vector, vector);
}
