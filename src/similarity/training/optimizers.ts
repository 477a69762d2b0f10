import * as tf from '@tensorflow/tfjs-core';
import { checkPositive, unknownName } from '../checks.ts';

/** Names of the optimizers, and their learning rate where the caller does not say: those of Keras. */
export type OptimizerName = 'adadelta' | 'adagrad' | 'adam' | 'adamax' | 'momentum' | 'rmsprop' | 'sgd';

const OPTIMIZERS: Readonly<Record<OptimizerName, readonly [number, (learningRate: number) => tf.Optimizer]>> = {
  adadelta: [0.001, (learningRate) => tf.train.adadelta(learningRate)],
  adagrad: [0.001, (learningRate) => tf.train.adagrad(learningRate)],
  adam: [0.001, (learningRate) => tf.train.adam(learningRate)],
  adamax: [0.001, (learningRate) => tf.train.adamax(learningRate)],
  momentum: [0.01, (learningRate) => tf.train.momentum(learningRate, 0.9)],
  rmsprop: [0.001, (learningRate) => tf.train.rmsprop(learningRate)],
  sgd: [0.01, (learningRate) => tf.train.sgd(learningRate)],
};

/**
 * The optimizer of that name, in any case; an optimizer is returned as it is.
 *
 * @param learningRate above 0; the optimizer's own where it is left out
 * @throws SimilarityError UNKNOWN_NAME or OUT_OF_RANGE
 */
export function getOptimizer(optimizer: tf.Optimizer | string, learningRate?: number): tf.Optimizer {
  if (typeof optimizer !== 'string') return optimizer;
  const name = optimizer.toLowerCase();
  if (!Object.hasOwn(OPTIMIZERS, name)) throw unknownName('optimizer', optimizer, Object.keys(OPTIMIZERS));
  const [defaultRate, create] = OPTIMIZERS[name as OptimizerName];
  return create(checkPositive('learningRate', learningRate ?? defaultRate));
}

/** What a file says of an optimizer: its class and settings, without what it remembers of past steps. */
export interface SavedOptimizer {
  readonly className: string;
  readonly config: tf.serialization.ConfigDict;
}

export function describeOptimizer(optimizer: tf.Optimizer): SavedOptimizer {
  return { className: optimizer.getClassName(), config: optimizer.getConfig() };
}

/** @returns undefined where TF.js knows no optimizer of that class: one of the program's own */
export function optimizerFrom({ className, config }: SavedOptimizer): tf.Optimizer | undefined {
  const known = tf.serialization.SerializationMap.getMap().classNameMap[className];
  if (known === undefined) return undefined;
  const [optimizerClass, fromConfig] = known;
  const made: unknown = fromConfig(optimizerClass, config);
  return made instanceof tf.Optimizer ? made : undefined;
}
