import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { SimilarityError } from '../errors.ts';
import { l2Normalize } from '../tensors/l2-normalize.ts';

/** Everything that a dense layer can be given: `units` (the embedding size), `activation`, `useBias`, initializers, … */
export type MetricEmbeddingArgs = Parameters<typeof tfl.layers.dense>[0];

// TF.js keeps the class of its dense layer to itself; a layer of it knows it. Nothing is computed for that.
const Dense = tfl.layers.dense({ units: 1 }).constructor as (new (args: MetricEmbeddingArgs) => tfl.layers.Layer) &
  Pick<typeof tfl.layers.Layer, 'fromConfig'>;

function checkMatrix(shape: tfl.Shape | tfl.Shape[]): void {
  if (shape.length === 2 && !Array.isArray(shape[0])) return;
  throw new SimilarityError('WRONG_RANK', 'input of MetricEmbedding', {
    expected: 'a matrix [examples, features] was expected',
    shape: shape.flat(),
  });
}

/**
 * A dense layer whose output has length 1 in every row: the last layer of a similarity model, where the distance is an angle.
 *
 * Input [examples, features], output [examples, units]. A row of zeros stays zeros.
 */
export class MetricEmbedding extends Dense {
  static readonly className = 'MetricEmbedding';

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    checkMatrix(inputShape);
    super.build(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Parameters<tfl.layers.Layer['call']>[1]): tf.Tensor {
    return tf.tidy(() => l2Normalize(super.call(inputs, kwargs) as tf.Tensor2D));
  }
}

tf.serialization.registerClass(MetricEmbedding, 'Similarity');

/**
 * A layer that maps features to embeddings of length 1.
 *
 * @throws SimilarityError WRONG_RANK where it is applied to something else than a matrix [examples, features]
 */
export function metricEmbedding(args: MetricEmbeddingArgs): MetricEmbedding {
  return new MetricEmbedding(args);
}
