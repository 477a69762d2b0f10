import { open, writeFile, type FileHandle } from 'node:fs/promises';
import { checkCount, checkSameDimensions } from '../checks.ts';
import { getDistance, type Distance } from '../distances/index.ts';
import { damaged, readSaved, writeSaved } from '../files/saved.ts';
import { NearestHeap } from './nearest-heap.ts';
import { checkAdded, checkQuery, lookupRows, type Nearest, type Search } from './search.ts';

/** Rows of one block of memory: large enough to be few, small enough that adding one costs nothing. */
const BLOCK_ROWS = 1024;

export interface LinearSearchOptions {
  /** How many numbers an embedding has. */
  readonly dimensions: number;
  /** Any distance, or its name. Default `cosine`. */
  readonly distance?: Distance | string;
}

/**
 * Compares the query with every embedding: exact, for every distance, and fast enough for some ten thousand embeddings.
 * Of embeddings at the same distance those with the smaller id come first.
 */
export class LinearSearch implements Search {
  readonly kind = 'linear';
  readonly distance: Distance;
  readonly dimensions: number;
  #ids: number[] = [];
  #rows: Float32Array[] = [];
  #blocks: Float32Array[] = [];
  #known = new Set<number>();

  /** @throws SimilarityError UNKNOWN_NAME, OUT_OF_RANGE or NOT_AN_INTEGER */
  constructor({ dimensions, distance = 'cosine' }: LinearSearchOptions) {
    this.dimensions = checkCount('dimensions', dimensions);
    this.distance = getDistance(distance);
  }

  get size(): number {
    return this.#ids.length;
  }

  add(embedding: Float32Array, id: number): void {
    checkSameDimensions('embedding', embedding.length, this.dimensions);
    this.batchAdd(embedding, [id]);
  }

  batchAdd(embeddings: Float32Array, ids: readonly number[]): void {
    checkAdded(embeddings, ids, this, (id) => this.#known.has(id));
    for (const [i, id] of ids.entries()) {
      this.#newRow(id).set(embeddings.subarray(i * this.dimensions, (i + 1) * this.dimensions));
    }
  }

  lookup(embedding: Float32Array, k: number): Nearest {
    checkQuery(embedding, this.dimensions);
    const heap = new NearestHeap(Math.min(checkCount('k', k), this.size), this.distance.largestIsNearest);
    const [ids, rows] = [this.#ids, this.#rows];
    for (let i = 0; i < rows.length; i++) {
      heap.push(ids[i] as number, this.distance.between(embedding, rows[i] as Float32Array));
    }
    return heap.drain();
  }

  batchLookup(embeddings: Float32Array, k: number): Nearest[] {
    return lookupRows(this, embeddings, k);
  }

  async save(folder: string): Promise<void> {
    const { kind, dimensions, size } = this;
    const description = { kind, dimensions, distance: this.distance.name, size };
    await writeSaved(folder, 'search', description, (file) =>
      writeFile(file, content([...this.#ids], [...this.#blocks], dimensions)),
    );
  }

  async load(folder: string): Promise<void> {
    const { description, file } = await readSaved(folder, 'search');
    if (description['kind'] !== this.kind || description['distance'] !== this.distance.name || file === undefined) {
      throw damaged(folder, `it holds no ${this.kind} search by ${this.distance.name} distance`);
    }
    checkSameDimensions('dimensions', Number(description['dimensions']), this.dimensions);
    const loaded = new LinearSearch(this);
    const handle = await open(file);
    try {
      await loaded.#read(handle, Number(description['size']));
    } finally {
      await handle.close();
    }
    [this.#ids, this.#rows, this.#blocks, this.#known] = [loaded.#ids, loaded.#rows, loaded.#blocks, loaded.#known];
  }

  reset(): void {
    this.#ids = [];
    this.#rows = [];
    this.#blocks = [];
    this.#known = new Set();
  }

  #newRow(id: number): Float32Array {
    const slot = this.#rows.length % BLOCK_ROWS;
    if (slot === 0) this.#blocks.push(new Float32Array(BLOCK_ROWS * this.dimensions));
    const block = this.#blocks.at(-1) as Float32Array;
    const row = block.subarray(slot * this.dimensions, (slot + 1) * this.dimensions);
    this.#ids.push(id);
    this.#rows.push(row);
    this.#known.add(id);
    return row;
  }

  async #read(handle: FileHandle, size: number): Promise<void> {
    const ids = new Float64Array(size);
    await handle.read(bytesOf(ids), 0, ids.byteLength);
    for (const id of ids) this.#newRow(id);
    for (const [i, block] of this.#blocks.entries()) {
      const rows = Math.min(BLOCK_ROWS, size - i * BLOCK_ROWS);
      await handle.read(bytesOf(block), 0, rows * this.dimensions * Float32Array.BYTES_PER_ELEMENT);
    }
  }
}

/** The ids as 64-bit numbers, then the rows as 32-bit ones. */
function* content(ids: readonly number[], blocks: readonly Float32Array[], dimensions: number): Generator<Uint8Array> {
  yield bytesOf(Float64Array.from(ids));
  for (const [i, block] of blocks.entries()) {
    const rows = Math.min(BLOCK_ROWS, ids.length - i * BLOCK_ROWS);
    yield bytesOf(block.subarray(0, rows * dimensions));
  }
}

function bytesOf(values: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
