import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from './with-gradient.ts';

/**
 * max(0, x), where what is no number stays none: `tf.relu` of the WASM backend makes 0 of some NaN, so that the loss of a model
 * that has diverged would be a finite number again.
 */
export function positivePart<Values extends tf.Tensor>(values: Values): Values {
  return withGradient(
    values,
    // In this order: of two values WASM takes the second only where it is larger.
    (given) => ({ value: tf.maximum<Values>(given, 0), saved: { given } }),
    (upstream, { given }) => tf.mul(upstream, tf.step(given)),
  );
}
