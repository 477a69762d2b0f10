import type * as tf from '@tensorflow/tfjs-core';
import type { Labels } from '../checks.ts';
import type { Distance } from '../distances/index.ts';
import { DistanceMetric } from './distance-metric.ts';
import type { TrainingMetric } from './training-metric.ts';

export interface DistanceGapMetricOptions {
  /** Default `cosine`. */
  readonly distance?: Distance | string;
  /** Default `dist_gap`. */
  readonly name?: string;
}

/**
 * How far the nearest negative lies beyond the farthest positive. Above 0 one threshold tells all pairs apart; below 0 it is
 * by how much they overlap.
 */
export class DistanceGapMetric implements TrainingMetric {
  readonly name: string;
  readonly distance: Distance;
  readonly #farthestPositive: DistanceMetric;
  readonly #nearestNegative: DistanceMetric;

  /** @throws SimilarityError UNKNOWN_NAME */
  constructor({ distance = 'cosine', name = 'dist_gap' }: DistanceGapMetricOptions = {}) {
    this.name = name;
    this.#farthestPositive = new DistanceMetric({ distance, aggregate: 'max' });
    this.#nearestNegative = new DistanceMetric({ distance, aggregate: 'min', anchor: 'negative' });
    this.distance = this.#farthestPositive.distance;
  }

  updateBatch(labels: tf.Tensor1D, embeddings: tf.Tensor2D): number {
    return (
      this.#nearestNegative.updateBatch(labels, embeddings) - this.#farthestPositive.updateBatch(labels, embeddings)
    );
  }

  update(labels: Labels, embeddings: tf.Tensor): number {
    return this.#nearestNegative.update(labels, embeddings) - this.#farthestPositive.update(labels, embeddings);
  }

  result(): number {
    return this.#nearestNegative.result() - this.#farthestPositive.result();
  }

  reset(): void {
    this.#nearestNegative.reset();
    this.#farthestPositive.reset();
  }

  getConfig(): Record<string, unknown> {
    return { name: this.name, distance: this.distance.name };
  }
}
