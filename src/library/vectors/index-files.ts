import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
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
  sha256: z.string(),
});

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
    if ((await sha256(file)) !== manifest.sha256) return null;
    const index = await HnswIndex.load(file, dimensions, manifest.hidden);
    return index.ids.size === manifest.count ? index : null;
  } catch {
    // missing, damaged, of another version: all the same here
    return null;
  }
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
    const digest = await sha256(aside);
    const file = `hnsw-${digest.slice(0, 16)}.bin`;
    await rename(aside, join(folder, file));
    const { m, efConstruction } = HNSW_PARAMETERS;
    const { dimensions, hidden } = index;
    // what was dropped is still in the file, hidden
    const count = new IdSet([...index.ids, ...hidden]).size;
    const manifest = { format: 1, model, dimensions, m, efConstruction, count, hidden, file, sha256: digest };
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

/** Bytes hashed at once: about half a millisecond of the thread. */
const CHUNK = 256 * 1024;

/** Through one buffer: a stream allocates another for each 64 kB, which is as much memory as the file before any is collected. */
async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(CHUNK);
  const handle = await open(file);
  try {
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, CHUNK);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}
