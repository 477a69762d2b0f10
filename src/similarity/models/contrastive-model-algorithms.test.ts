import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, it } from 'vitest';
import { useBackend } from '../backends/index.ts';
import { getContrastiveLoss } from '../contrastive-losses/index.ts';
import { createRandom } from '../random.ts';
import { forwardPass, spreadOf, type ContrastiveAlgorithm } from './contrastive-model-algorithms.ts';
import { getProjector } from './contrastive-model-heads.ts';
import { targetDecay, TargetNetwork } from './contrastive-model-target.ts';
import { smallBackbone, WIDTH } from './views.test-fixture.ts';

const random = createRandom(1);
const matrix = (rows: number, columns: number): tf.Tensor2D =>
  tf.tensor2d(
    Array.from({ length: rows * columns }, () => random.between(-1, 1)),
    [rows, columns],
  );

beforeAll(() => useBackend('cpu'));

/** The loss of a step through a network of two matrices. */
function lossAt(
  algorithm: ContrastiveAlgorithm,
  views: readonly tf.Tensor[],
  weights: readonly [tf.Tensor2D, tf.Tensor2D],
): tf.Scalar {
  const network = {
    project: (view: tf.Tensor) => tf.matMul<tf.Tensor2D>(view, weights[0]),
    predict: (projection: tf.Tensor2D) => tf.matMul<tf.Tensor2D>(projection, weights[1]),
  };
  return forwardPass(algorithm, getContrastiveLoss(algorithm), network, views).loss;
}

it.each<ContrastiveAlgorithm>(['simclr', 'barlow', 'vicreg', 'simsiam', 'byol'])(
  '%s: gradients are those of finite differences with the targets held still',
  (algorithm) => {
    tf.tidy(() => {
      const views = [matrix(6, 5), matrix(6, 5), matrix(6, 3), matrix(6, 3)];
      const weights = [matrix(5, 3), matrix(3, 3)] as const;
      const gradient = tf
        .grad((w) => lossAt(algorithm, views, [w as tf.Tensor2D, weights[1]]))(weights[0])
        .dataSync();
      const loss = getContrastiveLoss(algorithm);
      const still = views.slice(0, 2).map((view) => tf.matMul<tf.Tensor2D>(view, weights[0]));
      const heldLoss = (w: tf.Tensor2D): number => {
        // SimSiam alone has targets that the weights move, and that its gradient takes for fixed.
        if (algorithm !== 'simsiam') return lossAt(algorithm, views, [w, weights[1]]).dataSync()[0] as number;
        const [first, second] = views.slice(0, 2).map((view) => tf.matMul<tf.Tensor2D>(tf.matMul(view, w), weights[1]));
        const sum = tf.add(
          loss.batchLoss(still[0] as tf.Tensor2D, second as tf.Tensor2D),
          loss.batchLoss(still[1] as tf.Tensor2D, first as tf.Tensor2D),
        );
        return sum.dataSync()[0] as number;
      };
      const step = 1e-2;
      const values = weights[0].dataSync();
      for (let i = 0; i < values.length; i++) {
        const moved = (by: number): number =>
          heldLoss(
            tf.tensor2d(
              values.map((value, j) => (j === i ? value + by : value)),
              [5, 3],
            ),
          );
        const difference = (moved(step) - moved(-step)) / (2 * step);
        expect(Math.abs((gradient[i] as number) - difference)).toBeLessThan(2e-2 * Math.max(1, Math.abs(difference)));
      }
    });
  },
);

it('measures the spread of directions', () => {
  tf.tidy(() => {
    const same = tf.ones<tf.Rank.R2>([8, 4]);
    expect(spreadOf([same, tf.mul(same, 3)]).dataSync()[0]).toBeCloseTo(0, 4);
    const axes = tf.concat2d([tf.eye(4), tf.neg(tf.eye(4))], 0);
    expect(spreadOf([axes, tf.mul(axes, 5)]).dataSync()[0]).toBeCloseTo(1 / 2, 5);
  });
});

it('lets the target stand still at the end', () => {
  expect(targetDecay(0.996, 0)).toBeCloseTo(0.996, 10);
  expect(targetDecay(0.996, 0.5)).toBeCloseTo(0.998, 10);
  expect(targetDecay(0.996, 1)).toBe(1);
});

it('lets the target follow the trained network as far as the decay says', async () => {
  const [backbone, projector] = [smallBackbone(), getProjector({ inputDim: WIDTH, dim: 4, numLayers: 1 })];
  const target = await TargetNetwork.following({ backbone, projector });
  const kernel = (model: tfl.LayersModel): number => model.getWeights()[0]?.dataSync()[0] as number;
  const start = kernel(backbone);
  expect(kernel(target.backbone)).toBe(start);
  tf.tidy(() => {
    backbone.setWeights(backbone.getWeights().map((weight) => tf.add(weight, 1)));
  });
  target.follow({ backbone, projector }, 1);
  expect(kernel(target.backbone)).toBe(start);
  target.follow({ backbone, projector }, 0.75);
  expect(kernel(target.backbone)).toBeCloseTo(start + 0.25, 5);
  target.follow({ backbone, projector }, 0);
  expect(kernel(target.backbone)).toBe(kernel(backbone));
  target.dispose();
  expect(kernel(backbone)).toBeCloseTo(start + 1, 5);
  backbone.dispose();
  projector.dispose();
});
