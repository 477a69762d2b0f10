import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { ContrastiveAugmenter } from '../augmenters/index.ts';
import { SingleShotMemorySampler } from '../samplers/index.ts';
import { clusters, FEATURES } from './clusters.test-fixture.ts';
import type { ContrastiveAlgorithm } from './contrastive-model-algorithms.ts';
import { createContrastiveModel } from './contrastive-model-create.ts';
import { getPredictor, getProjector, getPrototypes } from './contrastive-model-heads.ts';
import type { ContrastiveModel } from './contrastive-model.ts';

/** Views of clusters: what the classes differ in stays nearly as it is, the rest is covered with noise. */
const noise = new ContrastiveAugmenter((examples, random) => {
  const [count = 0] = examples.shape;
  const data = Float32Array.from({ length: count * FEATURES }, (_, i) =>
    i % FEATURES < 4 ? random.between(-0.2, 0.2) : random.between(-3, 3),
  );
  return tf.add(examples, tf.tensor2d(data, [count, FEATURES]));
});

export function viewSampler(stepsPerEpoch: number, examplesPerBatch = 64): SingleShotMemorySampler {
  const { x } = clusters([0, 1, 2, 3, 4, 5], 40, 1);
  return new SingleShotMemorySampler({ x, augmenter: noise, examplesPerBatch, stepsPerEpoch, seed: 3 });
}

/** Numbers of a feature, and of a projection. */
export const WIDTH = 16;

export function smallBackbone(penalty = 0): tfl.LayersModel {
  const inputs = tfl.input({ shape: [FEATURES] });
  const kernelInitializer = (seed: number): ReturnType<typeof tfl.initializers.glorotUniform> =>
    tfl.initializers.glorotUniform({ seed });
  const hidden = tfl.layers
    .dense({ units: 32, activation: 'relu', kernelInitializer: kernelInitializer(1) })
    .apply(inputs);
  const outputs = tfl.layers.dense({
    units: WIDTH,
    activation: 'relu',
    kernelInitializer: kernelInitializer(2),
    ...(penalty > 0 && { kernelRegularizer: tfl.regularizers.l2({ l2: penalty }) }),
  });
  return tfl.model({ inputs, outputs: outputs.apply(hidden) as tfl.SymbolicTensor });
}

function smallPredictor(algorithm: ContrastiveAlgorithm): tfl.LayersModel | undefined {
  if (algorithm === 'swav') return getPrototypes({ inputDim: WIDTH, prototypes: 24 });
  const predicts = algorithm === 'simsiam' || algorithm === 'byol';
  return predicts ? getPredictor({ inputDim: WIDTH, hiddenDim: WIDTH }) : undefined;
}

export function smallContrastiveModel(algorithm: ContrastiveAlgorithm, penalty = 0): ContrastiveModel {
  return createContrastiveModel({
    backbone: smallBackbone(penalty),
    projector: getProjector({ inputDim: WIDTH, dim: WIDTH, numLayers: 2 }),
    predictor: smallPredictor(algorithm),
    algorithm,
  });
}
