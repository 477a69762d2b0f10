export { HnswSearch, type HnswSearchOptions } from './hnsw-search.ts';
export { LinearSearch, type LinearSearchOptions } from './linear-search.ts';
export type { Nearest, Search } from './search.ts';
