import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Verification } from '../../contract/schemas.ts';
import { thumbnailPath } from '../../contract/thumbnail-path.ts';
import type { IndexParts } from '../indexing/index-run.ts';

/** Pictures whose neighbors by index and by exact scan are compared. */
const SAMPLE = 100;
const K = 10;

/** A picture as the audit sees it: `present` where it has a file, `stale` where a repair has found it lacking already. */
interface AuditedPicture {
  readonly id: number;
  readonly hash: string;
  readonly present: boolean;
  readonly stale: boolean;
}

interface Audit {
  /** Pictures without features or vector. */
  readonly incomplete: number[];
  /** Pictures with a file, complete but for their thumbnail. */
  readonly thumbless: number[];
  /** Ids with features or vectors and no picture. */
  readonly staleIds: number[];
  /** Thumbnails, as hashes, of no picture. */
  readonly staleThumbs: string[];
}

/** What is lacking and what is left over, from what the three places hold; pure. */
export function audit(
  media: readonly AuditedPicture[],
  complete: ReadonlySet<number>,
  stored: ReadonlySet<number>,
  thumbs: ReadonlySet<string>,
): Audit {
  const ids = new Set(media.map(({ id }) => id));
  const hashes = new Set(media.map(({ hash }) => hash));
  const sound = media.filter(({ stale }) => !stale);
  const thumbless = sound.filter(({ id, hash, present }) => present && complete.has(id) && !thumbs.has(hash));
  return {
    incomplete: sound.filter(({ id }) => !complete.has(id)).map(({ id }) => id),
    thumbless: thumbless.map(({ id }) => id),
    staleIds: [...stored].filter((id) => !ids.has(id)),
    staleThumbs: [...thumbs].filter((hash) => !hashes.has(hash)),
  };
}

/**
 * Checks catalog, features, vectors and thumbnails against each other, and the index against the exact scan.
 *
 * With `repair`: what belongs to no picture is removed, pictures that lack something are read again by the next index run,
 * and the index is built anew. Nothing that the user made is touched.
 */
export async function verifyLibrary(parts: IndexParts, repair: boolean): Promise<Verification> {
  const { catalog, store, vectors } = parts;
  const sound = catalog.isSound() && store.isSound();
  const found = audit(
    catalog.auditedPictures(),
    // what waits to be encoded by an encoder that took over while its drive was away lacks nothing that a repair could give
    store.completeIds().union(store.awaitingIds()),
    store.allIds(),
    await thumbnailHashes(parts.paths.thumbs),
  );
  if (repair) await mend(parts, found);
  const recall10 = await indexRecall(parts);
  const missing = repair ? 0 : found.incomplete.length + found.thumbless.length;
  const stale = repair ? 0 : found.staleIds.length + found.staleThumbs.length;
  const unindexed = vectors.size !== vectors.indexed;
  return {
    ok: sound && missing === 0 && stale === 0 && !unindexed && (recall10 === null || recall10 >= 0.99),
    catalog: sound ? 'ok' : 'damaged',
    pictures: catalog.pictureCount(),
    vectors: vectors.indexed,
    missing,
    stale,
    recall10,
  };
}

async function mend({ catalog, store, vectors, neighbors, paths }: IndexParts, found: Audit): Promise<void> {
  store.drop([...found.staleIds, ...found.incomplete]);
  catalog.markStale(found.incomplete);
  // these stay searchable: only their files are read once more
  catalog.readAgain(found.thumbless);
  for (const hash of found.staleThumbs) await rm(join(paths.thumbs, thumbnailPath(hash)), { force: true });
  await vectors.setPresent(catalog.presentMediaIds());
  await vectors.rebuild();
  neighbors.clear();
  await vectors.save();
}

async function thumbnailHashes(folder: string): Promise<Set<string>> {
  const hashes = new Set<string>();
  // the folder may be gone as a whole: then every picture lacks its thumbnail
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  for (const name of names) {
    const parts = /^([0-9a-f]{2})[\\/]([0-9a-f]{62})\.webp$/.exec(name);
    if (parts) hashes.add(`${parts[1] ?? ''}${parts[2] ?? ''}`);
  }
  return hashes;
}

/** Mean share of the true ten nearest that the index finds, over pictures spread evenly through the library. */
async function indexRecall({ catalog, vectors }: IndexParts): Promise<number | null> {
  const ids = catalog.presentMediaIds();
  const step = Math.max(1, Math.floor(ids.length / SAMPLE));
  let found = 0;
  let wanted = 0;
  for (let i = 0; i < ids.length; i += step) {
    const query = vectors.vector(ids[i] ?? 0);
    if (!query) continue;
    const exact = await vectors.search(query, K, true);
    const approximate = new Set((await vectors.search(query, K, false)).neighbors.map(({ id }) => id));
    found += exact.neighbors.filter(({ id }) => approximate.has(id)).length;
    wanted += exact.neighbors.length;
  }
  return wanted === 0 ? null : found / wanted;
}
