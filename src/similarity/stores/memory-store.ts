import { writeFile } from 'node:fs/promises';
import { damaged, writeSaved } from '../files/saved.ts';
import { decodeExample, encodeExample } from './record.ts';
import { checkId, framed, readRecords, savedStore } from './record-file.ts';
import type { Store, StoredExample } from './store.ts';

/**
 * Keeps everything in memory: the fastest. `data` stays the object that was given, not a copy of it, and is written only by
 * `save`, which is therefore what throws where it cannot be written.
 */
export class MemoryStore implements Store {
  readonly kind = 'memory';
  #examples: StoredExample[] = [];

  get size(): number {
    return this.#examples.length;
  }

  add({ embedding, label, data }: StoredExample): number {
    return this.#examples.push({ embedding: embedding.slice(), label, data }) - 1;
  }

  batchAdd(examples: readonly StoredExample[]): number[] {
    return examples.map((example) => this.add(example));
  }

  get(id: number): StoredExample {
    return this.#examples[checkId(id, this.size)] as StoredExample;
  }

  batchGet(ids: readonly number[]): StoredExample[] {
    return ids.map((id) => this.get(id));
  }

  async save(folder: string): Promise<void> {
    const description = { kind: this.kind, size: this.size };
    await writeSaved(folder, 'store', description, (file) => writeFile(file, content([...this.#examples])));
  }

  async load(folder: string): Promise<void> {
    const { file, size } = await savedStore(folder, this.kind);
    const examples: StoredExample[] = [];
    for await (const record of readRecords(file)) examples.push(decodeExample(record));
    if (examples.length !== size) throw damaged(file, `it holds ${examples.length} examples instead of ${size}`);
    this.#examples = examples;
  }

  reset(): void {
    this.#examples = [];
  }

  close(): void {}
}

function* content(examples: readonly StoredExample[]): Generator<Buffer> {
  for (const example of examples) yield framed(encodeExample(example));
}
