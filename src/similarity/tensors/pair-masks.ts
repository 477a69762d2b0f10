import * as tf from '@tensorflow/tfjs-core';

/** Which keys belong to which query: 1 where they do, 0 elsewhere; float32, so that they multiply. */
export interface PairMasks {
  /** [n, m] the key is another example of the query's class */
  readonly positive: tf.Tensor2D;
  /** [n, m] the key is of another class */
  readonly negative: tf.Tensor2D;
}

/**
 * @param queryLabels [n] class ids
 * @param keyLabels [m] class ids
 * @param removeDiagonal true where key i is query i itself
 */
export function pairMasks(queryLabels: tf.Tensor1D, keyLabels: tf.Tensor1D, removeDiagonal: boolean): PairMasks {
  const column = tf.reshape<tf.Rank.R2>(queryLabels, [-1, 1]);
  const row = tf.reshape<tf.Rank.R2>(keyLabels, [1, -1]);
  const sameClass = tf.equal<tf.Tensor2D>(column, row);
  const positive = removeDiagonal
    ? tf.logicalAnd<tf.Tensor2D>(sameClass, offDiagonal(column.size, row.size))
    : sameClass;
  return {
    positive: tf.cast<tf.Tensor2D>(positive, 'float32'),
    negative: tf.cast<tf.Tensor2D>(tf.logicalNot(sameClass), 'float32'),
  };
}

function offDiagonal(rows: number, columns: number): tf.Tensor {
  return tf.notEqual(
    tf.reshape(tf.range(0, rows, 1, 'int32'), [-1, 1]),
    tf.reshape(tf.range(0, columns, 1, 'int32'), [1, -1]),
  );
}
