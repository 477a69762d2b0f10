import type * as tf from '@tensorflow/tfjs-core';

/** TF.js has no public way to an optimizer's learning rate; every optimizer of its own keeps it under this name. */
interface WithLearningRate {
  learningRate?: number;
  setLearningRate?(learningRate: number): void;
}

/** @returns the optimizer's learning rate; undefined where it has none */
export function learningRateOf(optimizer: tf.Optimizer): number | undefined {
  return (optimizer as unknown as WithLearningRate).learningRate;
}

/** Takes effect with the next step; nothing happens where the optimizer has no learning rate. */
export function setLearningRate(optimizer: tf.Optimizer, learningRate: number): void {
  const rated = optimizer as unknown as WithLearningRate;
  // SGD and momentum keep a tensor of it too, which only their method replaces.
  if (rated.setLearningRate !== undefined) rated.setLearningRate(learningRate);
  else if (rated.learningRate !== undefined) rated.learningRate = learningRate;
}
