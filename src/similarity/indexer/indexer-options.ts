import type { Labels } from '../checks.ts';
import type { ClassificationMetric } from '../classification-metrics/index.ts';
import type { Distance } from '../distances/index.ts';
import type { Evaluator } from '../evaluators/index.ts';
import type { ClassificationMatch } from '../matchers/index.ts';
import type { Search } from '../search/search.ts';
import type { Store } from '../stores/store.ts';
import type { QueryPerformance } from './lookup-timings.ts';

export interface IndexerOptions {
  /** How many numbers an embedding has. */
  readonly dimensions: number;
  /** Default `cosine`; of a search that is given, its own. */
  readonly distance?: Distance | string;
  /** `linear` (default), `hnsw`, or a search of these dimensions and this distance. */
  readonly search?: Search | string;
  /** `memory` (default), `cached`, `sqlite`, or a store; what it holds already is indexed. */
  readonly store?: Store | string;
  /** `memory` (default), or an evaluator. */
  readonly evaluator?: Evaluator | string;
  /** How many of the last lookups {@link Indexer.stats} is about. Default 1000. */
  readonly statBufferSize?: number;
}

export interface AddOptions {
  /** Class id. */
  readonly label?: number;
  /** Anything that JSON can say, and typed arrays. */
  readonly data?: unknown;
}

export interface BatchAddOptions {
  /** [n] class ids */
  readonly labels?: Labels;
  /** [n] anything that JSON can say, and typed arrays */
  readonly data?: readonly unknown[];
}

/** How a match is made out of neighbors. */
export interface MatchingOptions {
  /** `match_nearest` (default), `match_majority_vote`, or a matcher. */
  readonly matcher?: ClassificationMatch | string;
  /** How many neighbors the matcher is given. Default 1. */
  readonly k?: number;
}

export interface EvaluateClassificationOptions extends MatchingOptions {
  /** Default `['f1']`. */
  readonly metrics?: readonly (ClassificationMetric | string)[];
}

export interface CalibrateOptions extends MatchingOptions {
  /** Name of a cutpoint to the value of the calibration metric that it is to meet. Default none. */
  readonly thresholdsTargets?: Readonly<Record<string, number>>;
  /** Default `f1_score`. */
  readonly calibrationMetric?: ClassificationMetric | string;
  /** What else is to be reported. Default `['precision', 'recall']`. */
  readonly extraMetrics?: readonly (ClassificationMetric | string)[];
}

export interface MatchOptions extends MatchingOptions {
  /** What a query without a match is given. Default -1. */
  readonly noMatchLabel?: number;
}

export interface IndexerStats {
  readonly size: number;
  readonly dimensions: number;
  readonly distance: string;
  readonly search: string;
  readonly store: string;
  readonly evaluator: string;
  readonly isCalibrated: boolean;
  /** Queries looked up since the index was made or reset. */
  readonly numLookups: number;
  readonly statBufferSize: number;
  /** Of the last `statBufferSize` lookups. */
  readonly queryPerformance: QueryPerformance;
}
