import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from './with-gradient.ts';

/** Far below every logit: what the masked-out ones count as. Its exponential is 0. */
const NOTHING = -1e30;

/** Stands for a sum of no exponentials, whose logarithm would be infinite. */
const LEAST_SUM = 1e-30;

/**
 * log Σ exp over the masked logits of each row, of any size without overflow; with `plusOne`, log(1 + Σ exp), which is never
 * negative. A row without a masked logit gives 0 with `plusOne`, and otherwise a number far below all others (-1e30).
 *
 * Its gradient is written out: the softmax of the masked logits, two operations instead of a dozen.
 *
 * @param logits [n, m]
 * @param mask [n, m] of 0 and 1; no gradient flows through it
 * @returns [n, 1]
 */
export function maskedLogSumExp(logits: tf.Tensor2D, mask: tf.Tensor2D, plusOne: boolean): tf.Tensor2D {
  return withGradient(
    logits,
    (values) => {
      const masked = tf.add<tf.Tensor2D>(tf.mul(values, mask), tf.mul(tf.sub(1, mask), NOTHING));
      const rowMax = tf.max<tf.Tensor2D>(masked, 1, true);
      const largest = plusOne ? tf.relu(rowMax) : rowMax;
      // The mask once more: in a row without a masked logit all are the largest.
      const terms = tf.mul(tf.exp(tf.sub(masked, largest)), mask);
      const total = tf.sum(terms, 1, true);
      const sum = plusOne ? tf.add(total, tf.exp(tf.neg(largest))) : tf.maximum(total, LEAST_SUM);
      return { value: tf.add<tf.Tensor2D>(tf.log(sum), largest), saved: { terms, sum } };
    },
    (upstream, { terms, sum }) => tf.mul(terms, tf.div(upstream, sum)),
  );
}
