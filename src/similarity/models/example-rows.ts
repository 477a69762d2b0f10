import * as tf from '@tensorflow/tfjs-core';
import { checkFinite } from '../checks.ts';
import { SimilarityError } from '../errors.ts';
import type { Examples } from '../samplers/examples.ts';

type Shape = readonly (number | null)[];

/** True where each length is the expected one, or is free to be any. */
function fits(shape: readonly number[], expected: Shape): boolean {
  return shape.length === expected.length && expected.every((length, i) => length === null || length === shape[i]);
}

/** @throws SimilarityError WRONG_SHAPE where the rows of `shape` have another shape than a model takes */
export function checkRowShape(argument: string, shape: readonly number[], expected: Shape): void {
  if (fits(shape.slice(1), expected)) return;
  const wanted = ['examples', ...expected.map((length) => length ?? 'any')].join(', ');
  throw new SimilarityError('WRONG_SHAPE', argument, { expected: `[${wanted}] was expected`, shape });
}

/**
 * Examples, checked where they enter.
 *
 * @param expected shape of one of them
 * @returns how many there are
 * @throws SimilarityError WRONG_SHAPE, WRONG_LENGTH, EMPTY or NOT_FINITE
 */
export async function checkExamples(argument: string, examples: Examples, expected: Shape): Promise<number> {
  const { shape } = examples;
  checkRowShape(argument, shape, expected);
  const size = shape.reduce((product, length) => product * length, 1);
  if (size === 0) throw new SimilarityError('EMPTY', argument, { expected: 'no example', shape });
  const values = examples instanceof tf.Tensor ? await examples.data() : examples.data;
  if (values.length !== size) {
    throw new SimilarityError('WRONG_LENGTH', argument, { expected: `it holds ${values.length} values`, shape });
  }
  checkFinite(argument, values, shape);
  return shape[0];
}

/** @returns [size, …] float32, a new tensor */
export function exampleSlice(examples: Examples, begin: number, size: number): tf.Tensor {
  if (examples instanceof tf.Tensor) {
    return tf.tidy(() => tf.cast(tf.slice(examples, [begin], [size]), 'float32'));
  }
  const rowSize = examples.data.length / (examples.shape[0] as number);
  const values = examples.data.subarray(begin * rowSize, (begin + size) * rowSize);
  return tf.tensor(values, [size, ...examples.shape.slice(1)], 'float32');
}

/** The named examples in that order, in plain memory. */
export async function pickExamples(examples: Examples, rows: readonly number[]): Promise<Examples> {
  const values = examples instanceof tf.Tensor ? await examples.data() : examples.data;
  const rowSize = values.length / examples.shape[0];
  const data = new Float32Array(rows.length * rowSize);
  for (const [i, row] of rows.entries()) data.set(values.subarray(row * rowSize, (row + 1) * rowSize), i * rowSize);
  return { data, shape: [rows.length, ...examples.shape.slice(1)] };
}
