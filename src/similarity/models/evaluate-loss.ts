import * as tf from '@tensorflow/tfjs-core';
import { setImmediate } from 'node:timers/promises';
import type { Logs } from '../callbacks/callback.ts';
import { checkLabels } from '../checks.ts';
import type { MetricLoss } from '../losses/index.ts';
import { createRandom } from '../random.ts';
import type { Batch, Sampler } from '../samplers/sampler.ts';
import type { EmbeddingNetwork } from './embedding-network.ts';
import { checkExamples, pickExamples, exampleSlice } from './example-rows.ts';
import { isSampler, type LabelledExamples } from './fit-data.ts';
import type { WatchedMetrics } from './watched-metrics.ts';

/** What a model is judged by. */
export interface Judges {
  readonly loss: MetricLoss;
  /** Begun anew. */
  readonly metrics: WatchedMetrics;
}

/** Numbers of each batch, weighed by its examples. */
class WeightedMeans {
  readonly #sums = new Map<string, number>();
  #weight = 0;

  add(values: Logs, weight: number): void {
    for (const [name, value] of Object.entries(values)) {
      this.#sums.set(name, (this.#sums.get(name) ?? 0) + value * weight);
    }
    this.#weight += weight;
  }

  means(): Logs {
    return Object.fromEntries([...this.#sums].map(([name, sum]) => [name, sum / this.#weight]));
  }
}

/**
 * The loss of a model on examples that it is not trained on, its layers as they are in use (batch normalisation with its moving
 * averages). A loss compares the examples of a batch: those in memory are put into a random order, the same each time.
 *
 * @returns `loss` and each metric
 * @throws SimilarityError WRONG_SHAPE, WRONG_LENGTH, EMPTY, NOT_FINITE or NOT_AN_INTEGER
 */
export async function evaluateLoss(
  network: EmbeddingNetwork,
  { loss, metrics }: Judges,
  data: Sampler | LabelledExamples,
  batchSize: number,
): Promise<Logs> {
  const means = new WeightedMeans();
  metrics.reset();
  for await (const batch of isSampler(data) ? sampledBatches(data) : batchesOf(network, data, batchSize)) {
    means.add(await lossOfBatch(network, loss, metrics, batch), batch.labels.length);
    await setImmediate();
  }
  return { ...means.means(), ...metrics.results() };
}

async function* sampledBatches(sampler: Sampler): AsyncGenerator<Batch> {
  for (let step = 0; step < sampler.stepsPerEpoch; step++) yield await sampler.nextBatch();
}

async function* batchesOf(network: EmbeddingNetwork, { x, y }: LabelledExamples, size: number): AsyncGenerator<Batch> {
  const count = await checkExamples('x', x, network.exampleShape);
  const labels = checkLabels('y', y, count);
  const order = createRandom(0).shuffled([...labels.keys()]);
  const shuffled = await pickExamples(x, order);
  for (let begin = 0; begin < count; begin += size) {
    const rows = order.slice(begin, begin + size);
    yield {
      views: [exampleSlice(shuffled, begin, rows.length)],
      labels: Int32Array.from(rows, (row) => labels[row] as number),
    };
  }
}

async function lossOfBatch(
  network: EmbeddingNetwork,
  loss: MetricLoss,
  metrics: WatchedMetrics,
  batch: Batch,
): Promise<Logs> {
  let value: tf.Scalar;
  try {
    value = tf.tidy(() => {
      const { views, labels } = network.prepare(batch);
      const embeddings = network.layers.predict(views[0] as tf.Tensor) as tf.Tensor2D;
      const classes = tf.tensor1d(labels, 'int32');
      metrics.update(classes, embeddings);
      return loss.validationLoss(classes, embeddings);
    });
  } finally {
    tf.dispose([...batch.views]);
  }
  const [read] = await value.data().finally(() => value.dispose());
  return { loss: read as number };
}
