import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Verification } from '../../contract/schemas.ts';
import { thumbnailPath } from '../../contract/thumbnail-path.ts';
import { isSoundAside } from '../catalog/open-catalog.ts';
import type { CountedTask } from '../jobs/counted-task.ts';
import type { LibraryParts } from '../library-parts.ts';
import { damagedRows, wholeThumbnails } from './verify-contents.ts';

/** Pictures whose neighbors by index and by exact scan are compared. */
const SAMPLE = 100;
const K = 10;
/** Vectors whose exact scan takes as long as one step of the rest: a row that is projected, a thumbnail that is looked into. */
const SCANNED_A_STEP = 160;
/** What the two ways of adding up 256 products in float32 may differ by. */
const SAME_SCORE = 1e-5;

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

/** Thumbnails as hashes: those that are there, and those of them that are whole. */
interface Thumbnails {
  readonly all: ReadonlySet<string>;
  readonly whole: ReadonlySet<string>;
}

/** What is lacking and what is left over, from what the three places hold; pure. */
export function audit(
  media: readonly AuditedPicture[],
  complete: ReadonlySet<number>,
  stored: ReadonlySet<number>,
  thumbs: Thumbnails,
): Audit {
  const ids = new Set(media.map(({ id }) => id));
  const hashes = new Set(media.map(({ hash }) => hash));
  const sound = media.filter(({ stale }) => !stale);
  const thumbless = sound.filter(({ id, hash, present }) => present && complete.has(id) && !thumbs.whole.has(hash));
  return {
    incomplete: sound.filter(({ id }) => !complete.has(id)).map(({ id }) => id),
    thumbless: thumbless.map(({ id }) => id),
    staleIds: [...stored].filter((id) => !ids.has(id)),
    staleThumbs: [...thumbs.all].filter((hash) => !hashes.has(hash)),
  };
}

/**
 * Checks catalog, features, vectors and thumbnails against each other, and the index against the exact scan.
 *
 * With `repair`: what belongs to no picture is removed, pictures that lack something are read again by the next index run,
 * and the index is built anew. Nothing that the user made is touched.
 *
 * @throws ServiceError JOB_CANCELLED: what was mended stays mended, and an index that is not whole has to be completed
 */
export async function verifyLibrary(parts: LibraryParts, repair: boolean, task: CountedTask): Promise<Verification> {
  const { catalog, store, vectors, paths } = parts;
  // the two that a repair can mend nothing of: opening a damaged catalog restores a backup of it
  const sound = (await isSoundAside(paths.catalog, task.signal)) && (await isSoundAside(paths.features, task.signal));
  const dangling = catalog.files.danglingCount();
  const damaged = await damagedRows(parts, repair, task);
  const thumbs = await wholeThumbnails(paths.thumbs, task);
  const found = audit(
    catalog.auditedPictures(),
    // what waits to be encoded by an encoder that took over while its drive was away lacks nothing that a repair could give
    store.completeIds().union(store.awaitingIds()).difference(damaged),
    store.allIds(),
    thumbs,
  );
  if (repair) await mend(parts, found, thumbs, task);
  const recall10 = await indexRecall(parts, damaged, task);
  const missing = repair ? 0 : found.incomplete.length + found.thumbless.length + dangling;
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

async function mend(
  { catalog, store, vectors, neighbors, paths }: LibraryParts,
  found: Audit,
  thumbs: Thumbnails,
  task: CountedTask,
): Promise<void> {
  // in this order: killed in between, what is marked is read again, while what is dropped and not marked would be noticed by nobody
  catalog.markStale(found.incomplete);
  store.drop([...found.staleIds, ...found.incomplete]);
  // the next scan finds these files again, and their pictures with them
  catalog.files.dropDangling();
  // these stay searchable: only their files are read once more
  catalog.readAgain(found.thumbless);
  // one that is cut off would be taken for done by the run that makes it again
  const useless = new Set(found.staleThumbs).union(thumbs.all.difference(thumbs.whole));
  for (const hash of useless) await rm(join(paths.thumbs, thumbnailPath(hash)), { force: true });
  await vectors.setPresent(catalog.presentMediaIds());
  task.expect(store.vectorIds().size);
  await vectors.rebuild((inserted) => task.step(inserted));
  neighbors.clear();
  await vectors.save();
}

/** Mean share of the true ten nearest that the index finds, over pictures spread evenly through the library. */
async function indexRecall(
  { catalog, vectors }: LibraryParts,
  damaged: ReadonlySet<number>,
  task: CountedTask,
): Promise<number | null> {
  const ids = [...catalog.presentMediaIds()].filter((id) => !damaged.has(id));
  const step = Math.max(1, Math.floor(ids.length / SAMPLE));
  let found = 0;
  let wanted = 0;
  const cost = Math.ceil(ids.length / SCANNED_A_STEP);
  task.expect(cost * Math.ceil(ids.length / step));
  for (let i = 0; i < ids.length; i += step) {
    await task.step(cost);
    const query = vectors.vector(ids[i] ?? 0);
    if (!query) continue;
    const exact = await vectors.search(query, K, true);
    const approximate = await vectors.search(query, K, false);
    // by score: of twenty pictures that are one to the encoder, any ten are the nearest
    const least = (exact.neighbors.at(-1)?.score ?? 0) - SAME_SCORE;
    found += approximate.neighbors.filter(({ score }) => score >= least).length;
    wanted += exact.neighbors.length;
  }
  return wanted === 0 ? null : found / wanted;
}
