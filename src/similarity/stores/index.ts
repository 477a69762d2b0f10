export { MemoryStore } from './memory-store.ts';
export type { Store, StoredExample } from './store.ts';
