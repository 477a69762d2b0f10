import * as tf from '@tensorflow/tfjs-core';
import { checkFinite } from '../checks.ts';
import { SimilarityError } from '../errors.ts';

/** Values in plain memory, row after row. */
export interface PlainExamples {
  readonly data: Float32Array | Int32Array;
  /** [examples, …] for many, […] for one */
  readonly shape: readonly number[];
}

/** Examples as a tensor or in plain memory, which needs no backend. */
export type Examples = tf.Tensor | PlainExamples;

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}

/**
 * Examples in plain memory, so that no tensor has to be kept and the backend can change in between.
 *
 * @throws SimilarityError WRONG_RANK, WRONG_LENGTH or NOT_FINITE
 */
export function toPlain(argument: string, examples: Examples): PlainExamples {
  const { shape } = examples;
  const data = examples instanceof tf.Tensor ? valuesOf(examples) : examples.data;
  if (shape.length === 0) {
    throw new SimilarityError('WRONG_RANK', argument, { expected: 'at least one dimension was expected', shape });
  }
  if (data.length !== sizeOf(shape)) {
    const expected = `a shape of ${sizeOf(shape)} values was given, and ${data.length} values`;
    throw new SimilarityError('WRONG_LENGTH', argument, { expected, shape });
  }
  checkFinite(argument, data, shape);
  return { data, shape };
}

function valuesOf(tensor: tf.Tensor): Float32Array | Int32Array {
  const values = tensor.dataSync();
  // A bool tensor gives bytes.
  return values instanceof Float32Array ? values : Int32Array.from(values);
}

/** @returns [rows.length, …] the named rows, in that order */
export function gatherRows({ data, shape }: PlainExamples, rows: readonly number[]): tf.Tensor {
  const rowShape = shape.slice(1);
  const rowSize = sizeOf(rowShape);
  return stackRows(
    rows.map((row) => data.subarray(row * rowSize, (row + 1) * rowSize)),
    rowShape,
  );
}

/**
 * @param rows each of the size of `rowShape`, at least one
 * @returns [rows.length, ...rowShape]; int32 where all rows are, float32 otherwise
 */
export function stackRows(rows: readonly (Float32Array | Int32Array)[], rowShape: readonly number[]): tf.Tensor {
  const rowSize = sizeOf(rowShape);
  const integers = rows.every((row) => row instanceof Int32Array);
  const values = new (integers ? Int32Array : Float32Array)(rows.length * rowSize);
  for (const [i, row] of rows.entries()) values.set(row, i * rowSize);
  return tf.tensor(values, [rows.length, ...rowShape], integers ? 'int32' : 'float32');
}
