import * as tf from '@tensorflow/tfjs-core';
import { SimilarityError } from '../errors.ts';

/** A model that gives features and is never trained: a graph model of the converter, or a layers model. */
export interface Backbone {
  predict(inputs: tf.Tensor): tf.Tensor | tf.Tensor[] | tf.NamedTensorMap;
  readonly inputs: readonly { readonly shape?: readonly (number | null)[] }[];
}

/**
 * The features of a batch. It must run outside of a gradient tape, so that nothing flows back into the backbone.
 *
 * @param examples [n, …]
 * @returns [n, …]
 * @throws SimilarityError WRONG_LENGTH where the backbone has several outputs
 */
export function backboneFeatures(backbone: Backbone, examples: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const output = backbone.predict(examples);
    if (output instanceof tf.Tensor) return output;
    const [features, ...others] = Object.values(output);
    if (features === undefined || others.length > 0) {
      throw new SimilarityError('WRONG_LENGTH', 'backbone', {
        expected: 'a single output was expected',
        shape: [Object.keys(output).length],
      });
    }
    return features;
  });
}

/** Shape of one example that a backbone takes; null, for a length that is free. undefined where it does not say. */
export function backboneInputShape(backbone: Backbone): readonly (number | null)[] | undefined {
  // Graph models write -1 for what is free.
  return backbone.inputs[0]?.shape?.slice(1).map((length) => (length === null || length < 0 ? null : length));
}
