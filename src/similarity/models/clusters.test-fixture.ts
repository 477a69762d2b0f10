import * as tfl from '@tensorflow/tfjs-layers';
import { metricEmbedding } from '../layers/index.ts';
import { createRandom, type Random } from '../random.ts';
import { SimilarityModel, type SimilarityModelOptions } from './similarity-model.ts';

/** Numbers of one example. */
export const FEATURES = 12;

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

/**
 * Classes that lie apart in four of twelve directions and vary far more in the other eight, so that examples as they are give
 * poor neighbors.
 *
 * @returns x [n, FEATURES], class after class, and the class of each
 */
export function clusters(
  classes: readonly number[],
  perClass: number,
  seed: number,
): { x: { data: Float32Array; shape: number[] }; y: Int32Array } {
  const random = createRandom(seed);
  const rows = classes.flatMap((label) => {
    // The centre depends on the class alone, so that another seed gives other examples of the same classes.
    const centre = createRandom(1000 + label);
    const means = Array.from({ length: 4 }, () => 2 * normal(centre));
    return Array.from({ length: perClass }, () => [
      ...means.map((mean) => mean + 0.25 * normal(random)),
      ...Array.from({ length: FEATURES - 4 }, () => 1.5 * normal(random)),
    ]);
  });
  const y = Int32Array.from(classes.flatMap((label) => Array.from({ length: perClass }, () => label)));
  return { x: { data: Float32Array.from(rows.flat()), shape: [rows.length, FEATURES] }, y };
}

/** Two dense layers; the same weights each time. */
export function smallModel(
  options: Pick<SimilarityModelOptions, 'backbone'> = {},
  features = FEATURES,
): SimilarityModel {
  const inputs = tfl.input({ shape: [features] });
  const seeded = (seed: number): ReturnType<typeof tfl.initializers.glorotUniform> =>
    tfl.initializers.glorotUniform({ seed });
  const hidden = tfl.layers.dense({ units: 32, activation: 'relu', kernelInitializer: seeded(1) }).apply(inputs);
  const outputs = metricEmbedding({ units: 8, kernelInitializer: seeded(2) }).apply(hidden) as tfl.SymbolicTensor;
  return new SimilarityModel({ inputs, outputs, ...options });
}
