export { Indexer, type IndexerOptions } from './indexer.ts';
export type { EmbeddingRow, EmbeddingRows } from './rows.ts';
