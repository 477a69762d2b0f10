import type * as tf from '@tensorflow/tfjs-core';
import { getDistance, type Distance } from '../distances/index.ts';
import { getLoss, lossFromConfig, type MetricLoss, type SavedLoss } from '../losses/index.ts';
import { describeOptimizer, getOptimizer, optimizerFrom, type SavedOptimizer } from '../training/optimizers.ts';
import type { TrainingMetric } from '../training-metrics/index.ts';
import type { IndexOptions } from './indexed-model.ts';
import { WatchedMetrics, type SavedMetric } from './watched-metrics.ts';

/** What a model is trained and indexed with. */
export interface CompileOptions extends Omit<IndexOptions, 'distance'> {
  /** Of the index. Default `auto`: that of the loss, or cosine where there is none. */
  readonly distance?: Distance | string;
  /**
   * `adam`, `sgd`, `rmsprop`, `momentum`, `adagrad`, `adadelta`, `adamax`, or an optimizer, which stays the caller's to dispose
   * of. Default `rmsprop`.
   */
  readonly optimizer?: tf.Optimizer | string;
  /** Of an optimizer that is named; above 0. Default 0.001, and 0.01 for `sgd` and `momentum`. */
  readonly learningRate?: number;
  /** A loss, or the name of one with its default settings. Without one the model can be indexed, but not trained. */
  readonly loss?: MetricLoss | string;
  /** Training metrics, or names as `avg_pos`, of the index's distance: columns of the history. Default none. */
  readonly metrics?: readonly (TrainingMetric | string)[];
}

/** What came of it. */
export interface Compiled {
  readonly optimizer: tf.Optimizer;
  readonly loss: MetricLoss | undefined;
  readonly metrics: WatchedMetrics;
  /** Gives back what was made here, and not what the caller made. */
  dispose(): void;
}

/** What a file says of it. */
export interface SavedCompilation {
  readonly optimizer: SavedOptimizer;
  readonly loss: SavedLoss | null;
  readonly metrics: readonly SavedMetric[];
}

/** @throws SimilarityError UNKNOWN_NAME or OUT_OF_RANGE */
export function compiledFrom(options: CompileOptions): Compiled {
  const { optimizer = 'rmsprop', learningRate, loss, metrics = [] } = options;
  const chosenLoss = loss === undefined ? undefined : getLoss(loss);
  const watched = WatchedMetrics.from(metrics, indexDistance(options, chosenLoss));
  const chosenOptimizer = getOptimizer(optimizer, learningRate);
  return {
    optimizer: chosenOptimizer,
    loss: chosenLoss,
    metrics: watched,
    dispose: () => {
      if (typeof optimizer === 'string') chosenOptimizer.dispose();
      if (typeof loss === 'string') chosenLoss?.dispose();
    },
  };
}

/** @throws SimilarityError UNKNOWN_NAME */
export function indexDistance({ distance = 'auto' }: CompileOptions, loss: MetricLoss | undefined): Distance {
  return distance === 'auto' ? (loss?.distance ?? getDistance('cosine')) : getDistance(distance);
}

export function describeCompilation({ optimizer, loss, metrics }: Compiled): SavedCompilation {
  return {
    optimizer: describeOptimizer(optimizer),
    loss: loss === undefined ? null : { className: loss.constructor.name, config: loss.getConfig() },
    metrics: metrics.describe(),
  };
}

/** @returns undefined where the loss or the optimizer is one of the program's own, which a file cannot bring back */
export function compilationFrom(saved: SavedCompilation): Compiled | undefined {
  const optimizer = optimizerFrom(saved.optimizer);
  if (optimizer === undefined) return undefined;
  try {
    const loss = saved.loss === null ? undefined : lossFromConfig(saved.loss);
    return {
      optimizer,
      loss,
      metrics: WatchedMetrics.fromSaved(saved.metrics),
      dispose: () => {
        optimizer.dispose();
        loss?.dispose();
      },
    };
  } catch {
    optimizer.dispose();
    return undefined;
  }
}
