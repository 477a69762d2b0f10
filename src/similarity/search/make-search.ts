import { unknownName } from '../checks.ts';
import type { Distance } from '../distances/index.ts';
import { HnswSearch } from './hnsw-search.ts';
import { LinearSearch } from './linear-search.ts';
import type { Search } from './search.ts';

type MakeSearch = (options: { readonly dimensions: number; readonly distance: Distance }) => Search;

const SEARCHES = new Map<string, MakeSearch>([
  ['linear', (options) => new LinearSearch(options)],
  ['hnsw', (options) => new HnswSearch(options)],
]);

/**
 * A new search of that name, `linear` or `hnsw`, in any case.
 *
 * @throws SimilarityError UNKNOWN_NAME
 */
export function makeSearch(name: string, dimensions: number, distance: Distance): Search {
  const make = SEARCHES.get(name.toLowerCase());
  if (make === undefined) throw unknownName('search', name, SEARCHES.keys());
  return make({ dimensions, distance });
}
