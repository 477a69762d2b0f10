import type * as tf from '@tensorflow/tfjs-core';
import type { Random } from '../random.ts';

/** Changes a batch of pictures at random; the shape of what comes out depends on the augmenter alone. */
export interface ImageTransform {
  /**
   * @param images [n, height, width, channels], values in [0, 1]
   * @param random where every choice is drawn from
   * @returns [n, height, width, channels], values in [0, 1]; a new tensor
   */
  apply(images: tf.Tensor4D, random: Random): tf.Tensor4D;
}

/** Turns the examples of one batch into those that are trained on. */
export interface Augmenter {
  /**
   * @param examples [n, …]; stays the caller's
   * @param labels [n] class ids
   * @param copies how many augmented versions of each example
   * @param warmup true during the sampler's warm-up epochs
   * @returns one tensor a view, new ones, and the labels of a view's rows
   */
  augment(
    examples: tf.Tensor,
    labels: Int32Array,
    copies: number,
    warmup: boolean,
    random: Random,
  ): { readonly views: readonly tf.Tensor[]; readonly labels: Int32Array };
}
