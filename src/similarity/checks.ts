/** What a caller hands over is checked here, once, where it enters the module; inside nothing is checked again. */
import type * as tf from '@tensorflow/tfjs-core';
import { SimilarityError } from './errors.ts';

/** Class ids, one an example: whole numbers. */
export type Labels = tf.Tensor1D | Int32Array | readonly number[];

/**
 * A matrix of embeddings that is safe to compute with.
 *
 * @param argument the caller's name for it
 * @param embeddings [examples, dimensions], float32: backends differ in what they can compute with others
 * @throws SimilarityError WRONG_RANK, WRONG_TYPE, EMPTY or NOT_FINITE
 */
export function checkEmbeddings(argument: string, embeddings: tf.Tensor): tf.Tensor2D {
  const matrix = checkRank(argument, embeddings, 2) as tf.Tensor2D;
  if (matrix.dtype !== 'float32') {
    const expected = `float32 was expected, not ${matrix.dtype}; tf.cast makes it so`;
    throw new SimilarityError('WRONG_TYPE', argument, { expected, shape: matrix.shape });
  }
  if (matrix.size === 0) throw new SimilarityError('EMPTY', argument, { expected: 'no value', shape: matrix.shape });
  checkFinite(argument, matrix.dataSync(), matrix.shape);
  return matrix;
}

/** @throws SimilarityError WRONG_RANK */
export function checkRank(argument: string, tensor: tf.Tensor, rank: number): tf.Tensor {
  if (tensor.rank === rank) return tensor;
  throw new SimilarityError('WRONG_RANK', argument, {
    expected: `${rank} dimensions were expected, not ${tensor.rank}`,
    shape: tensor.shape,
  });
}

/** @throws SimilarityError NOT_FINITE where a value is NaN or infinite */
export function checkFinite(argument: string, values: ArrayLike<number>, shape?: readonly number[]): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    throw new SimilarityError('NOT_FINITE', argument, {
      expected: `value ${i} is ${String(values[i])}`,
      shape: shape ?? [values.length],
    });
  }
}

/** @throws SimilarityError WRONG_LENGTH where the two differ in length */
export function checkSameDimensions(argument: string, dimensions: number, expected: number): void {
  if (dimensions === expected) return;
  throw new SimilarityError('WRONG_LENGTH', argument, {
    expected: `embeddings of ${expected} dimensions were expected`,
    shape: [dimensions],
  });
}

/**
 * Labels as whole numbers in memory.
 *
 * @param examples how many there must be
 * @throws SimilarityError WRONG_RANK, WRONG_LENGTH or NOT_AN_INTEGER
 */
export function checkLabels(argument: string, labels: Labels, examples: number): Int32Array {
  // asked so, and not by its class, so that whoever checks numbers alone does not load TensorFlow.js
  const values = 'dataSync' in labels ? checkRank(argument, labels, 1).dataSync() : labels;
  if (values.length !== examples) {
    throw new SimilarityError('WRONG_LENGTH', argument, {
      expected: `one label for each of ${examples} examples was expected`,
      shape: [values.length],
    });
  }
  const whole = Int32Array.from(values);
  for (const [i, value] of whole.entries()) {
    if (value === values[i]) continue;
    throw new SimilarityError('NOT_AN_INTEGER', argument, {
      expected: `label ${i} is ${String(values[i])}`,
      shape: [values.length],
    });
  }
  return whole;
}

/**
 * A number within its range.
 *
 * @throws SimilarityError OUT_OF_RANGE
 */
export function checkRange(argument: string, value: number, least: number, most = Infinity): number {
  if (value >= least && value <= most) return value;
  const range = most === Infinity ? `at least ${least}` : `between ${least} and ${most}`;
  throw new SimilarityError('OUT_OF_RANGE', argument, { expected: `it must be ${range}, not ${value}` });
}

/**
 * A finite number of either sign.
 *
 * @throws SimilarityError NOT_FINITE
 */
export function checkFiniteNumber(argument: string, value: number): number {
  if (Number.isFinite(value)) return value;
  throw new SimilarityError('NOT_FINITE', argument, { expected: `it is ${value}` });
}

/**
 * A finite number above 0.
 *
 * @throws SimilarityError OUT_OF_RANGE
 */
export function checkPositive(argument: string, value: number): number {
  if (value > 0 && value < Infinity) return value;
  throw new SimilarityError('OUT_OF_RANGE', argument, { expected: `it must be above 0 and finite, not ${value}` });
}

/**
 * A whole number within its range.
 *
 * @throws SimilarityError OUT_OF_RANGE or NOT_AN_INTEGER
 */
export function checkCount(argument: string, value: number, least = 1, most = Infinity): number {
  if (!Number.isInteger(value)) throw new SimilarityError('NOT_AN_INTEGER', argument, { expected: `it is ${value}` });
  return checkRange(argument, value, least, most);
}

/** @throws SimilarityError UNKNOWN_NAME, with the names that there are */
export function unknownName(argument: string, name: string, known: Iterable<string>): SimilarityError {
  return new SimilarityError('UNKNOWN_NAME', argument, { expected: `"${name}" is none of ${[...known].join(', ')}` });
}
