import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
  ftruncateSync,
  fsyncSync,
} from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkCount } from '../checks.ts';
import { SimilarityError } from '../errors.ts';
import { damaged, writeSaved } from '../files/saved.ts';
import { decodeExample, encodeExample } from './record.ts';
import { checkId, framed, LENGTH_BYTES, readRecords, savedStore } from './record-file.ts';
import type { Store, StoredExample } from './store.ts';

export interface CachedStoreOptions {
  /** An existing folder for the file, which has a folder of its own in it. Default: the system's for temporary files. */
  readonly folder?: string;
  /** How many examples stay in memory: those used last. Default 1000. */
  readonly hotExamples?: number;
}

/**
 * Keeps everything in a file that is only appended to, and the examples used last in memory, too: for more data than memory
 * holds. The file is the store's own and is deleted by `close`; what is to stay is written by `save`.
 */
export class CachedStore implements Store {
  readonly kind = 'cached';
  readonly #hotExamples: number;
  readonly #folder: string;
  readonly #file: string;
  #descriptor: number | undefined;
  /** Where each record starts, and where the next one will. */
  #offsets: number[] = [0];
  /** In the order of their last use. */
  #hot = new Map<number, StoredExample>();

  /** @throws SimilarityError OUT_OF_RANGE or NOT_AN_INTEGER */
  constructor({ folder = tmpdir(), hotExamples = 1000 }: CachedStoreOptions = {}) {
    this.#hotExamples = checkCount('hotExamples', hotExamples, 0);
    this.#folder = mkdtempSync(join(folder, 'similarity-store-'));
    this.#file = join(this.#folder, 'examples.bin');
    this.#descriptor = openSync(this.#file, 'w+');
  }

  get size(): number {
    return this.#offsets.length - 1;
  }

  add(example: StoredExample): number {
    return this.batchAdd([example])[0] as number;
  }

  batchAdd(examples: readonly StoredExample[]): number[] {
    const frames = examples.map((example) => framed(encodeExample(example)));
    this.#write(Buffer.concat(frames));
    return frames.map(({ length }) => this.#offsets.push((this.#offsets.at(-1) as number) + length) - 2);
  }

  get(id: number): StoredExample {
    const example = this.#hot.get(checkId(id, this.size)) ?? this.#read(id);
    this.#hot.delete(id);
    this.#hot.set(id, example);
    if (this.#hot.size > this.#hotExamples) this.#hot.delete(this.#hot.keys().next().value as number);
    return example;
  }

  batchGet(ids: readonly number[]): StoredExample[] {
    return ids.map((id) => this.get(id));
  }

  async save(folder: string): Promise<void> {
    fsyncSync(this.#open());
    const description = { kind: this.kind, size: this.size };
    await writeSaved(folder, 'store', description, (file) => copyFileSync(this.#file, file));
  }

  async load(folder: string): Promise<void> {
    const { file, size } = await savedStore(folder, this.kind);
    const offsets = [0];
    for await (const record of readRecords(file)) {
      offsets.push((offsets.at(-1) as number) + LENGTH_BYTES + record.length);
    }
    if (offsets.length - 1 !== size) throw damaged(file, `it holds ${offsets.length - 1} examples instead of ${size}`);
    this.#open();
    // Into the open file: the descriptor stays what it is.
    await copyFile(file, this.#file);
    this.#offsets = offsets;
    this.#hot.clear();
  }

  reset(): void {
    ftruncateSync(this.#open(), 0);
    this.#offsets = [0];
    this.#hot.clear();
  }

  close(): void {
    if (this.#descriptor === undefined) return;
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
    rmSync(this.#folder, { recursive: true, force: true });
    this.#offsets = [0];
    this.#hot.clear();
  }

  #open(): number {
    if (this.#descriptor !== undefined) return this.#descriptor;
    throw new SimilarityError('DISPOSED', 'store', { expected: 'it was closed' });
  }

  /** All of the bytes after the last record, however many calls that takes. */
  #write(bytes: Buffer): void {
    const start = this.#offsets.at(-1) as number;
    for (let done = 0; done < bytes.length;) {
      done += writeSync(this.#open(), bytes, done, bytes.length - done, start + done);
    }
  }

  #read(id: number): StoredExample {
    const [start, end] = [(this.#offsets[id] as number) + LENGTH_BYTES, this.#offsets[id + 1] as number];
    const record = Buffer.alloc(end - start);
    const read = readSync(this.#open(), record, 0, record.length, start);
    if (read !== record.length) throw damaged(this.#file, 'it was changed by someone else');
    return decodeExample(record);
  }
}
