import Database from 'better-sqlite3';
import { SimilarityError } from '../errors.ts';
import { damaged, writeSaved } from '../files/saved.ts';
import { parseTagged, stringifyTagged } from '../files/tagged-json.ts';
import { checkId, savedStore } from './record-file.ts';
import type { Store, StoredExample } from './store.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS examples (
    id INTEGER PRIMARY KEY,
    embedding BLOB NOT NULL, -- 32-bit floats, little-endian
    label INTEGER,
    data TEXT -- tagged JSON
  ) STRICT`;

interface Row {
  readonly embedding: Uint8Array;
  readonly label: number | null;
  readonly data: string | null;
}

export interface SqliteStoreOptions {
  /** A database that is made where it is not there; the examples it holds already are kept. Default `:memory:`. */
  readonly file?: string;
}

/**
 * Keeps everything in an SQLite database, which outlives the program and can be read by others: what TensorFlow Similarity
 * has a Redis server for.
 */
export class SqliteStore implements Store {
  readonly kind = 'sqlite';
  readonly #database: Database.Database;
  readonly #insert: Database.Statement;
  readonly #select: Database.Statement;
  #size: number;

  /** @throws SimilarityError FILE_DAMAGED where the file is no database, or one of another kind */
  constructor({ file = ':memory:' }: SqliteStoreOptions = {}) {
    this.#database = openDatabase(file);
    this.#insert = this.#database.prepare('INSERT INTO examples (id, embedding, label, data) VALUES (?, ?, ?, ?)');
    this.#select = this.#database.prepare('SELECT embedding, label, data FROM examples WHERE id = ?');
    this.#size = countExamples(this.#database);
  }

  get size(): number {
    return this.#size;
  }

  add(example: StoredExample): number {
    return this.batchAdd([example])[0] as number;
  }

  batchAdd(examples: readonly StoredExample[]): number[] {
    const ids = examples.map((_, i) => this.#size + i);
    this.#open().transaction(() => {
      for (const [i, { embedding, label, data }] of examples.entries()) {
        const bytes = new Uint8Array(embedding.buffer, embedding.byteOffset, embedding.byteLength);
        this.#insert.run(ids[i], bytes, label ?? null, data === undefined ? null : stringifyTagged('data', data));
      }
    })();
    this.#size += examples.length;
    return ids;
  }

  get(id: number): StoredExample {
    this.#open();
    const { embedding, label, data } = this.#select.get(checkId(id, this.#size)) as Row;
    return {
      embedding: new Float32Array(Uint8Array.from(embedding).buffer),
      label: label ?? undefined,
      data: data === null ? undefined : parseTagged(data),
    };
  }

  batchGet(ids: readonly number[]): StoredExample[] {
    return ids.map((id) => this.get(id));
  }

  async save(folder: string): Promise<void> {
    const description = { kind: this.kind, size: this.#size };
    await writeSaved(folder, 'store', description, (file) => {
      this.#open().prepare('VACUUM INTO ?').run(file);
    });
  }

  async load(folder: string): Promise<void> {
    const { file, size } = await savedStore(folder, this.kind);
    this.#open().prepare('ATTACH ? AS saved').run(file);
    try {
      this.#database.transaction(() => {
        this.#database.exec('DELETE FROM examples; INSERT INTO examples SELECT * FROM saved.examples');
        const found = countExamples(this.#database);
        if (found !== size) throw damaged(file, `it holds ${found} examples instead of ${size}`);
      })();
    } finally {
      this.#database.exec('DETACH saved');
    }
    this.#size = size;
  }

  reset(): void {
    this.#open().exec('DELETE FROM examples');
    this.#size = 0;
  }

  close(): void {
    this.#database.close();
  }

  #open(): Database.Database {
    if (this.#database.open) return this.#database;
    throw new SimilarityError('DISPOSED', 'store', { expected: 'it was closed' });
  }
}

function openDatabase(file: string): Database.Database {
  let database: Database.Database | undefined;
  try {
    database = new Database(file);
    database.exec(SCHEMA);
    countExamples(database);
    return database;
  } catch (error) {
    database?.close();
    throw damaged(file, 'it cannot be opened as a database of examples', error);
  }
}

/** Throws where the ids are not those from 0 on, or the table is another one. */
function countExamples(database: Database.Database): number {
  const count =
    'SELECT count(embedding) AS size, coalesce(max(id) + 1, 0) AS next, count(label), count(data) FROM examples';
  const { size, next } = database.prepare(count).get() as { size: number; next: number };
  if (size !== next) throw new Error(`the last id is ${next - 1}, and there are ${size} examples`);
  return size;
}
