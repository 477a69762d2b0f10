import * as tfl from '@tensorflow/tfjs-layers';
import { checkCount } from '../checks.ts';
import { SimilarityError } from '../errors.ts';
import { SimilarityModel } from '../models/index.ts';
import {
  apply,
  checkArchitecture,
  embed,
  layerSeeds,
  pool,
  type EmbeddingOptions,
  type ImageShape,
  type Pooling,
} from './architecture-options.ts';

export interface ConvNetOptions extends EmbeddingOptions {
  readonly inputShape: ImageShape;
  /** Channels of each block, which halves height and width. Default [32, 64]. */
  readonly filters?: readonly number[];
  /**
   * How the last feature map becomes a row. `flatten` keeps its places apart: best for small pictures of one thing in the
   * middle, such as digits; their height and width may not be free. Default `flatten`.
   */
  readonly pooling?: Pooling | 'flatten';
  /** The power of `gem`. Default 3. */
  readonly gemP?: number;
  /** Whether each convolution is followed by batch normalisation. Default false. */
  readonly batchNormalization?: boolean;
  /** The same seed gives the same weights. Default: others each time. */
  readonly seed?: number;
}

/**
 * A small convolutional net for small pictures: blocks of a 3 × 3 convolution, a ReLU and a 2 × 2 max pooling, then the embedding.
 *
 * Input [examples, height, width, channels], output [examples, embeddingSize].
 *
 * @throws SimilarityError WRONG_LENGTH, OUT_OF_RANGE, NOT_AN_INTEGER, EMPTY or UNKNOWN_NAME; WRONG_SHAPE where a free height or
 *   width is to be flattened
 */
export function convNetSim(options: ConvNetOptions): SimilarityModel {
  const { inputShape, filters = [32, 64], pooling = 'flatten', gemP = 3 } = options;
  checkArchitecture(options, pooling, ['flatten']);
  if (filters.length === 0) throw new SimilarityError('EMPTY', 'filters', { expected: 'at least one block' });
  for (const channels of filters) checkCount('filters', channels);
  if (pooling === 'flatten' && inputShape.includes(null)) {
    const expected = 'a height and a width that are free cannot be flattened: choose another pooling';
    throw new SimilarityError('WRONG_SHAPE', 'inputShape', { expected, shape: inputShape });
  }
  const seeds = layerSeeds(options.seed);
  const inputs = tfl.input({ shape: [...inputShape] });
  const features = filters.reduce(
    (previous, channels) => block(previous, channels, options.batchNormalization ?? false, seeds()),
    inputs,
  );
  const pooled = pooling === 'flatten' ? apply(tfl.layers.flatten(), features) : pool(features, pooling, gemP);
  return new SimilarityModel({ inputs, outputs: embed(pooled, options, seeds()), name: 'convnetsim' });
}

function block(
  features: tfl.SymbolicTensor,
  filters: number,
  batchNormalization: boolean,
  seed: { seed?: number },
): tfl.SymbolicTensor {
  const convolved = apply(
    tfl.layers.conv2d({
      filters,
      kernelSize: 3,
      padding: 'same',
      useBias: !batchNormalization,
      kernelInitializer: tfl.initializers.heUniform(seed),
    }),
    features,
  );
  const normalized = batchNormalization ? apply(tfl.layers.batchNormalization(), convolved) : convolved;
  const activated = apply(tfl.layers.reLU(), normalized);
  return apply(tfl.layers.maxPooling2d({ poolSize: 2, padding: 'same' }), activated);
}
