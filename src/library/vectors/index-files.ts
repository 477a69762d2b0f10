import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { writeError } from '../library-folder.ts';
import { IdSet } from './id-set.ts';
import { HNSW_PARAMETERS, HnswIndex } from './hnsw-index.ts';

/** Beside each index file: what it is, so that one of another model, another version or half a write is never used. */
const manifestSchema = z.object({
  format: z.literal(1),
  model: z.string(),
  dimensions: z.number().int().positive(),
  m: z.literal(HNSW_PARAMETERS.m),
  efConstruction: z.literal(HNSW_PARAMETERS.efConstruction),
  count: z.number().int().nonnegative(),
  /** Ids in the file that searches leave out. */
  hidden: z.array(z.number().int().positive()),
  file: z.string().regex(/^hnsw-[0-9a-f]{16}\.bin$/),
  /** Of all bytes, and of the first {@link HEAD}. */
  crc32: z.object({ head: z.number(), all: z.number() }).optional(),
  /** In the place of these, of files that were written before: it takes three times as long. */
  sha256: z.string().optional(),
});
type Manifest = z.infer<typeof manifestSchema>;

/** Bytes of the file by which hnswlib lays out its memory, and more: they are checked before it reads any. */
const HEAD = 4096;

const MANIFEST = 'manifest.json';

/** Where the index of a model lies, for a thread that reads it by {@link loadIndex}. */
export interface SavedIndex {
  readonly folder: string;
  readonly model: string;
  readonly dimensions: number;
}

/** Loads the index of a model, or null where there is none that can be trusted: it is a cache and is built again. */
export async function loadIndex(folder: string, model: string, dimensions: number): Promise<HnswIndex | null> {
  try {
    const manifest = manifestSchema.parse(JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')));
    if (manifest.model !== model || manifest.dimensions !== dimensions) return null;
    const file = join(folder, manifest.file);
    if (!(await isReadable(file, manifest))) return null;
    // read by hnswlib in a thread, and checked meanwhile
    const sound = isSound(file, manifest);
    const index = await HnswIndex.load(file, dimensions, manifest.hidden, sound);
    return index.ids.size === manifest.count ? index : null;
  } catch {
    // missing, damaged, of another version: all the same here
    return null;
  }
}

/** Whether hnswlib can be given the file: what is damaged behind its head costs no more than the time. */
async function isReadable(file: string, { crc32: sums, sha256: digest }: Manifest): Promise<boolean> {
  return sums ? (await crc32Of(file, HEAD)) === sums.head : (await sha256(file)) === digest;
}

async function isSound(file: string, { crc32: sums }: Manifest): Promise<boolean> {
  // of one without sums all is known
  return !sums || (await crc32Of(file)) === sums.all;
}

/**
 * Writes the index aside, then renames it, then the manifest that names it: at every moment the folder holds one complete
 * pair or none. The caller keeps others from changing the index meanwhile.
 *
 * @throws ServiceError DISK_FULL or LIBRARY_READ_ONLY
 */
export async function saveIndex(folder: string, model: string, index: HnswIndex): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    const aside = join(folder, 'hnsw.tmp');
    await index.save(aside);
    await syncFile(aside);
    const sums = { head: await crc32Of(aside, HEAD), all: await crc32Of(aside) };
    const name = [sums.all, sums.head].map((sum) => sum.toString(16).padStart(8, '0')).join('');
    const file = `hnsw-${name}.bin`;
    await rename(aside, join(folder, file));
    const { m, efConstruction } = HNSW_PARAMETERS;
    const { dimensions, hidden } = index;
    // what was dropped is still in the file, hidden
    const count = new IdSet([...index.ids, ...hidden]).size;
    const manifest = { format: 1, model, dimensions, m, efConstruction, count, hidden, file, crc32: sums };
    await writeText(join(folder, `${MANIFEST}.tmp`), JSON.stringify(manifest));
    await rename(join(folder, `${MANIFEST}.tmp`), join(folder, MANIFEST));
    await removeOthers(folder, file);
  } catch (cause) {
    throw writeError(cause as NodeJS.ErrnoException);
  }
}

async function removeOthers(folder: string, keep: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith('hnsw') && name !== keep) await rm(join(folder, name), { force: true });
  }
}

async function writeText(file: string, text: string): Promise<void> {
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Waits until the disk has the file: a rename that outlives its content would leave a good name on nothing. */
async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Bytes read at once: less than a millisecond of the thread. With less at once the check waits for its turns while a library is opened. */
const CHUNK = 2 * 2 ** 20;

/** CRC-32 of the first bytes of a file, or of all. */
async function crc32Of(file: string, bytes = Infinity): Promise<number> {
  let sum = 0;
  await readParts(file, bytes, (part) => (sum = crc32(part, sum)));
  return sum;
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await readParts(file, Infinity, (part) => hash.update(part));
  return hash.digest('hex');
}

/** Through one buffer: a stream allocates another for each 64 kB, which is as much memory as the file before any is collected. */
async function readParts(file: string, bytes: number, take: (part: Uint8Array) => void): Promise<void> {
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK, bytes));
  const handle = await open(file);
  try {
    for (let left = bytes; left > 0;) {
      const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, left));
      if (bytesRead === 0) return;
      take(buffer.subarray(0, bytesRead));
      left -= bytesRead;
    }
  } finally {
    await handle.close();
  }
}
