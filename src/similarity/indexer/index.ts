export type {
  AddOptions,
  BatchAddOptions,
  CalibrateOptions,
  EvaluateClassificationOptions,
  IndexerOptions,
  IndexerStats,
  MatchingOptions,
  MatchOptions,
} from './indexer-options.ts';
export { Indexer } from './indexer.ts';
export type { QueryPerformance } from './lookup-timings.ts';
export type { EmbeddingRow, EmbeddingRows } from './rows.ts';
