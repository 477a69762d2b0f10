import * as tf from '@tensorflow/tfjs-core';
import { checkCount, checkSameDimensions, type Labels } from '../checks.ts';
import { detached } from '../tensors/detached.ts';
import { MetricLoss } from './metric-loss.ts';

export interface XBMOptions {
  /** How many embeddings are remembered, the current batch's among them; at least 1. */
  readonly memorySize: number;
  /** How many steps go by before anything is remembered; until then a batch is compared with itself. Default 0. */
  readonly warmupSteps?: number;
  /** Default `xbm_loss`. */
  readonly name?: string;
}

/** The embeddings of past batches, newest first. */
interface Memory {
  /** [m] */
  readonly labels: tf.Tensor1D;
  /** [m, dimensions] */
  readonly embeddings: tf.Tensor2D;
}

/**
 * Cross-batch memory around another loss: each batch is compared with itself and with the embeddings of past batches, so that
 * there are many more pairs to mine from than a batch has.
 *
 * Every call of `batchLoss` and of `compute` is a step, which puts its batch at the start of the memory. Gradients flow through
 * the current batch alone: as queries, and where it stands in the memory. The remembered embeddings are those of the model as
 * it was then; warm-up steps leave out the time in which it changes fast. The memory has to be given back with `dispose`.
 *
 * Wang et al., Cross-Batch Memory for Embedding Learning, https://arxiv.org/abs/1912.06798
 */
export class XBM extends MetricLoss {
  readonly loss: MetricLoss;
  readonly memorySize: number;
  readonly warmupSteps: number;
  #memory: Memory | undefined;
  #steps = 0;

  /** @throws SimilarityError OUT_OF_RANGE or NOT_AN_INTEGER */
  constructor(loss: MetricLoss, { memorySize, warmupSteps = 0, name = 'xbm_loss' }: XBMOptions) {
    super(name, loss.distance);
    this.loss = loss;
    this.memorySize = checkCount('memorySize', memorySize);
    this.warmupSteps = checkCount('warmupSteps', warmupSteps, 0);
  }

  /** How many embeddings are remembered. */
  get memoryCount(): number {
    return this.#memory?.labels.size ?? 0;
  }

  /** The wrapped loss's, without the memory. */
  override perExample(pairs: Parameters<MetricLoss['perExample']>[0]): tf.Tensor1D {
    return this.loss.perExample(pairs);
  }

  override batchLoss(labels: tf.Tensor1D, embeddings: tf.Tensor2D): tf.Scalar {
    return tf.tidy(() => {
      const keys = this.#before(labels, embeddings);
      const perExample = this.loss.perExample({
        queryLabels: labels,
        queryEmbeddings: embeddings,
        keyLabels: keys.labels,
        keyEmbeddings: keys.embeddings,
        // The batch stands at the start of the keys.
        removeDiagonal: true,
      });
      this.#steps++;
      if (this.#steps > this.warmupSteps) this.#remember(keys);
      return tf.mean<tf.Scalar>(perExample);
    });
  }

  /** The wrapped loss of one batch by itself: what is not trained on is neither remembered nor compared with the memory. */
  override validationLoss(labels: tf.Tensor1D, embeddings: tf.Tensor2D): tf.Scalar {
    return this.loss.validationLoss(labels, embeddings);
  }

  /** @throws also WRONG_LENGTH where the memory holds embeddings of other dimensions */
  override compute(labels: Labels, embeddings: tf.Tensor): tf.Scalar {
    if (this.#memory !== undefined && embeddings.rank === 2) {
      checkSameDimensions('embeddings', embeddings.shape[1] as number, this.#memory.embeddings.shape[1]);
    }
    return super.compute(labels, embeddings);
  }

  /** Forgets everything, the steps of the warm-up too. The loss can be used again. */
  override dispose(): void {
    tf.dispose([this.#memory?.labels, this.#memory?.embeddings].filter((tensor) => tensor !== undefined));
    this.#memory = undefined;
    this.#steps = 0;
    this.loss.dispose();
  }

  override getConfig(): Record<string, unknown> {
    const { name, loss, memorySize, warmupSteps } = this;
    return { name, loss: { className: loss.constructor.name, config: loss.getConfig() }, memorySize, warmupSteps };
  }

  /** The batch and what of the memory has room beside it. */
  #before(labels: tf.Tensor1D, embeddings: tf.Tensor2D): Memory {
    const room = this.memorySize - labels.size;
    if (room < 0) {
      return { labels: tf.slice(labels, 0, this.memorySize), embeddings: tf.slice(embeddings, 0, this.memorySize) };
    }
    const memory = this.#memory;
    if (memory === undefined || room === 0) return { labels, embeddings };
    const kept = Math.min(room, memory.labels.size);
    return {
      labels: tf.concat([labels, tf.slice(memory.labels, 0, kept)]),
      embeddings: tf.concat([embeddings, tf.slice(memory.embeddings, 0, kept)]),
    };
  }

  #remember(keys: Memory): void {
    const old = this.#memory;
    // A copy that the tape knows nothing of, or the next step's gradient would look for this one's batch.
    this.#memory = {
      labels: tf.keep(detached(() => tf.clone(keys.labels))),
      embeddings: tf.keep(detached(() => tf.clone(keys.embeddings))),
    };
    tf.dispose([old?.labels, old?.embeddings].filter((tensor) => tensor !== undefined));
  }
}
