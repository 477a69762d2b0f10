export { CachedStore, type CachedStoreOptions } from './cached-store.ts';
export { MemoryStore } from './memory-store.ts';
export { SqliteStore, type SqliteStoreOptions } from './sqlite-store.ts';
export type { Store, StoredExample } from './store.ts';
