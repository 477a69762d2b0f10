import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CountedTask } from '../jobs/counted-task.ts';
import type { LibraryParts } from '../library-parts.ts';
import { dot } from '../vectors/vector-index.ts';

/** Rows between two looks at what else waits: a projection of one takes some 0.3 ms. */
const SLICE = 16;
/** Pictures whose vector is made of their features again where not all are. */
const SAMPLE = 100;
/** float16 features give the vector again to 0.9999; a flipped high bit of one feature gives less than this. */
const LEAST_COSINE = 0.99;
/** float16 keeps the length of a unit vector to 0.001. */
const LENGTH_ERROR = 0.01;
/** Thumbnails that are looked into at once. */
const FILES_AT_ONCE = 32;

/**
 * Pictures whose features or vector are not what they have to be: another size, a vector that has not length 1, or that is not what the
 * projection makes of the features.
 *
 * @param all false: vectors are made again for a hundred pictures spread over the library; their form is looked at for all
 */
export async function damagedRows(parts: LibraryParts, all: boolean, task: CountedTask): Promise<Set<number>> {
  const { store, projection, encoder } = parts;
  const damaged = new Set<number>();
  for (const page of store.vectors()) {
    for (const { mediaId, vector } of page) {
      const isUnit = Math.abs(Math.sqrt(dot(vector, vector)) - 1) <= LENGTH_ERROR;
      if (vector.length !== projection.dimensions || !isUnit) damaged.add(mediaId);
    }
    await task.step(0);
  }
  const ids = [...store.completeIds()];
  const step = all ? 1 : Math.max(1, Math.floor(ids.length / SAMPLE));
  task.expect(Math.ceil(ids.length / step));
  for (let i = 0, done = 1; i < ids.length; i += step, done++) {
    if (done % SLICE === 0) await task.step(SLICE);
    const id = ids[i] ?? 0;
    const [features, vector] = [store.features(id), store.vector(id)];
    if (!features || !vector || damaged.has(id)) continue;
    if (features.length !== encoder.featureSize) damaged.add(id);
    // NaN is not at least anything
    else if (!(dot(projection.project(Float32Array.from(features)), vector) >= LEAST_COSINE)) damaged.add(id);
  }
  return damaged;
}

/** Thumbnails that are there and whole, as hashes: their WebP says how long it is, so that one that is cut off shows. */
export async function wholeThumbnails(
  folder: string,
  task: CountedTask,
): Promise<{ whole: Set<string>; all: Set<string> }> {
  // the folder may be gone as a whole: then every picture lacks its thumbnail
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const [whole, all] = [new Set<string>(), new Set<string>()];
  const found = names.flatMap((name) => {
    const [, start, rest] = /^([0-9a-f]{2})[\\/]([0-9a-f]{62})\.webp$/.exec(name) ?? [];
    return start === undefined || rest === undefined ? [] : [{ path: join(folder, name), hash: start + rest }];
  });
  task.expect(found.length);
  for (let i = 0; i < found.length; i += FILES_AT_ONCE) {
    await task.step(Math.min(FILES_AT_ONCE, found.length - i));
    await Promise.all(
      found.slice(i, i + FILES_AT_ONCE).map(async ({ path, hash }) => {
        all.add(hash);
        if (await isWholeWebp(path)) whole.add(hash);
      }),
    );
  }
  return { whole, all };
}

/** RIFF, the length of what follows (uint32, little-endian), WEBP: https://developers.google.com/speed/webp/docs/riff_container. */
async function isWholeWebp(path: string): Promise<boolean> {
  try {
    const handle = await open(path);
    try {
      const { size } = await handle.stat();
      const head = Buffer.alloc(12);
      await handle.read(head, 0, 12, 0);
      return head.toString('latin1', 0, 4) === 'RIFF' && size >= head.readUInt32LE(4) + 8;
    } finally {
      await handle.close();
    }
  } catch {
    // gone since, or it cannot be read: it is no thumbnail then
    return false;
  }
}
