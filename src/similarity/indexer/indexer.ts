import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkCount, checkLabels, unknownName, type Labels } from '../checks.ts';
import { getDistance, type Distance } from '../distances/index.ts';
import { SimilarityError } from '../errors.ts';
import { damaged, readSaved, writeSaved } from '../files/saved.ts';
import type { Lookup } from '../lookup.ts';
import { LinearSearch } from '../search/linear-search.ts';
import type { Nearest, Search } from '../search/search.ts';
import { MemoryStore } from '../stores/memory-store.ts';
import type { Store, StoredExample } from '../stores/store.ts';
import { rowOf, rowsOf, type EmbeddingRow, type EmbeddingRows } from './rows.ts';

/** Version of the manifest: 1. */
const VERSION = 1;

const SEARCHES: Readonly<Record<string, (dimensions: number, distance: Distance) => Search>> = {
  linear: (dimensions, distance) => new LinearSearch({ dimensions, distance }),
};

const STORES: Readonly<Record<string, () => Store>> = {
  memory: () => new MemoryStore(),
};

export interface IndexerOptions {
  /** How many numbers an embedding has. */
  readonly dimensions: number;
  /** Default `cosine`. */
  readonly distance?: Distance | string;
  /** `linear` (default), or a search of the same dimensions and distance. */
  readonly search?: Search | string;
  /** `memory` (default), or a store. */
  readonly store?: Store | string;
}

/** Embeddings with what belongs to them, found again by their nearness. */
export class Indexer {
  readonly dimensions: number;
  readonly distance: Distance;
  readonly #search: Search;
  readonly #store: Store;

  /** @throws SimilarityError UNKNOWN_NAME, OUT_OF_RANGE, NOT_AN_INTEGER or WRONG_LENGTH */
  constructor({ dimensions, distance = 'cosine', search = 'linear', store = 'memory' }: IndexerOptions) {
    this.dimensions = checkCount('dimensions', dimensions);
    this.distance = getDistance(distance);
    this.#search = typeof search === 'string' ? this.#makeSearch(search) : search;
    this.#store = typeof store === 'string' ? makeStore(store) : store;
  }

  /** How many examples are indexed. */
  get size(): number {
    return this.#store.size;
  }

  /**
   * Indexes one example.
   *
   * @param embedding [dimensions]
   * @returns its id: examples are counted from 0
   * @throws SimilarityError WRONG_LENGTH, NOT_FINITE or NOT_AN_INTEGER
   */
  add(embedding: EmbeddingRow, { label, data }: { readonly label?: number; readonly data?: unknown } = {}): number {
    const row = rowOf('embedding', embedding, this.dimensions);
    const [checkedLabel] = label === undefined ? [] : checkLabels('label', [label], 1);
    const id = this.#store.add({ embedding: row, label: checkedLabel, data });
    this.#search.add(row, id);
    return id;
  }

  /**
   * Indexes many: all of them, or none where something is wrong.
   *
   * @param embeddings [n × dimensions]
   * @param options.labels [n] class ids
   * @param options.data [n] anything that JSON can say, and typed arrays
   * @returns their ids
   * @throws SimilarityError WRONG_RANK, WRONG_LENGTH, NOT_FINITE or NOT_AN_INTEGER
   */
  batchAdd(
    embeddings: EmbeddingRows,
    { labels, data }: { readonly labels?: Labels; readonly data?: readonly unknown[] } = {},
  ): number[] {
    const { rows, count } = rowsOf('embeddings', embeddings, this.dimensions);
    const checkedLabels = labels === undefined ? undefined : checkLabels('labels', labels, count);
    if (data !== undefined && data.length !== count) {
      const expected = `one entry for each of ${count} examples was expected`;
      throw new SimilarityError('WRONG_LENGTH', 'data', { expected, shape: [data.length] });
    }
    const examples: StoredExample[] = Array.from({ length: count }, (_, i) => ({
      embedding: rows.subarray(i * this.dimensions, (i + 1) * this.dimensions),
      label: checkedLabels?.[i],
      data: data?.[i],
    }));
    const ids = this.#store.batchAdd(examples);
    this.#search.batchAdd(rows, ids);
    return ids;
  }

