import { unknownName } from '../checks.ts';
import { CachedStore } from './cached-store.ts';
import { MemoryStore } from './memory-store.ts';
import { SqliteStore } from './sqlite-store.ts';
import type { Store } from './store.ts';

const STORES = new Map<string, new () => Store>([
  ['memory', MemoryStore],
  ['cached', CachedStore],
  ['sqlite', SqliteStore],
]);

/**
 * A new store of that name, `memory`, `cached` or `sqlite`, in any case.
 *
 * @throws SimilarityError UNKNOWN_NAME
 */
export function makeStore(name: string): Store {
  const Made = STORES.get(name.toLowerCase());
  if (Made === undefined) throw unknownName('store', name, STORES.keys());
  return new Made();
}
