import * as tf from '@tensorflow/tfjs-core';
import { checkFinite, checkRank } from '../checks.ts';
import { SimilarityError } from '../errors.ts';

/** Embeddings as they come in: rows one after the other, or a matrix [n, dimensions]. */
export type EmbeddingRows = Float32Array | tf.Tensor2D;

/** One embedding as it comes in: [dimensions]. */
export type EmbeddingRow = Float32Array | readonly number[] | tf.Tensor1D;

/**
 * The rows in memory, checked.
 *
 * @param argument the caller's name for them
 * @throws SimilarityError WRONG_RANK, WRONG_LENGTH or NOT_FINITE
 */
export function rowsOf(
  argument: string,
  embeddings: EmbeddingRows,
  dimensions: number,
): { readonly rows: Float32Array; readonly count: number } {
  const rows = embeddings instanceof tf.Tensor ? matrixValues(argument, embeddings, dimensions) : embeddings;
  const count = rows.length / dimensions;
  if (!Number.isInteger(count)) throw wrongLength(argument, [rows.length], `rows of ${dimensions} numbers`);
  checkFinite(argument, rows, [count, dimensions]);
  return { rows, count };
}

/** @throws SimilarityError WRONG_RANK, WRONG_LENGTH or NOT_FINITE */
export function rowOf(argument: string, embedding: EmbeddingRow, dimensions: number): Float32Array {
  const values = embedding instanceof tf.Tensor ? checkRank(argument, embedding, 1).dataSync<'float32'>() : embedding;
  if (values.length !== dimensions) throw wrongLength(argument, [values.length], `${dimensions} numbers`);
  // Checked as it is kept: what 64 bits hold may be infinite in 32.
  const row = values instanceof Float32Array ? values : Float32Array.from(values);
  checkFinite(argument, row);
  return row;
}

function matrixValues(argument: string, embeddings: tf.Tensor, dimensions: number): Float32Array {
  const { shape } = checkRank(argument, embeddings, 2);
  if (shape[1] !== dimensions) throw wrongLength(argument, shape, `rows of ${dimensions} numbers`);
  return Float32Array.from(embeddings.dataSync());
}

function wrongLength(argument: string, shape: readonly number[], expected: string): SimilarityError {
  return new SimilarityError('WRONG_LENGTH', argument, { expected: `${expected} were expected`, shape });
}
