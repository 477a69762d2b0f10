import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

// TF.js keeps the class that regularizers are made from to itself; one of its own knows it.
const Regularizer = Object.getPrototypeOf(tfl.regularizers.l2().constructor) as new () => ReturnType<
  typeof tfl.regularizers.l2
>;

/**
 * Penalty for weights that are others than those that training began with: `weight` · |w - start|² / |start|². An L2 penalty
 * draws to zero, where a head knows nothing; this draws to what it knew before (Li et al., "Explicit inductive bias for transfer
 * learning", 2018, https://arxiv.org/abs/1802.01483).
 */
export class TowardsStart extends Regularizer {
  static readonly className = 'TowardsStart';
  readonly #start: tf.Tensor;
  readonly #weight: number;

  /** @param start kept until {@link dispose} */
  constructor(start: tf.Tensor, weight: number) {
    super();
    this.#start = tf.clone(start);
    const square = tf.tidy(() => tf.sum(tf.square(start)).dataSync()[0] ?? 0);
    this.#weight = weight / Math.max(square, Number.EPSILON);
  }

  override apply(weights: tf.Tensor): tf.Scalar {
    return tf.tidy(() => tf.mul<tf.Scalar>(tf.sum(tf.square(tf.sub(weights, this.#start))), this.#weight));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {};
  }

  dispose(): void {
    this.#start.dispose();
  }
}
