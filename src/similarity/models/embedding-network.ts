import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { setImmediate } from 'node:timers/promises';
import { SimilarityError } from '../errors.ts';
import type { Examples } from '../samplers/examples.ts';
import type { Batch } from '../samplers/sampler.ts';
import { backboneFeatures, backboneInputShape, type Backbone } from './backbone.ts';
import { checkRowShape, exampleSlice } from './example-rows.ts';

/** Batches of a prediction where the caller does not say. */
export const PREDICTION_BATCH = 128;

/** A network that maps examples to embeddings, on top of a frozen backbone or by itself. */
export class EmbeddingNetwork {
  readonly layers: tfl.LayersModel;
  readonly backbone: Backbone | undefined;
  /** Length of an embedding. */
  readonly dimensions: number;
  /** Shape of one example; null for a length that is free. */
  readonly exampleShape: readonly (number | null)[];

  /** @throws SimilarityError WRONG_LENGTH for several inputs or outputs, WRONG_RANK where the output is no matrix */
  constructor(layers: tfl.LayersModel, backbone: Backbone | undefined) {
    this.layers = layers;
    this.backbone = backbone;
    const featureShape = singleShape('inputs', layers.inputs).slice(1);
    const output = singleShape('outputs', layers.outputs);
    const dimensions = output[1];
    if (output.length !== 2 || dimensions === undefined || dimensions === null) {
      const expected = 'embeddings [examples, dimensions] were expected';
      throw new SimilarityError('WRONG_RANK', 'outputs', { expected, shape: output });
    }
    this.dimensions = dimensions;
    this.exampleShape = (backbone === undefined ? undefined : backboneInputShape(backbone)) ?? featureShape;
  }

  /**
   * What the trained layers work on: the backbone's features, or the examples themselves. Outside of a tape.
   *
   * @param examples [n, …] float32
   * @returns [n, …] a new tensor where there is a backbone
   */
  features(examples: tf.Tensor): tf.Tensor {
    if (this.backbone === undefined) return examples;
    const features = backboneFeatures(this.backbone, examples);
    checkRowShape('features of backbone', features.shape, singleShape('inputs', this.layers.inputs).slice(1));
    return features;
  }

  /** @param features [n, …] @returns [n, dimensions], as the layers do it while they are trained */
  embedInTraining(features: tf.Tensor): tf.Tensor2D {
    return this.layers.apply(features, { training: true }) as tf.Tensor2D;
  }

  /** A batch of training as the step needs it: one view of features, and the labels of its rows. */
  prepare({ views, labels }: Batch): Batch {
    for (const view of views) {
      checkRowShape('batch', view.shape, this.exampleShape);
      if (view.shape[0] === labels.length) continue;
      const expected = `batches of ${view.shape[0]} examples need as many labels`;
      throw new SimilarityError('WRONG_LENGTH', 'labels', { expected, shape: [labels.length] });
    }
    const features = tf.tidy(() =>
      // A clone where nothing else is new, because both batches are disposed of.
      tf.clone(this.features(tf.cast(views.length === 1 ? (views[0] as tf.Tensor) : tf.concat([...views]), 'float32'))),
    );
    return { views: [features], labels: Int32Array.from(views.flatMap(() => [...labels])) };
  }

  /**
   * The features of all examples in plain memory; the event loop runs between batches.
   *
   * @param examples [n, …]
   */
  async allFeatures(examples: Examples, batchSize = PREDICTION_BATCH): Promise<Examples> {
    if (this.backbone === undefined) return examples;
    return await this.#inBatches(examples, batchSize, (batch) => this.features(batch));
  }

  /** @returns [n, dimensions] in plain memory; the event loop runs between batches */
  async embed(examples: Examples, batchSize = PREDICTION_BATCH): Promise<Float32Array> {
    const embedBatch = (batch: tf.Tensor): tf.Tensor =>
      this.layers.predict(this.features(batch), { batchSize }) as tf.Tensor;
    return (await this.#inBatches(examples, batchSize, embedBatch)).data;
  }

  async #inBatches(
    examples: Examples,
    batchSize: number,
    compute: (batch: tf.Tensor) => tf.Tensor,
  ): Promise<{ data: Float32Array; shape: number[] }> {
    const count = examples.shape[0];
    let data: Float32Array | undefined;
    let rowShape: number[] = [];
    for (let begin = 0; begin < count; begin += batchSize) {
      const size = Math.min(batchSize, count - begin);
      const result = tf.tidy(() => compute(exampleSlice(examples, begin, size)));
      rowShape = result.shape.slice(1);
      const values = await result.data<'float32'>().finally(() => result.dispose());
      data ??= new Float32Array((values.length / size) * count);
      data.set(values, (values.length / size) * begin);
      await setImmediate();
    }
    return { data: data ?? new Float32Array(), shape: [count, ...rowShape] };
  }
}

function singleShape(argument: string, tensors: readonly tfl.SymbolicTensor[]): readonly (number | null)[] {
  const [tensor, ...others] = tensors;
  if (tensor !== undefined && others.length === 0) return tensor.shape;
  throw new SimilarityError('WRONG_LENGTH', argument, {
    expected: 'a single one was expected',
    shape: [tensors.length],
  });
}
