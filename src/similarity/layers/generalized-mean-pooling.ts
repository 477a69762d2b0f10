import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { SimilarityError } from '../errors.ts';
import { unknownName } from '../checks.ts';
import { detached } from '../tensors/detached.ts';

type LayerArgs = ConstructorParameters<typeof tfl.layers.Layer>[0];

/** Where the channels are among the dimensions. */
export type DataFormat = 'channelsFirst' | 'channelsLast';

/** What can be set of a generalized-mean pooling. */
export type GeneralizedMeanPoolingArgs = LayerArgs & {
  /**
   * The power of the mean, any number: 1 is the arithmetic mean, 0 the geometric, Infinity the maximum and -Infinity the
   * minimum. Above 25 the powers leave the range of float32; take Infinity there.
   *
   * @default 3
   */
  p?: number | SavedPower;
  /** @default 'channelsLast' */
  dataFormat?: DataFormat;
  /** Whether the pooled dimensions stay, with length 1. @default false */
  keepdims?: boolean;
};

/** JSON has no infinities. */
type SavedPower = 'infinity' | 'minusInfinity';

const SAVED_POWERS: Readonly<Record<SavedPower, number>> = { infinity: Infinity, minusInfinity: -Infinity };

/** Nearer to 0 than this the power is taken for 0, as its inverse is of no use any more. From the original. */
const LEAST_POWER = 1e-5;

function powerFrom(p: number | SavedPower): number {
  const power = typeof p === 'number' ? p : SAVED_POWERS[p];
  if (Number.isNaN(power)) throw new SimilarityError('NOT_FINITE', 'p', { expected: 'it is NaN' });
  return power;
}

/**
 * The least or largest value along the axes, those kept with length 1. Where several share it, they share its gradient:
 * TF.js would give the whole of it to each of them.
 */
function extremum(values: tf.Tensor, axes: number[], reduce: typeof tf.min): tf.Tensor {
  const shares = detached((input) => {
    const isExtreme = tf.cast(tf.equal(input, reduce(input, axes, true)), 'float32');
    return tf.div(isExtreme, tf.sum(isExtreme, axes, true));
  }, values);
  return tf.sum(tf.mul(values, shares), axes, true);
}

/** The mean of that power of positive values along the axes, those kept with length 1. */
function generalizedMean(values: tf.Tensor, axes: number[], p: number): tf.Tensor {
  if (p === Infinity) return extremum(values, axes, tf.max);
  if (p === -Infinity) return extremum(values, axes, tf.min);
  if (Math.abs(p) < LEAST_POWER) return tf.exp(tf.mean(tf.log(values), axes, true));
  return tf.pow(tf.mean(tf.pow(values, p), axes, true), 1 / p);
}

/** What the poolings over one and over two dimensions have in common. */
abstract class GeneralizedMeanPooling extends tfl.layers.Layer {
  readonly p: number;
  readonly dataFormat: DataFormat;
  readonly keepdims: boolean;
  readonly #pooled: number;

  /** @param pooled how many dimensions are pooled */
  constructor(
    pooled: number,
    { p = 3, dataFormat = 'channelsLast', keepdims = false, ...args }: GeneralizedMeanPoolingArgs,
  ) {
    super(args);
    this.p = powerFrom(p);
    if (!['channelsFirst', 'channelsLast'].includes(dataFormat)) {
      throw unknownName('dataFormat', dataFormat, ['channelsFirst', 'channelsLast']);
    }
    this.dataFormat = dataFormat;
    this.keepdims = keepdims;
    this.#pooled = pooled;
    this.inputSpec = [new tfl.InputSpec({ ndim: pooled + 2 })];
  }

  /** The pooled dimensions: every one but the examples' and the channels'. */
  #axes(): number[] {
    const first = this.dataFormat === 'channelsLast' ? 1 : 2;
    return Array.from({ length: this.#pooled }, (_, i) => first + i);
  }

  override computeOutputShape(inputShape: tfl.Shape): tfl.Shape {
    const axes = this.#axes();
    if (this.keepdims) return inputShape.map((length, axis) => (axes.includes(axis) ? 1 : length));
    return inputShape.filter((_, axis) => !axes.includes(axis));
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const input = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor;
      const axes = this.#axes();
      // Powers are of use for positive numbers alone: each channel is moved so that its least value is 1, and back.
      const shift = tf.sub(extremum(input, axes, tf.min), 1);
      const pooled = tf.add(generalizedMean(tf.sub(input, shift), axes, this.p), shift);
      return this.keepdims ? pooled : tf.squeeze(pooled, axes);
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    const saved = Object.entries(SAVED_POWERS).find(([, power]) => power === this.p)?.[0];
    return { ...super.getConfig(), p: saved ?? this.p, dataFormat: this.dataFormat, keepdims: this.keepdims };
  }
}

/**
 * The generalized mean of each channel over its steps.
 *
 * Input [examples, steps, channels], output [examples, channels], or [examples, 1, channels] with `keepdims`; with
 * `channelsFirst` [examples, channels, steps] and [examples, channels, 1]. Each channel of an example is moved so that its least
 * value is 1 before the mean is taken, and back afterwards, so that negative values can be pooled too.
 *
 * Radenović, Tolias and Chum, Fine-tuning CNN Image Retrieval with No Human Annotation, https://arxiv.org/abs/1711.02512
 */
export class GeneralizedMeanPooling1D extends GeneralizedMeanPooling {
  static readonly className = 'GeneralizedMeanPooling1D';

  constructor(args: GeneralizedMeanPoolingArgs = {}) {
    super(1, args);
  }
}

/**
 * The generalized mean of each channel over height and width.
 *
 * Input [examples, height, width, channels], output [examples, channels], or [examples, 1, 1, channels] with `keepdims`; with
 * `channelsFirst` [examples, channels, height, width] and [examples, channels, 1, 1]. Each channel of an example is moved so
 * that its least value is 1 before the mean is taken, and back afterwards, so that negative values can be pooled too.
 *
 * Radenović, Tolias and Chum, Fine-tuning CNN Image Retrieval with No Human Annotation, https://arxiv.org/abs/1711.02512
 */
export class GeneralizedMeanPooling2D extends GeneralizedMeanPooling {
  static readonly className = 'GeneralizedMeanPooling2D';

  constructor(args: GeneralizedMeanPoolingArgs = {}) {
    super(2, args);
  }
}

tf.serialization.registerClass(GeneralizedMeanPooling1D, 'Similarity');
tf.serialization.registerClass(GeneralizedMeanPooling2D, 'Similarity');

/** @throws SimilarityError NOT_FINITE where `p` is NaN, UNKNOWN_NAME for another `dataFormat` */
export function generalizedMeanPooling1d(args: GeneralizedMeanPoolingArgs = {}): GeneralizedMeanPooling1D {
  return new GeneralizedMeanPooling1D(args);
}

/** @throws SimilarityError NOT_FINITE where `p` is NaN, UNKNOWN_NAME for another `dataFormat` */
export function generalizedMeanPooling2d(args: GeneralizedMeanPoolingArgs = {}): GeneralizedMeanPooling2D {
  return new GeneralizedMeanPooling2D(args);
}
