import hnswlib, { type SpaceName } from 'hnswlib-node';
import { checkCount, checkSameDimensions, unknownName } from '../checks.ts';
import { getDistance, type Distance, type DistanceName } from '../distances/index.ts';
import { damaged, readSaved, writeSaved } from '../files/saved.ts';
import { checkAdded, checkQuery, lookupRows, type Nearest, type Search } from './search.ts';

/** What hnswlib measures by for each distance, and how its values become those of the distance. */
interface Space {
  readonly name: SpaceName;
  readonly toDistance: (value: number) => number;
}

/** hnswlib's cosine and squared distances are rounded, and what is the same may come out under 0. */
const SPACES: Readonly<Partial<Record<DistanceName, Space>>> = {
  cosine: { name: 'cosine', toDistance: (value) => Math.max(0, value) },
  inner_product: { name: 'ip', toDistance: (value) => 1 - value },
  euclidean: { name: 'l2', toDistance: (value) => Math.sqrt(value) },
  squared_euclidean: { name: 'l2', toDistance: (value) => value },
};

const FIRST_CAPACITY = 1024;

/** The graph is random; with the same seed the same embeddings in the same order give the same graph. */
const SEED = 100;

export interface HnswSearchOptions {
  /** How many numbers an embedding has. */
  readonly dimensions: number;
  /** `cosine` (default), `inner_product`, `euclidean` or `squared_euclidean`. */
  readonly distance?: Distance | string;
  /** Links of an embedding on each level of the graph. More: better recall, more memory. Default 16. */
  readonly M?: number;
  /** Candidates looked at while an embedding is added. More: a better graph, built more slowly. Default 200. */
  readonly efConstruction?: number;
  /** Candidates looked at in a lookup; at least twice k are. More: better recall, slower. Default 64. */
  readonly efSearch?: number;
}

/**
 * Walks a graph of neighbors, so that a lookup takes a time that grows with the logarithm of the size. Approximate: it may
 * miss some of the nearest; on some hundred embeddings it misses none. Grows by doubling. Distances are computed in 32 bits.
 *
 * Malkov and Yashunin, Efficient and robust approximate nearest neighbor search using Hierarchical Navigable Small World
 * graphs, https://arxiv.org/abs/1603.09320
 */
export class HnswSearch implements Search {
  readonly kind = 'hnsw';
  readonly distance: Distance;
  readonly dimensions: number;
  readonly #space: Space;
  #settings: { readonly M: number; readonly efConstruction: number; readonly efSearch: number };
  #index: InstanceType<typeof hnswlib.HierarchicalNSW>;
  #known = new Set<number>();
  #ef = 0;

  /** @throws SimilarityError UNKNOWN_NAME (also for a distance that this search cannot do), OUT_OF_RANGE or NOT_AN_INTEGER */
  constructor({ dimensions, distance = 'cosine', M = 16, efConstruction = 200, efSearch = 64 }: HnswSearchOptions) {
    this.dimensions = checkCount('dimensions', dimensions);
    this.distance = getDistance(distance);
    const space = SPACES[this.distance.name];
    if (space === undefined) throw unknownName('distance', this.distance.name, Object.keys(SPACES));
    this.#space = space;
    this.#settings = {
      M: checkCount('M', M, 2, 1000),
      efConstruction: checkCount('efConstruction', efConstruction),
      efSearch: checkCount('efSearch', efSearch),
    };
    this.#index = this.#newIndex();
  }

  get size(): number {
    return this.#known.size;
  }

  add(embedding: Float32Array, id: number): void {
    checkSameDimensions('embedding', embedding.length, this.dimensions);
    this.batchAdd(embedding, [id]);
  }

  batchAdd(embeddings: Float32Array, ids: readonly number[]): void {
    checkAdded(embeddings, ids, this, (id) => this.#known.has(id));
    this.#makeRoom(this.size + ids.length);
    for (const [i, id] of ids.entries()) {
      this.#index.addPoint(Array.from(embeddings.subarray(i * this.dimensions, (i + 1) * this.dimensions)), id);
      this.#known.add(id);
    }
  }

  lookup(embedding: Float32Array, k: number): Nearest {
    checkQuery(embedding, this.dimensions);
    const wanted = Math.min(checkCount('k', k), this.size);
    if (wanted === 0) return { ids: [], distances: [] };
    // Candidates beyond k keep the recall up at the end of a long list.
    this.#setEf(Math.max(this.#settings.efSearch, 2 * wanted));
    const { neighbors: ids, distances } = this.#index.searchKnn(Array.from(embedding), wanted);
    for (let i = 0; i < ids.length; i++) {
      distances[i] = this.#space.toDistance(distances[i] as number);
      orderTies(ids, distances, i);
    }
    return { ids, distances };
  }

  batchLookup(embeddings: Float32Array, k: number): Nearest[] {
    return lookupRows(this, embeddings, k);
  }

  async save(folder: string): Promise<void> {
    const { kind, dimensions, size } = this;
    const description = { kind, dimensions, distance: this.distance.name, size, ...this.#settings };
    await writeSaved(folder, 'search', description, (file) => this.#index.writeIndexSync(file));
  }

  /** The settings, too, are those that were saved. */
  async load(folder: string): Promise<void> {
    const { description, file } = await readSaved(folder, 'search');
    const { kind, distance, dimensions, size, M, efConstruction, efSearch } = description as Record<
      string,
      number | string
    >;
    if (kind !== this.kind || distance !== this.distance.name || file === undefined) {
      throw damaged(folder, `it holds no ${this.kind} search by ${this.distance.name} distance`);
    }
    checkSameDimensions('dimensions', Number(dimensions), this.dimensions);
    const index = new hnswlib.HierarchicalNSW(this.#space.name, this.dimensions);
    await index.readIndex(file).catch((error: unknown) => {
      throw damaged(file, 'hnswlib refuses it', error);
    });
    const known = new Set(index.getIdsList());
    if (known.size !== size) throw damaged(file, `it holds ${known.size} embeddings instead of ${size ?? 'none'}`);
    this.#index = index;
    this.#known = known;
    this.#ef = 0;
    this.#settings = { M: Number(M), efConstruction: Number(efConstruction), efSearch: Number(efSearch) };
  }

  reset(): void {
    this.#index = this.#newIndex();
    this.#known = new Set();
    this.#ef = 0;
  }

  #newIndex(): InstanceType<typeof hnswlib.HierarchicalNSW> {
    const { M: m, efConstruction } = this.#settings;
    const index = new hnswlib.HierarchicalNSW(this.#space.name, this.dimensions);
    index.initIndex({ maxElements: FIRST_CAPACITY, m, efConstruction, randomSeed: SEED });
    return index;
  }

  #makeRoom(size: number): void {
    let capacity = Math.max(FIRST_CAPACITY, this.#index.getMaxElements());
    if (size <= this.#index.getMaxElements()) return;
    while (capacity < size) capacity *= 2;
    this.#index.resizeIndex(capacity);
  }

  #setEf(ef: number): void {
    if (ef === this.#ef) return;
    this.#index.setEf(ef);
    this.#ef = ef;
  }
}

/** Moves entry i forward to where it belongs among those of the same distance: smaller ids first. */
function orderTies(ids: number[], distances: readonly number[], i: number): void {
  for (let j = i; j > 0 && distances[j] === distances[j - 1] && (ids[j] as number) < (ids[j - 1] as number); j--) {
    [ids[j], ids[j - 1]] = [ids[j - 1] as number, ids[j] as number];
  }
}
