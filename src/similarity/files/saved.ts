import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SimilarityError } from '../errors.ts';

/**
 * How indexes lie on disk: a description as `NAME.json`, and data, where there is any, as `NAME-HASH.bin`.
 *
 * The description names its data by their checksum and carries one of its own. Both are written aside, the data first, and
 * then take their names: whoever is interrupted leaves what was there before, whole.
 */
const FORMAT = 1;

interface Envelope {
  readonly format: number;
  readonly sha256: string;
  readonly data: { readonly file: string; readonly sha256: string } | null;
  readonly description: unknown;
}

/** What {@link readSaved} found. */
export interface Saved {
  readonly description: Readonly<Record<string, unknown>>;
  /** Path of the data, their checksum verified; undefined where the description has none. */
  readonly file: string | undefined;
}

/**
 * Writes a description and its data into an existing folder, in the place of what had the same name there.
 *
 * @param description anything that JSON can say
 * @param writeData writes the data to the path that it is given; called at once, before anything is waited for
 */
export async function writeSaved(
  folder: string,
  name: string,
  description: Readonly<Record<string, unknown>>,
  writeData?: (file: string) => Promise<void> | void,
): Promise<void> {
  const aside = join(folder, `${name}-${randomUUID()}.tmp`);
  try {
    let data: Envelope['data'] = null;
    if (writeData !== undefined) {
      await writeData(aside);
      await flush(aside);
      const sha256 = await hashFile(aside);
      data = { file: `${name}-${sha256.slice(0, 16)}.bin`, sha256 };
      await rename(aside, join(folder, data.file));
    }
    const envelope: Envelope = { format: FORMAT, sha256: hashJson(data, description), data, description };
    await writeFile(aside, `${JSON.stringify(envelope, undefined, 1)}\n`, { flush: true });
    await rename(aside, join(folder, `${name}.json`));
    await removeOldData(folder, name, data?.file);
  } finally {
    await rm(aside, { force: true });
  }
}

/**
 * Reads what {@link writeSaved} wrote, its checksums verified.
 *
 * @throws SimilarityError FILE_MISSING or FILE_DAMAGED
 */
export async function readSaved(folder: string, name: string): Promise<Saved> {
  const path = join(folder, `${name}.json`);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw missing(path, error);
  });
  const envelope = parseEnvelope(path, text);
  const description = envelope.description as Readonly<Record<string, unknown>>;
  if (envelope.data === null) return { description, file: undefined };
  const file = join(folder, envelope.data.file);
  const found = await hashFile(file).catch((error: unknown) => {
    throw missing(file, error);
  });
  if (found !== envelope.data.sha256) throw damaged(file, 'its checksum is another');
  return { description, file };
}

/**
 * Makes a folder, and those that it lies in, where it is not there.
 *
 * @throws SimilarityError FILE_DAMAGED where something else has its name
 */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw ['EEXIST', 'ENOTDIR'].includes(code)
      ? damaged(folder, 'a folder was expected, and a file is there', error)
      : error;
  });
}

/** What is still being written, by folder. */
const writing = new Map<string, Promise<unknown>>();

/** Writes into a folder once whatever this program began before in the same folder is done: each deletes what it replaces. */
export async function inTurn(folder: string, write: () => Promise<void>): Promise<void> {
  const path = resolve(folder);
  const written = (writing.get(path) ?? Promise.resolve()).then(write);
  const ended = written.catch(() => undefined);
  writing.set(path, ended);
  await written.finally(() => {
    if (writing.get(path) === ended) writing.delete(path);
  });
}

/** @param reason what is wrong with the file */
export function damaged(file: string, reason: string, cause?: unknown): SimilarityError {
  return new SimilarityError('FILE_DAMAGED', file, { expected: reason }, { cause });
}

function missing(file: string, cause: unknown): SimilarityError {
  const absent = (cause as NodeJS.ErrnoException).code === 'ENOENT';
  if (!absent) return damaged(file, 'it cannot be read', cause);
  return new SimilarityError('FILE_MISSING', file, { expected: 'save writes it' }, { cause });
}

function parseEnvelope(path: string, text: string): Envelope {
  let envelope: Partial<Envelope> | null;
  try {
    envelope = JSON.parse(text) as Partial<Envelope> | null;
  } catch (error) {
    throw damaged(path, 'it is no JSON', error);
  }
  if (envelope?.format !== FORMAT) throw damaged(path, `its format is not ${FORMAT}`);
  const { data = null, description } = envelope;
  if (typeof description !== 'object' || description === null || envelope.sha256 !== hashJson(data, description)) {
    throw damaged(path, 'its checksum is another');
  }
  return envelope as Envelope;
}

function hashJson(data: Envelope['data'], description: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([data, description]))
    .digest('hex');
}

async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
}

/** Onto the disk, so that no power cut leaves a name without its data. */
async function flush(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function removeOldData(folder: string, name: string, current: string | undefined): Promise<void> {
  const ours = new RegExp(`^${name}-[0-9a-f]{16}\\.bin$`);
  for (const file of await readdir(folder)) {
    if (file !== current && ours.test(file)) await rm(join(folder, file), { force: true });
  }
}
