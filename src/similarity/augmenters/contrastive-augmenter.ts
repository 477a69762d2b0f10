import * as tf from '@tensorflow/tfjs-core';
import { checkCount } from '../checks.ts';
import { SimilarityError } from '../errors.ts';
import type { Random } from '../random.ts';
import type { Augmenter, ImageTransform } from './augmenter.ts';

/**
 * Makes one view of a batch.
 *
 * @param examples [n, …]; stays as it is; it may be returned
 * @param random where every choice is to be drawn from
 * @param view which view it is, from 0
 * @returns [n, …]; what else the function makes is disposed of
 */
export type MakeView = (examples: tf.Tensor, random: Random, view: number) => tf.Tensor;

/** Makes views of a batch by any function, called once for each view. */
export class ContrastiveAugmenter implements Augmenter {
  readonly #makeView: MakeView;

  /** @param process a function, or a transform of pictures */
  constructor(process: MakeView | ImageTransform) {
    this.#makeView =
      typeof process === 'function' ? process : (examples, random) => process.apply(examples as tf.Tensor4D, random);
  }

  /**
   * @param examples [n, …]
   * @param labels [n]
   * @param copies how many views
   * @returns the views, [n, …] each, and the labels as they were given
   * @throws SimilarityError WRONG_SHAPE where a view has not as many rows as there are examples, OUT_OF_RANGE or
   *   NOT_AN_INTEGER for `copies`, and what the transform throws
   */
  augment(
    examples: tf.Tensor,
    labels: Int32Array,
    copies: number,
    _warmup: boolean,
    random: Random,
  ): { readonly views: readonly tf.Tensor[]; readonly labels: Int32Array } {
    checkCount('copies', copies);
    const views: tf.Tensor[] = [];
    try {
      for (let view = 0; view < copies; view++) {
        // Cloned, because the function may return what it was given, and the views are disposed of by whoever asked.
        views.push(tf.tidy(() => tf.clone(this.#makeView(examples, random, view))));
        const { shape } = views[view] as tf.Tensor;
        if (shape[0] === examples.shape[0]) continue;
        const expected = `one row for each of ${String(examples.shape[0])} examples was expected`;
        throw new SimilarityError('WRONG_SHAPE', `view ${view}`, { expected, shape });
      }
    } catch (error) {
      tf.dispose(views);
      throw error;
    }
    return { views, labels };
  }
}
