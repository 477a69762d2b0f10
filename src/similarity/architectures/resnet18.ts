import * as tfl from '@tensorflow/tfjs-layers';
import { unknownName } from '../checks.ts';
import { SimilarityModel } from '../models/index.ts';
import {
  apply,
  checkArchitecture,
  embed,
  layerSeeds,
  pool,
  type EmbeddingOptions,
  type ImageShape,
  type LayerSeeds,
  type Pooling,
} from './architecture-options.ts';

/** How the net begins: with a 3 × 3 convolution that keeps the size, or as in the paper, which leaves a fourth of it. */
export type Stem = 'small' | 'paper';

export interface ResNet18BackboneOptions {
  readonly inputShape: ImageShape;
  /** `small` (default) for pictures of 32 to some 100 pixels, `paper` for larger ones. */
  readonly stem?: Stem;
  /** How the last feature map becomes a row; null for the map itself. Default `gem`. */
  readonly pooling?: Pooling | null;
  /** The power of `gem`. Default 3. */
  readonly gemP?: number;
  /** The same seed gives the same weights. Default: others each time. */
  readonly seed?: number;
}

export interface ResNet18Options extends ResNet18BackboneOptions, EmbeddingOptions {
  readonly pooling?: Pooling;
  /** Whether the pooled 512 features are mapped to an embedding; without it they are the embedding. Default true. */
  readonly includeTop?: boolean;
}

/**
 * ResNet-18 as a similarity model: 18 layers in four stages of 64, 128, 256 and 512 channels.
 *
 * Input [examples, height, width, channels], output [examples, embeddingSize]. As in TensorFlow Similarity the first block of the
 * first stage too has a convolution in its shortcut, where the paper adds its input as it is.
 *
 * He et al., Deep Residual Learning for Image Recognition, https://arxiv.org/abs/1512.03385
 *
 * @throws SimilarityError WRONG_LENGTH, OUT_OF_RANGE, NOT_AN_INTEGER, NOT_FINITE or UNKNOWN_NAME
 */
export function resNet18Sim(options: ResNet18Options): SimilarityModel {
  const seeds = layerSeeds(options.seed);
  const { inputs, outputs } = resNet18(options, seeds);
  const embeddings = (options.includeTop ?? true) ? embed(outputs, options, seeds()) : outputs;
  return new SimilarityModel({ inputs, outputs: embeddings, name: 'resnet18sim' });
}

/**
 * The same net without the embedding.
 *
 * @returns a model with output [examples, 512], or [examples, height, width, 512] where nothing is pooled; the caller's to
 *   dispose of
 * @throws SimilarityError WRONG_LENGTH, OUT_OF_RANGE, NOT_AN_INTEGER, NOT_FINITE or UNKNOWN_NAME
 */
export function resNet18Backbone(options: ResNet18BackboneOptions): tfl.LayersModel {
  return tfl.model({ ...resNet18(options, layerSeeds(options.seed)), name: 'resnet18' });
}

function resNet18(
  options: ResNet18BackboneOptions & EmbeddingOptions,
  seeds: LayerSeeds,
): { inputs: tfl.SymbolicTensor; outputs: tfl.SymbolicTensor } {
  const { inputShape, stem = 'small', pooling = 'gem', gemP = 3 } = options;
  checkArchitecture(options, pooling ?? 'gem');
  if (!['small', 'paper'].includes(stem)) throw unknownName('stem', stem, ['small', 'paper']);
  const inputs = tfl.input({ shape: [...inputShape] });
  let features = stem === 'small' ? smallStem(inputs, seeds) : paperStem(inputs, seeds);
  for (const [i, filters] of [64, 128, 256, 512].entries()) {
    features = stage(features, filters, i === 0 ? 1 : 2, `conv${i + 2}`, seeds);
  }
  return { inputs, outputs: pooling === null ? features : pool(features, pooling, gemP) };
}

function smallStem(inputs: tfl.SymbolicTensor, seeds: LayerSeeds): tfl.SymbolicTensor {
  const convolved = convolution(inputs, { filters: 64, kernelSize: 3, strides: 1, name: 'conv1' }, seeds);
  return apply(tfl.layers.reLU({ name: 'conv1_relu' }), convolved);
}

function paperStem(inputs: tfl.SymbolicTensor, seeds: LayerSeeds): tfl.SymbolicTensor {
  const convolved = convolution(inputs, { filters: 64, kernelSize: 7, strides: 2, name: 'conv1' }, seeds);
  const activated = apply(tfl.layers.reLU({ name: 'conv1_relu' }), convolved);
  return apply(tfl.layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same', name: 'pool1' }), activated);
}

/** Two residual blocks, the first with a shortcut that has as many channels and places as its result. */
function stage(
  inputs: tfl.SymbolicTensor,
  filters: number,
  strides: number,
  name: string,
  seeds: LayerSeeds,
): tfl.SymbolicTensor {
  const first = `${name}_block1`;
  const shortcut = convolution(inputs, { filters, kernelSize: 1, strides, name: `${first}_0` }, seeds);
  const middle = residual(inputs, shortcut, filters, strides, first, seeds);
  return residual(middle, middle, filters, 1, `${name}_block2`, seeds);
}

function residual(
  inputs: tfl.SymbolicTensor,
  shortcut: tfl.SymbolicTensor,
  filters: number,
  strides: number,
  name: string,
  seeds: LayerSeeds,
): tfl.SymbolicTensor {
  const first = convolution(inputs, { filters, kernelSize: 3, strides, name: `${name}_1` }, seeds);
  const activated = apply(tfl.layers.reLU({ name: `${name}_1_relu` }), first);
  const second = convolution(activated, { filters, kernelSize: 3, strides: 1, name: `${name}_2` }, seeds);
  const sum = apply(tfl.layers.add({ name: `${name}_add` }), [shortcut, second]);
  return apply(tfl.layers.reLU({ name: `${name}_out` }), sum);
}

interface Convolution {
  readonly filters: number;
  readonly kernelSize: number;
  readonly strides: number;
  readonly name: string;
}

/** A convolution without bias, and batch normalisation, which has one. */
function convolution(
  inputs: tfl.SymbolicTensor,
  { name, ...shape }: Convolution,
  seeds: LayerSeeds,
): tfl.SymbolicTensor {
  const layer = tfl.layers.conv2d({
    ...shape,
    padding: 'same',
    useBias: false,
    kernelInitializer: tfl.initializers.leCunUniform(seeds()),
    name: `${name}_conv`,
  });
  return apply(tfl.layers.batchNormalization({ epsilon: 1.001e-5, name: `${name}_bn` }), apply(layer, inputs));
}
