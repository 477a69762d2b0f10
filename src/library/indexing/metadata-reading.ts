import { join } from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import { FileFailureError } from '../media/decode-protocol.ts';
import type { DecodePool } from '../media/decode-pool.ts';
import { NO_METADATA, type PictureMetadata } from '../media/picture-metadata.ts';
import type { Gate } from './gate.ts';
import type { SidecarPlan } from './plan.ts';
import type { SourceRow } from '../catalog/source-store.ts';

/** Files that are read at once, and stored in one transaction. */
const BATCH = 64;

interface MetadataParts {
  readonly catalog: Catalog;
  readonly decoders: DecodePool;
  /** Shut while the run is paused. */
  readonly gate: Gate;
  readonly signal: AbortSignal;
}

/** What a file says; `later` where it is not to be had now, `nothing` where it cannot be read. */
type Read = PictureMetadata | 'later' | 'nothing';

/** Failures that say nothing of a file's content: it is read again by the next run. */
const PASSING: ReadonlySet<string> = new Set([
  'FILE_UNREADABLE',
  'FILE_VANISHED',
  'DECODER_TIMEOUT',
  'DECODER_CRASHED',
  'DECODER_MEMORY',
]);

/**
 * Reads the sidecars that are new or changed, and forgets those that are gone. Their pictures follow; none is decoded or encoded. One that cannot be
 * read says nothing.
 *
 * @returns how many pictures may say something else now
 * @throws the signal's reason; ServiceError CATALOG_*, DISK_FULL
 */
export async function readSidecars(parts: MetadataParts, source: SourceRow, plan: SidecarPlan): Promise<number> {
  const { metadata } = parts.catalog;
  let changed = 0;
  for (let i = 0; i < plan.read.length; i += BATCH) {
    const batch = plan.read.slice(i, i + BATCH);
    const read = await readAll(
      parts,
      batch.map(({ path }) => join(source.path, path)),
    );
    const said = batch.flatMap((sidecar, j) => {
      const found = read[j] ?? 'later';
      if (found === 'later') return [];
      const metadata = found === 'nothing' ? NO_METADATA : found;
      return [{ sidecar: { ...sidecar, sourceId: source.id }, metadata }];
    });
    changed += metadata.putSidecars(said);
  }
  for (let i = 0; i < plan.gone.length; i += BATCH) {
    changed += metadata.removeSidecars(source.id, plan.gone.slice(i, i + BATCH));
    await parts.gate.pass(parts.signal);
  }
  return changed;
}

/**
 * Reads again what pictures of a source say that an older version read: their heads, nothing is decoded or encoded. Of one that cannot be read
 * stays what is known.
 *
 * @returns how many pictures may say something else now
 * @throws as {@link readSidecars}
 */
export async function readDueMetadata(parts: MetadataParts, source: SourceRow): Promise<number> {
  const { metadata } = parts.catalog;
  let changed = 0;
  let last = 0;
  for (;;) {
    const due = metadata.due(source.id, last, BATCH);
    if (due.length === 0) return changed;
    last = due.at(-1)?.mediaId ?? last;
    const read = await readAll(
      parts,
      due.map(({ path }) => join(source.path, path)),
    );
    const found = due.flatMap(({ mediaId }, i) => {
      const own = read[i] ?? 'later';
      if (own === 'later') return [];
      return [{ mediaId, metadata: own === 'nothing' ? null : own }];
    });
    metadata.putRead(found);
    changed += found.length;
  }
}

async function readAll({ decoders, gate, signal }: MetadataParts, paths: readonly string[]): Promise<Read[]> {
  await gate.pass(signal);
  return Promise.all(paths.map((path) => readOne(decoders, path)));
}

async function readOne(decoders: DecodePool, path: string): Promise<Read> {
  try {
    return await decoders.metadata(path);
  } catch (error) {
    if (!(error instanceof FileFailureError)) throw error;
    return PASSING.has(error.code) ? 'later' : 'nothing';
  }
}
