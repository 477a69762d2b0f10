import type { StepRow } from '../catalog/action-store.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { sourceHolding } from '../indexing/sources.ts';
import { packed, unpacked, type Passed, type StepMemory } from './step-memory.ts';

/** Where a file lies in the library, and how it looks. */
interface LyingFile {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/**
 * Lets the catalog follow what a step did, inside the transaction that notes the step as done: files are known where they lie now, so that nothing
 * is read again, and what was said of a picture whose last file went is said of the one that is kept.
 *
 * @returns what undoing needs to know, as JSON; null where that is nothing
 */
export function followDone(catalog: Catalog, step: StepRow, madeMtimeMs: number): string | null {
  const { operation, source, target, size } = step;
  const made = { path: operation === 'replace' ? source : target, size, mtimeMs: madeMtimeMs };
  const memory: StepMemory = { ...unpacked(step.memory), ...followSidecar(catalog, step, made) };
  if (step.mediaId === null) return packed(memory);
  const known = catalog.media(step.mediaId) !== undefined;
  if (known && operation !== 'trash') putFile(catalog, step.mediaId, made);
  if (operation === 'trash') removeFile(catalog, source, false);
  // what lies outside of the library now was not deleted
  else if (operation === 'move') removeFile(catalog, source, true);
  return packed(operation === 'trash' ? { ...memory, ...passOn(catalog, step) } : memory);
}

/**
 * As {@link followDone}, of a step that was undone.
 *
 * @param mtimeMs when the file was written that is back; null where it was changed meanwhile, so that it has to be read
 */
export function followUndone(catalog: Catalog, step: StepRow, mtimeMs: number | null): void {
  const { operation, source, target, size, mediaId } = step;
  const memory = unpacked(step.memory);
  const old = { path: source, size, mtimeMs: mtimeMs ?? step.mtimeMs };
  if (step.role === 'sidecar') {
    const place = operation === 'trash' ? null : sidecarAt(catalog, target);
    const fields = memory.sidecar ?? place?.fields ?? null;
    if (place) catalog.metadata.removeSidecars(place.sourceId, [place.path]);
    if (mtimeMs !== null && (operation === 'trash' || operation === 'move')) putSidecar(catalog, old, fields);
  }
  if (mediaId === null) return;
  // it may have been forgotten since: then it is found as a new one
  const known = mtimeMs !== null && catalog.media(mediaId) !== undefined;
  if (known && (operation === 'trash' || operation === 'move' || operation === 'replace'))
    putFile(catalog, mediaId, old);
  if (operation !== 'trash' && operation !== 'replace') removeFile(catalog, target, true);
  if (memory.passed && step.keptId !== null) takeBack(catalog, step.keptId, memory.passed);
  for (const { to, ...passed } of memory.moments ?? []) takeBack(catalog, to, passed);
}

function passOn(catalog: Catalog, { mediaId, keptId }: StepRow): StepMemory {
  if (mediaId === null || keptId === null || mediaId === keptId || catalog.media(keptId) === undefined) return {};
  if (catalog.files.ofMedia(mediaId).length > 0) return {};
  const passed = passOnTo(catalog, mediaId, keptId);
  const moments = catalog.moments.counterparts(mediaId, keptId).flatMap(({ before, after }) => {
    const ofMoment = passOnTo(catalog, before, after);
    return ofMoment ? [{ to: after, ...ofMoment }] : [];
  });
  return { ...(passed && { passed }), ...(moments.length > 0 && { moments }) };
}

/** @returns null where nothing was passed on */
function passOnTo(catalog: Catalog, from: number, to: number): Passed | null {
  const labels = catalog.labels.passOn(from, to);
  const clusters = catalog.clusters.passOn(from, to);
  const decisions = catalog.duplicates.passOn(from, to);
  return labels.length + clusters.length + decisions.length === 0 ? null : { labels, clusters, decisions };
}

function takeBack(catalog: Catalog, from: number, { labels, clusters, decisions }: Passed): void {
  catalog.labels.takeBack(from, labels);
  catalog.clusters.takeBack(from, clusters);
  catalog.duplicates.takeBack(from, decisions);
}

function followSidecar(catalog: Catalog, { role, operation, source }: StepRow, made: LyingFile): StepMemory {
  if (role !== 'sidecar') return {};
  const known = sidecarAt(catalog, source);
  if (operation !== 'trash') putSidecar(catalog, made, known?.fields ?? null);
  if (known && (operation === 'trash' || operation === 'move'))
    catalog.metadata.removeSidecars(known.sourceId, [known.path]);
  return operation === 'trash' && known ? { sidecar: known.fields } : {};
}

function sidecarAt(catalog: Catalog, path: string): { sourceId: number; path: string; fields: string } | null {
  const place = sourceHolding(catalog, path);
  const fields = place && catalog.metadata.sidecarFields(place.source.id, place.inside);
  return place && fields !== null ? { sourceId: place.source.id, path: place.inside, fields } : null;
}

/** One of which nothing is known is read by the next look. */
function putSidecar(catalog: Catalog, { path, size, mtimeMs }: LyingFile, fields: string | null): void {
  const place = sourceHolding(catalog, path);
  if (place && fields !== null)
    catalog.metadata.placeSidecar({ sourceId: place.source.id, path: place.inside, size, mtimeMs }, fields);
}

function putFile(catalog: Catalog, mediaId: number, { path, size, mtimeMs }: LyingFile): void {
  const place = sourceHolding(catalog, path);
  if (!place) return;
  const file = { sourceId: place.source.id, path: place.inside, size, mtimeMs, mediaId };
  catalog.apply([{ kind: 'file', file }]);
}

/** @param lives it is not deleted, but lies elsewhere: nothing of it is forgotten */
function removeFile(catalog: Catalog, path: string, lives: boolean): void {
  const place = sourceHolding(catalog, path);
  if (place) catalog.removePaths(place.source.id, [place.inside], new Set(lives ? [place.inside] : []));
}
