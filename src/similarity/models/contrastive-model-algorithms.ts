import * as tf from '@tensorflow/tfjs-core';
import { unknownName } from '../checks.ts';
import type { ContrastiveLoss } from '../contrastive-losses/index.ts';
import { detached } from '../tensors/detached.ts';
import { l2Normalize } from '../tensors/l2-normalize.ts';

/** The self-supervised methods. */
export type ContrastiveAlgorithm = 'simsiam' | 'simclr' | 'barlow' | 'vicreg' | 'byol' | 'swav';

const ALGORITHMS: readonly ContrastiveAlgorithm[] = ['simsiam', 'simclr', 'barlow', 'vicreg', 'byol', 'swav'];

/** @throws SimilarityError UNKNOWN_NAME */
export function checkAlgorithm(algorithm: string): ContrastiveAlgorithm {
  const known = ALGORITHMS.find((name) => name === algorithm);
  if (known === undefined) throw unknownName('algorithm', algorithm, ALGORITHMS);
  return known;
}

/** Whether something comes after the projector: a predictor, or SwAV's prototypes. */
export function needsPredictor(algorithm: ContrastiveAlgorithm): boolean {
  return algorithm === 'simsiam' || algorithm === 'byol' || algorithm === 'swav';
}

type Pair = readonly [tf.Tensor2D, tf.Tensor2D];

/** What one batch of two views came to on its way through the network. */
export interface ForwardPass {
  /** Both directions, where the method has two. */
  readonly loss: tf.Scalar;
  readonly projections: Pair;
  /** undefined where the method has no predictor */
  readonly predictions: Pair | undefined;
}

/** The parts of the network, each for one view. */
export interface Network {
  /** @param view [n, …] @returns [n, dimensions] */
  project(view: tf.Tensor): tf.Tensor2D;
  /** @param projection [n, dimensions] @returns [n, dimensions], or [n, prototypes] */
  predict(projection: tf.Tensor2D): tf.Tensor2D;
}

/**
 * The loss of a batch. The method says which way it goes and where gradients end:
 *
 * - simclr, barlow, vicreg: one loss between the two projections, gradients through both;
 * - simsiam: each prediction against the projection of the other view, which is held still;
 * - byol: the same against the projection that the target network makes of the other view;
 * - swav: the scores of each view against the codes of the other's, through which the loss lets nothing.
 *
 * @param views two views, and for byol the target's projections of both
 */
export function forwardPass(
  algorithm: ContrastiveAlgorithm,
  loss: ContrastiveLoss,
  network: Network,
  views: readonly tf.Tensor[],
): ForwardPass {
  const [first, second, firstTarget, secondTarget] = views as readonly [tf.Tensor, tf.Tensor, ...tf.Tensor2D[]];
  const projections = [network.project(first), network.project(second)] as const;
  if (!needsPredictor(algorithm)) {
    return { loss: loss.batchLoss(...projections), projections, predictions: undefined };
  }
  const predictions = [network.predict(projections[0]), network.predict(projections[1])] as const;
  const targetsOf = (): Pair => {
    if (algorithm === 'swav') return predictions;
    if (algorithm === 'byol') return [firstTarget as tf.Tensor2D, secondTarget as tf.Tensor2D];
    return [detached(() => tf.clone(projections[0])), detached(() => tf.clone(projections[1]))];
  };
  const targets = targetsOf();
  const both = tf.add<tf.Scalar>(
    loss.batchLoss(targets[0], predictions[1]),
    loss.batchLoss(targets[1], predictions[0]),
  );
  return { loss: both, projections, predictions };
}

/**
 * How much the directions of rows vary: the standard deviation over the batch of each dimension of the normalized rows, on
 * average. It goes to 0 where all rows become the same (a collapse), and is about 1 / √dimensions where they spread evenly.
 */
export function spreadOf([first, second]: Pair): tf.Scalar {
  return detached(() =>
    tf.tidy(() => {
      const deviation = (rows: tf.Tensor2D): tf.Tensor => {
        const { variance } = tf.moments(l2Normalize(rows), 0);
        return tf.mean(tf.sqrt(variance));
      };
      return tf.div<tf.Scalar>(tf.add(deviation(first), deviation(second)), 2);
    }),
  );
}
