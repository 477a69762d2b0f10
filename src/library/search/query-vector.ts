import { dot, normalize } from '../vectors/vector-index.ts';

/** How much the pictures that are not wanted push away: Rocchio's classic 0.15–0.5; the upper end, since a person says it. */
const UNWANTED_WEIGHT = 0.5;

export interface ExampleVector {
  /** Unit length. */
  readonly vector: Float32Array;
  readonly wanted: boolean;
}

/**
 * One query from several examples: the mean of the wanted minus half the mean of the not wanted, unit length (Rocchio,
 * "Relevance feedback in information retrieval", 1971). One wanted example is itself.
 */
export function queryVector(examples: readonly ExampleVector[]): Float32Array {
  const [first] = examples;
  if (!first) throw new RangeError('a query needs at least one example');
  const sum = new Float32Array(first.vector.length);
  const wanted = examples.filter((example) => example.wanted);
  const unwanted = examples.filter((example) => !example.wanted);
  addScaled(sum, wanted, 1 / Math.max(1, wanted.length));
  addScaled(sum, unwanted, -UNWANTED_WEIGHT / Math.max(1, unwanted.length));
  return normalize(sum);
}

/** Length of the sum of unit vectors: their number where all are one. */
export function lengthOfSum(vectors: readonly Float32Array[]): number {
  const sum = new Float32Array(vectors[0]?.length ?? 0);
  addScaled(
    sum,
    vectors.map((vector) => ({ vector, wanted: true })),
    1,
  );
  return Math.sqrt(dot(sum, sum));
}

function addScaled(sum: Float32Array, examples: readonly ExampleVector[], weight: number): void {
  for (const { vector } of examples) {
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + weight * (vector[i] ?? 0);
  }
}