  /**
   * The nearest neighbors of one query, nearest first.
   *
   * @param embedding [dimensions]
   * @param k how many; where fewer are indexed, all of them are returned
   * @throws SimilarityError WRONG_LENGTH, NOT_FINITE, OUT_OF_RANGE or NOT_AN_INTEGER
   */
  singleLookup(embedding: EmbeddingRow, k = 5): Lookup[] {
    const row = rowOf('embedding', embedding, this.dimensions);
    return this.#neighbors(this.#search.lookup(row, checkCount('k', k)));
  }

  /**
   * The nearest neighbors of each query.
   *
   * @param embeddings [n × dimensions]
   * @returns n lists, each as {@link singleLookup} gives it
   */
  batchLookup(embeddings: EmbeddingRows, k = 5): Lookup[][] {
    const { rows } = rowsOf('embeddings', embeddings, this.dimensions);
    return this.#search.batchLookup(rows, checkCount('k', k)).map((nearest) => this.#neighbors(nearest));
  }

  /** Everything out, as if newly made. */
  reset(): void {
    this.#search.reset();
    this.#store.reset();
  }

  /**
   * Writes the index into a folder, which is made where it is not there. What was saved there before is replaced once the new
   * one is whole.
   */
  async save(folder: string): Promise<void> {
    await mkdir(folder, { recursive: true });
    const content = await nextContentFolder(folder);
    await mkdir(join(folder, content));
    await this.#search.save(join(folder, content));
    await this.#store.save(join(folder, content));
    await writeSaved(folder, 'index', {
      version: VERSION,
      dimensions: this.dimensions,
      distance: this.distance.name,
      search: this.#search.kind,
      store: this.#store.kind,
      size: this.size,
      content,
    });
    await removeContentFolders(folder, content);
  }

  /**
   * Reads what {@link save} wrote.
   *
   * @throws SimilarityError FILE_MISSING or FILE_DAMAGED
   */
  static async load(folder: string): Promise<Indexer> {
    const { description } = await readSaved(folder, 'index');
    if (description['version'] !== VERSION) throw damaged(folder, `its version is not ${VERSION}`);
    const indexer = new Indexer({
      dimensions: Number(description['dimensions']),
      distance: String(description['distance']),
      search: String(description['search']),
      store: String(description['store']),
    });
    const content = join(folder, String(description['content']));
    await indexer.#search.load(content);
    await indexer.#store.load(content);
    if (indexer.#search.size !== description['size'] || indexer.size !== description['size']) {
      throw damaged(folder, 'its search, its store and its manifest do not belong together');
    }
    return indexer;
  }

  /** Closes the store's files. */
  close(): void {
    this.#store.close();
  }

  #makeSearch(name: string): Search {
    const make = SEARCHES[name.toLowerCase()];
    if (make === undefined) throw unknownName('search', name, Object.keys(SEARCHES));
    return make(this.dimensions, this.distance);
  }

  #neighbors({ ids, distances }: Nearest): Lookup[] {
    return this.#store
      .batchGet(ids)
      .map((example, i) => ({ rank: i + 1, distance: distances[i] as number, ...example }));
  }
}

function makeStore(name: string): Store {
  const make = STORES[name.toLowerCase()];
  if (make === undefined) throw unknownName('store', name, Object.keys(STORES));
  return make();
}

/** Search and store of one `save` lie in a folder of their own, which the manifest names. */
const CONTENT_FOLDER = /^content-(\d+)$/;

async function nextContentFolder(folder: string): Promise<string> {
  const numbers = (await readdir(folder)).map((name) => Number(CONTENT_FOLDER.exec(name)?.[1] ?? 0));
  return `content-${Math.max(0, ...numbers) + 1}`;
}

async function removeContentFolders(folder: string, current: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name !== current && CONTENT_FOLDER.test(name)) await rm(join(folder, name), { recursive: true });
  }
}
