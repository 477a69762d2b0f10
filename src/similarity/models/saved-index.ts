import { createHash } from 'node:crypto';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inTurn, makeFolder } from '../files/saved.ts';
import type { IndexerStats } from '../indexer/index.ts';
import { INDEX_FOLDER, type IndexOptions } from './indexed-model.ts';

/** Where an index is written until the model that it belongs to is there. */
const NEW_INDEX_FOLDER = 'index.new';

/** What the description of a model says of its index. */
export interface SavedIndex {
  readonly options: IndexOptions;
  /** Checksum of its manifest; null where it was not saved with the model. */
  readonly manifest: string | null;
}

/** The index of a model that is to be written. */
export interface IndexToSave {
  /** undefined where there is no index */
  readonly indexStats: IndexerStats | undefined;
  /** Writes the index into the folder that it is given; undefined where it is not to be written */
  readonly writeIndex: ((path: string) => Promise<void>) | undefined;
}

/** What a description of a model says of its index, for the model that is made of it. */
export interface IndexOfSaved {
  /** How the index was made; undefined where there was none. */
  readonly indexOptions: IndexOptions | undefined;
  /** Where it lies; undefined where it was not saved. */
  readonly indexPath: string | undefined;
}

/**
 * Writes a model and its index into a folder, which is made where it is not there. The index lies aside until the description of the model, which knows its
 * checksum, is written: whoever is interrupted leaves either the old model with the old index or the new one with the new.
 *
 * @param writeModel writes the description, with what it is to say of the index (null: there is none)
 * @throws SimilarityError FILE_DAMAGED where a file has the folder's name
 */
export async function saveWithIndex(
  folder: string,
  { indexStats, writeIndex }: IndexToSave,
  writeModel: (index: SavedIndex | null) => Promise<void>,
): Promise<void> {
  await inTurn(folder, async () => {
    await makeFolder(folder);
    const [aside, place] = [join(folder, NEW_INDEX_FOLDER), join(folder, INDEX_FOLDER)];
    await rm(aside, { recursive: true, force: true });
    await writeIndex?.(aside);
    await writeModel(
      indexStats ? { options: optionsOf(indexStats), manifest: (await manifestHash(aside)) ?? null } : null,
    );
    if (writeIndex === undefined) return;
    await inTurn(place, async () => {
      await rm(place, { recursive: true, force: true });
      await rename(aside, place);
    });
  });
}

/** @param saved what the description in that folder says of the index */
export async function findSavedIndex(folder: string, saved: SavedIndex | null): Promise<IndexOfSaved> {
  const manifest = saved?.manifest;
  return {
    indexOptions: saved?.options,
    indexPath: typeof manifest === 'string' ? await indexPath(folder, manifest) : undefined,
  };
}

/** The index that lies aside is the model's own where saving was interrupted after the model was written. */
async function indexPath(folder: string, manifest: string): Promise<string> {
  const aside = join(folder, NEW_INDEX_FOLDER);
  return (await manifestHash(aside)) === manifest ? aside : join(folder, INDEX_FOLDER);
}

/** @returns undefined where there is no index */
async function manifestHash(path: string): Promise<string | undefined> {
  const manifest = await readFile(join(path, 'index.json')).catch(() => undefined);
  return manifest && createHash('sha256').update(manifest).digest('hex');
}

function optionsOf({ distance, search, store, statBufferSize }: IndexerStats): IndexOptions {
  return { distance, search, store, statBufferSize };
}
