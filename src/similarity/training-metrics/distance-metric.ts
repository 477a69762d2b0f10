import * as tf from '@tensorflow/tfjs-core';
import { checkEmbeddings, checkLabels, unknownName, type Labels } from '../checks.ts';
import { getDistance, type Distance } from '../distances/index.ts';
import { detached } from '../tensors/detached.ts';
import { anyMasked, maskedMax, maskedMin } from '../tensors/masked-extrema.ts';
import { pairMasks } from '../tensors/pair-masks.ts';
import type { TrainingMetric } from './training-metric.ts';

/** How one number is made of the anchors' distances; `avg` is another name of `mean`. */
export type Aggregate = 'mean' | 'avg' | 'max' | 'min' | 'sum';

/** Whether anchors are held against examples of their own class, or of others. */
export type Anchor = 'positive' | 'negative';

/** Which of an anchor's pairs is measured: the hardest (the farthest positive, the nearest negative) or the easiest. */
export type MetricMining = 'hard' | 'easy';

export interface DistanceMetricOptions {
  /** Default `cosine`. */
  readonly distance?: Distance | string;
  /** Default `mean`. */
  readonly aggregate?: Aggregate;
  /** Default `positive`. */
  readonly anchor?: Anchor;
  /** Default `hard`. */
  readonly positiveMiningStrategy?: MetricMining;
  /** Default `hard`. */
  readonly negativeMiningStrategy?: MetricMining;
  /** Default the aggregate and the anchor's first three letters: `mean_pos`. */
  readonly name?: string;
}

const AGGREGATES: readonly Aggregate[] = ['mean', 'avg', 'max', 'min', 'sum'];
const ANCHORS: readonly Anchor[] = ['positive', 'negative'];
const MINING: readonly MetricMining[] = ['hard', 'easy'];

/** @throws SimilarityError UNKNOWN_NAME */
function checkName<Name extends string>(argument: string, name: Name, known: readonly Name[]): Name {
  if (!known.includes(name)) throw unknownName(argument, name, known);
  return name;
}

/** What has been seen of the anchors' distances: enough for every aggregate. */
class Distances {
  #count = 0;
  #sum = 0;
  #least = Infinity;
  #most = -Infinity;

  add(distance: number): void {
    this.#count++;
    this.#sum += distance;
    this.#least = Math.min(this.#least, distance);
    this.#most = Math.max(this.#most, distance);
  }

  aggregated(aggregate: Aggregate): number {
    if (this.#count === 0) return NaN;
    switch (aggregate) {
      case 'mean':
      case 'avg':
        return this.#sum / this.#count;
      case 'max':
        return this.#most;
      case 'min':
        return this.#least;
      case 'sum':
        return this.#sum;
    }
  }
}

/**
 * The distance between each example of a batch and one of its own class, or one of another: the farthest positive, or the
 * nearest negative, where nothing else is said; then one number of these, over a batch or over all batches since `reset`.
 *
 * An example without such a pair is left out.
 */
export class DistanceMetric implements TrainingMetric {
  readonly name: string;
  readonly distance: Distance;
  readonly aggregate: Aggregate;
  readonly anchor: Anchor;
  readonly positiveMiningStrategy: MetricMining;
  readonly negativeMiningStrategy: MetricMining;
  #seen = new Distances();

  /** @throws SimilarityError UNKNOWN_NAME */
  constructor(options: DistanceMetricOptions = {}) {
    this.distance = getDistance(options.distance ?? 'cosine');
    this.aggregate = checkName('aggregate', options.aggregate ?? 'mean', AGGREGATES);
    this.anchor = checkName('anchor', options.anchor ?? 'positive', ANCHORS);
    this.positiveMiningStrategy = checkName('positiveMiningStrategy', options.positiveMiningStrategy ?? 'hard', MINING);
    this.negativeMiningStrategy = checkName('negativeMiningStrategy', options.negativeMiningStrategy ?? 'hard', MINING);
    this.name = options.name ?? `${this.aggregate}_${this.anchor.slice(0, 3)}`;
  }

  updateBatch(labels: tf.Tensor1D, embeddings: tf.Tensor2D): number {
    const batch = new Distances();
    for (const distance of this.#ofAnchors(labels, embeddings)) {
      batch.add(distance);
      this.#seen.add(distance);
    }
    return batch.aggregated(this.aggregate);
  }

  update(labels: Labels, embeddings: tf.Tensor): number {
    const matrix = checkEmbeddings('embeddings', embeddings);
    const classes = checkLabels('labels', labels, matrix.shape[0]);
    const tensor = tf.tensor1d(classes, 'int32');
    try {
      return this.updateBatch(tensor, matrix);
    } finally {
      tensor.dispose();
    }
  }

  result(): number {
    return this.#seen.aggregated(this.aggregate);
  }

  reset(): void {
    this.#seen = new Distances();
  }

  getConfig(): Record<string, unknown> {
    const { name, distance, aggregate, anchor, positiveMiningStrategy, negativeMiningStrategy } = this;
    return { name, distance: distance.name, aggregate, anchor, positiveMiningStrategy, negativeMiningStrategy };
  }

  /** The distance of each anchor that has a pair. */
  #ofAnchors(labels: tf.Tensor1D, embeddings: tf.Tensor2D): number[] {
    const farthest = (this.anchor === 'positive') === (this.#mining() === 'hard');
    const minedAndMeasured = tf.tidy(() =>
      detached(() => {
        const pairwise = this.distance.pairwise(embeddings, embeddings);
        const mask = pairMasks(labels, labels, true)[this.anchor];
        const mined = farthest ? maskedMax(pairwise, mask) : maskedMin(pairwise, mask);
        return tf.concat([tf.reshape(mined, [-1]), anyMasked(mask)]);
      }).dataSync(),
    );
    const distances = minedAndMeasured.subarray(0, labels.size);
    const measured = minedAndMeasured.subarray(labels.size);
    return [...distances].filter((_, i) => measured[i] === 1);
  }

  #mining(): MetricMining {
    return this.anchor === 'positive' ? this.positiveMiningStrategy : this.negativeMiningStrategy;
  }
}
