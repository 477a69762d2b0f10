import * as tfl from '@tensorflow/tfjs-layers';
import { checkCount, checkRange, unknownName } from '../checks.ts';
import { SimilarityError } from '../errors.ts';
import { generalizedMeanPooling2d, metricEmbedding } from '../layers/index.ts';

/** How the places of a feature map become one: generalized mean, average, or maximum. */
export type Pooling = 'gem' | 'avg' | 'max';

/** [height, width, channels] of a picture; null for a height and a width that are free. */
export type ImageShape = readonly [number | null, number | null, number];

/** What the end of every architecture can be told. */
export interface EmbeddingOptions {
  /** Length of an embedding. Default 128. */
  readonly embeddingSize?: number;
  /** Whether embeddings have length 1, which angles want: a `MetricEmbedding`, else a dense layer. Default true. */
  readonly l2Norm?: boolean;
}

const POOLINGS: readonly Pooling[] = ['gem', 'avg', 'max'];

/**
 * Everything is checked before the first layer is made, because layers keep their weights where nothing comes of them.
 *
 * @throws SimilarityError WRONG_LENGTH, OUT_OF_RANGE, NOT_AN_INTEGER, NOT_FINITE or UNKNOWN_NAME
 */
export function checkArchitecture(
  {
    inputShape,
    embeddingSize,
    gemP = 3,
  }: EmbeddingOptions & { readonly inputShape: ImageShape; readonly gemP?: number },
  pooling: string,
  otherPoolings: readonly string[] = [],
): void {
  const shape: readonly (number | null)[] = inputShape;
  if (shape.length !== 3) {
    const expected = '[height, width, channels] was expected';
    throw new SimilarityError('WRONG_LENGTH', 'inputShape', { expected, shape });
  }
  for (const length of shape) if (length !== null) checkCount('inputShape', length);
  if (embeddingSize !== undefined) checkCount('embeddingSize', embeddingSize);
  checkRange('gemP', gemP, -Infinity);
  const known = [...POOLINGS, ...otherPoolings];
  if (!known.includes(pooling)) throw unknownName('pooling', pooling, known);
}

/** The seed of the next layer. */
export type LayerSeeds = () => { seed?: number };

/** Seeds of the layers, one after the other; none, for other weights each time, where there is no seed. */
export function layerSeeds(seed: number | undefined): LayerSeeds {
  if (seed === undefined) return () => ({});
  let next = checkCount('seed', seed, 0);
  return () => ({ seed: next++ });
}

export function pool(features: tfl.SymbolicTensor, pooling: Pooling, gemP: number): tfl.SymbolicTensor {
  switch (pooling) {
    case 'gem':
      return apply(generalizedMeanPooling2d({ p: gemP, name: 'gem_pool' }), features);
    case 'avg':
      return apply(tfl.layers.globalAveragePooling2d({ name: 'avg_pool' }), features);
    case 'max':
      return apply(tfl.layers.globalMaxPooling2d({ name: 'max_pool' }), features);
  }
}

export function embed(
  features: tfl.SymbolicTensor,
  { embeddingSize = 128, l2Norm = true }: EmbeddingOptions,
  seed: { seed?: number },
): tfl.SymbolicTensor {
  const args = { units: embeddingSize, kernelInitializer: tfl.initializers.glorotUniform(seed) };
  return apply(l2Norm ? metricEmbedding(args) : tfl.layers.dense(args), features);
}

/** A layer of one input and one output. */
export function apply(layer: tfl.layers.Layer, inputs: tfl.SymbolicTensor | tfl.SymbolicTensor[]): tfl.SymbolicTensor {
  return layer.apply(inputs) as tfl.SymbolicTensor;
}
