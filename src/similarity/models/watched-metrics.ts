import type * as tf from '@tensorflow/tfjs-core';
import type { Logs } from '../callbacks/callback.ts';
import type { Distance } from '../distances/index.ts';
import {
  DistanceGapMetric,
  DistanceMetric,
  getTrainingMetric,
  type TrainingMetric,
} from '../training-metrics/index.ts';

/** What a file says of a metric. */
export interface SavedMetric {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** The training metrics of a model, as one. */
export class WatchedMetrics {
  readonly #metrics: readonly TrainingMetric[];

  constructor(metrics: readonly TrainingMetric[]) {
    this.#metrics = metrics;
  }

  /** @throws SimilarityError UNKNOWN_NAME */
  static from(metrics: readonly (TrainingMetric | string)[], distance: Distance): WatchedMetrics {
    return new WatchedMetrics(metrics.map((metric) => getTrainingMetric(metric, distance)));
  }

  /** Those that a file tells of; one of the program's own is left out. */
  static fromSaved(saved: readonly SavedMetric[]): WatchedMetrics {
    return new WatchedMetrics(saved.map(metricFrom).filter((metric) => metric !== undefined));
  }

  reset(): void {
    for (const metric of this.#metrics) metric.reset();
  }

  /** Takes in a batch. No gradient flows through it. */
  update(labels: tf.Tensor1D, embeddings: tf.Tensor2D): void {
    for (const metric of this.#metrics) metric.updateBatch(labels, embeddings);
  }

  /** Over all batches since the last reset; NaN for a metric that none of them held a pair for. */
  results(): Logs {
    return Object.fromEntries(this.#metrics.map((metric) => [metric.name, metric.result()]));
  }

  describe(): SavedMetric[] {
    return this.#metrics.map((metric) => ({ className: metric.constructor.name, config: metric.getConfig() }));
  }
}

function metricFrom({ className, config }: SavedMetric): TrainingMetric | undefined {
  if (className === DistanceMetric.name) return new DistanceMetric(config);
  if (className === DistanceGapMetric.name) return new DistanceGapMetric(config);
  return undefined;
}
