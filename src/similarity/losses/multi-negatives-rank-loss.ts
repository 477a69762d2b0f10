import * as tf from '@tensorflow/tfjs-core';
import { checkEmbeddings, checkPositive } from '../checks.ts';
import type { Distance } from '../distances/index.ts';
import { SimilarityError } from '../errors.ts';
import { maskedLogSumExp } from '../tensors/masked-log-sum-exp.ts';
import type { PairMasks } from '../tensors/pair-masks.ts';
import { PairwiseLoss } from './pairwise-loss.ts';

export interface MultiNegativesRankLossOptions {
  /** `inner_product`, or a distance, whose negative is then the similarity. Default `inner_product`. */
  readonly distance?: Distance | string;
  /** What similarities are multiplied with; above 0. Default 20. */
  readonly scale?: number;
  /** Default `multineg_rank_loss`. */
  readonly name?: string;
}

/**
 * Ranks each example's positive before all of its negatives: -log(exp(s(a, p)) / (exp(s(a, p)) + Σ exp(s(a, n)))), the mean
 * over its positives, s being the scaled similarity.
 *
 * With labels the positives are the other examples of the class. Without, where row i of one matrix belongs to row i of
 * another and all else is negative, see `computePairs`.
 *
 * An example without a positive contributes 0; so does one without a negative, by the formula.
 *
 * Henderson et al., Efficient Natural Language Response Suggestion for Smart Reply, https://arxiv.org/abs/1705.00652
 */
export class MultiNegativesRankLoss extends PairwiseLoss {
  readonly scale: number;

  /** @throws SimilarityError UNKNOWN_NAME or OUT_OF_RANGE */
  constructor(options: MultiNegativesRankLossOptions = {}) {
    super(options.name ?? 'multineg_rank_loss', options.distance ?? 'inner_product');
    this.scale = checkPositive('scale', options.scale ?? 20);
  }

  protected override ofDistances(distances: tf.Tensor2D, { positive, negative }: PairMasks): tf.Tensor1D {
    const similarities = tf.mul<tf.Tensor2D>(distances, this.distance.largestIsNearest ? this.scale : -this.scale);
    const gaps = tf.sub(maskedLogSumExp(similarities, negative, false), similarities);
    const perPositive = tf.mul(tf.softplus(gaps), positive);
    return tf.div<tf.Tensor1D>(tf.sum(perPositive, 1), tf.maximum(tf.sum(positive, 1), 1));
  }

  /**
   * The mean loss of pairs: key i is query i's positive, and the other keys are its negatives. Differentiable in both;
   * nothing is checked.
   *
   * @param queries [n, dimensions]
   * @param keys [n, dimensions]
   */
  pairsLoss(queries: tf.Tensor2D, keys: tf.Tensor2D): tf.Scalar {
    return tf.tidy(() => {
      const rows = tf.range(0, queries.shape[0], 1, 'int32');
      return tf.mean<tf.Scalar>(
        this.perExample({
          queryLabels: rows,
          queryEmbeddings: queries,
          keyLabels: rows,
          keyEmbeddings: keys,
          removeDiagonal: false,
        }),
      );
    });
  }

  /**
   * The same, its arguments checked.
   *
   * @throws SimilarityError WRONG_RANK, WRONG_TYPE, WRONG_SHAPE, EMPTY or NOT_FINITE
   */
  computePairs(queries: tf.Tensor, keys: tf.Tensor): tf.Scalar {
    const matrix = checkEmbeddings('queries', queries);
    const other = checkEmbeddings('keys', keys);
    if (matrix.shape[0] !== other.shape[0] || matrix.shape[1] !== other.shape[1]) {
      throw new SimilarityError('WRONG_SHAPE', 'keys', {
        expected: `[${matrix.shape.join(', ')}] was expected, as queries has it`,
        shape: other.shape,
      });
    }
    return this.pairsLoss(matrix, other);
  }

  override getConfig(): Record<string, unknown> {
    const { name, distance, scale } = this;
    return { name, distance: distance.name, scale };
  }
}
