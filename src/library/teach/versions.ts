import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { builtinModel } from '../../compute/encoder.ts';
import { isTuned } from '../../compute/encoders/registry.ts';
import { listInstalled } from '../../compute/encoders/installed.ts';
import { BUILTIN_ENCODER } from '../../compute/encoders/registry.ts';
import { loadProjection } from '../../compute/projection.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { ModelVersion } from '../../contract/teach-schemas.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { deleteStored } from '../catalog/feature-store.ts';
import type { TaughtModelRow } from '../catalog/model-store.ts';
import type { ActiveLibrary } from '../encoders/active-library.ts';
import { encoderOfFeatures } from '../encoders/encoder-list.ts';
import type { Encoders } from '../encoders/encoders.ts';
import { idsOfEncoder } from '../encoders/model-parts.ts';
import type { LibraryPaths } from '../library-folder.ts';
import type { VersionDescriptions } from './model-description.ts';
import { readModelFile, writeModelFile } from './model-file.ts';
import type { TunedWeights } from './tuned-weights.ts';
import { isTunable } from './tune-encoder.ts';

interface VersionsParts {
  readonly paths: LibraryPaths;
  readonly catalog: Catalog;
  readonly active: ActiveLibrary;
  readonly descriptions: VersionDescriptions;
  readonly encoders: Encoders;
}

interface VersionsListener {
  /** Whether a version is being activated. */
  isWanted(id: string): boolean;
  changed(): void;
}

/** An encoder that has to be switched to, and the id of its features. */
export interface OtherEncoder {
  readonly id: string;
  readonly features: string;
}

/** A version that was removed can be restored for 30 days. */
const KEPT_MS = 30 * 24 * 3600 * 1000;

/** The versions of a library, of all its encoders. */
export class Versions {
  readonly #parts: VersionsParts;
  readonly #listener: VersionsListener;
  /** Works of {@link makingEncoders} that are under way. */
  #making = 0;
  #removing = Promise.resolve();

  constructor(parts: VersionsParts, listener: VersionsListener) {
    this.#parts = parts;
    this.#listener = listener;
  }

  /** All versions, the newest first, and last what there was before any teaching. */
  async list(): Promise<ModelVersion[]> {
    const { catalog, active, descriptions, paths } = this.#parts;
    const { projection } = active.current;
    const versions = await Promise.all(
      catalog.models.all().map(async (row): Promise<ModelVersion[]> => {
        const description = descriptions.of(row.id);
        if (!description) return [];
        const { name, groups, evaluation, verdict, curves, recipe } = description;
        const version = {
          id: row.id,
          name,
          kind: row.kind,
          encoder: row.encoder,
          createdAt: row.createdAt,
          active: row.id === projection.id,
          usable: await this.#isUsable(row),
          groups: groups.map((group) => ({ name: group.name, pictures: group.members.length })),
          evaluation,
          verdict,
          curves,
          recipe,
          bytes: await bytesOf(join(paths.vectors, row.id)),
        };
        return [version];
      }),
    );
    return [...versions.flat(), await this.#untaught()];
  }

  /** With a tuned encoder that is the built-in one as it was. */
  async #untaught(): Promise<ModelVersion> {
    const { active, paths } = this.#parts;
    const { definition, encoder, base, projection } = active.current;
    const before = isTunable(definition) ? loadProjection() : base;
    return {
      id: before.id,
      name: 'Before any teaching',
      kind: 'base',
      encoder: isTunable(definition) ? builtinModel().id : encoder.id,
      createdAt: null,
      active: before.id === projection.id,
      usable: true,
      groups: [],
      evaluation: null,
      verdict: null,
      curves: null,
      recipe: before.name,
      bytes: await bytesOf(join(paths.vectors, before.id)),
    };
  }

  async #isUsable({ encoder, base }: Pick<TaughtModelRow, 'encoder' | 'base'>): Promise<boolean> {
    const { active, paths } = this.#parts;
    if (encoder === active.current.encoder.id) return base === active.current.base.id;
    const installed = await idsOfEncoder(paths, encoderOfFeatures(encoder));
    return installed?.features === encoder && installed.base === base;
  }

  /**
   * A version by its id (null: the encoder as it is), and the encoder that has to be switched to for it.
   *
   * @throws ServiceError MODEL_UNKNOWN, MODEL_OF_OTHER_ENCODER
   */
  async find(id: string): Promise<{ readonly encoder: OtherEncoder | null; readonly version: string | null }> {
    const { active, catalog } = this.#parts;
    const { base, encoder, definition } = active.current;
    if (id === base.id) return { encoder: null, version: null };
    if (isTunable(definition) && id === loadProjection().id) {
      return { encoder: { id: BUILTIN_ENCODER, features: builtinModel().id }, version: null };
    }
    const row = catalog.models.get(id);
    if (!row || row.removedAt !== null) throw new ServiceError('MODEL_UNKNOWN', id);
    if (!(await this.#isUsable(row))) throw new ServiceError('MODEL_OF_OTHER_ENCODER', id);
    if (row.encoder === encoder.id) return { encoder: null, version: id };
    return { encoder: { id: encoderOfFeatures(row.encoder), features: row.encoder }, version: id };
  }

  /** @throws ServiceError MODEL_UNKNOWN, MODEL_IN_USE */
  async remove(id: string): Promise<void> {
    const { catalog, active, paths, encoders } = this.#parts;
    const row = catalog.models.get(id);
    if (!row || row.removedAt !== null) throw new ServiceError('MODEL_UNKNOWN', id);
    const ofOther = row.encoder !== active.current.encoder.id;
    const encoder = encoderOfFeatures(row.encoder);
    const inUse =
      active.current.projection.id === id ||
      this.#listener.isWanted(id) ||
      (ofOther ? encoders.upcoming?.encoder.id === row.encoder : catalog.models.active(row.encoder) === id);
    if (inUse) throw new ServiceError('MODEL_IN_USE', id);
    // chosen for an encoder that does not answer: that answers as it is, next time
    if (catalog.models.active(row.encoder) === id) catalog.models.setActive(row.encoder, null);
    catalog.models.setRemoved(id, new Date().toISOString());
    // what can be made again goes at once
    await active.use(({ store }) => deleteStored(store, null, [id]));
    await rm(join(paths.vectors, id), { recursive: true, force: true });
    const isLast = !catalog.models.all().some((other) => other.encoder === row.encoder);
    if (isTuned(encoder) && isLast && ofOther) await encoders.deleteFeatures(encoder).catch(ignoreUnknown);
    this.#listener.changed();
  }

  /** @throws ServiceError MODEL_UNKNOWN */
  restore(id: string): void {
    const { catalog } = this.#parts;
    if (!catalog.models.get(id)) throw new ServiceError('MODEL_UNKNOWN', id);
    catalog.models.setRemoved(id, null);
    this.#listener.changed();
  }

  /**
   * A version of a tuned encoder takes that with it.
   *
   * @throws ServiceError MODEL_UNKNOWN, ENCODER_* where its encoder is not there, FOLDER_MISSING, DISK_FULL, LIBRARY_READ_ONLY
   */
  async exportTo(id: string, path: string): Promise<{ path: string; bytes: number }> {
    const row = this.#parts.catalog.models.get(id);
    if (!row) throw new ServiceError('MODEL_UNKNOWN', id);
    return { path, bytes: await writeModelFile(path, row, await this.tunedWeights(row)) };
  }

  /** What the encoder of a version differs in from the built-in one; null where it was not tuned. @throws ServiceError ENCODER_* */
  async tunedWeights(row: Pick<TaughtModelRow, 'encoder'>): Promise<TunedWeights | null> {
    const encoder = encoderOfFeatures(row.encoder);
    if (!isTuned(encoder)) return null;
    const { weightsOfTuned } = await import('../../compute/encoders/install-tuned.ts');
    return weightsOfTuned(this.#parts.paths.models, encoder);
  }

  /** @throws ServiceError MODEL_FILE_DAMAGED, EXPORT_NEWER, MODEL_OF_OTHER_ENCODER; of a tuned encoder, DISK_FULL, ENCODER_UNSUITABLE */
  async importFrom(path: string): Promise<ModelVersion> {
    const { catalog, active } = this.#parts;
    const { encoder, base } = active.current;
    const { row, tuned } = await readModelFile(path, encoder.id, base);
    await this.makingEncoders(async () => {
      if (tuned) await this.installTuned(row, tuned, 'MODEL_FILE_DAMAGED', path);
      catalog.models.put(row);
    });
    this.#listener.changed();
    const version = (await this.list()).find(({ id }) => id === row.id);
    if (!version) throw new ServiceError('MODEL_UNKNOWN', row.id);
    return version;
  }

  /**
   * Installs the tuned encoder of a version that comes from elsewhere, within {@link makingEncoders}.
   *
   * @param code where the weights are not those of its encoder
   * @throws ServiceError `code`, DISK_FULL, ENCODER_UNSUITABLE
   */
  async installTuned(
    row: TaughtModelRow,
    weights: TunedWeights,
    code: 'MODEL_FILE_DAMAGED' | 'LIBRARY_FILE_DAMAGED',
    path: string,
  ): Promise<void> {
    const name = `Tuned in another library, ${row.createdAt.slice(0, 10)}`;
    try {
      const { installTunedWeights } = await import('../../compute/encoders/install-tuned.ts');
      const { featuresId } = await installTunedWeights(this.#parts.paths.models, weights, name);
      if (featuresId !== row.encoder) throw new RangeError(`it is ${featuresId}, not ${row.encoder}`);
    } catch (cause) {
      if (cause instanceof ServiceError) throw cause;
      throw new ServiceError(code, path, { cause });
    }
  }

  /** Keeps versions that come from elsewhere, under their own ids; those that are here already stay as they are. @returns how many came */
  keep(rows: readonly TaughtModelRow[]): number {
    const { models } = this.#parts.catalog;
    const fresh = rows.filter(({ id }) => models.get(id) === null);
    for (const row of fresh) models.put(row);
    if (fresh.length > 0) this.#listener.changed();
    return fresh.length;
  }

  /** Labelled pictures that an encoder was tuned with here: they cannot judge what is taught on its vectors. */
  seenByTuning(encoder: string): readonly number[] {
    const { catalog, descriptions } = this.#parts;
    const tunings = catalog.models.all().filter((row) => row.encoder === encoder && row.kind === 'deep');
    return tunings.flatMap(({ id }) => {
      const { groups = [], answered = [] } = descriptions.of(id) ?? {};
      const heldOut = new Set(answered.map((picture) => picture.id));
      return groups.flatMap(({ members }) => members.filter((member) => !heldOut.has(member)));
    });
  }

  /** Forgets for good what was removed a month ago, and the encoders that were tuned for it. */
  async purge(): Promise<void> {
    this.#parts.catalog.models.purgeRemovedBefore(new Date(Date.now() - KEPT_MS).toISOString());
    await this.makingEncoders(() => Promise.resolve());
  }

  /**
   * Runs what installs encoders and then keeps versions of them. No encoder is removed as needless meanwhile; those that no version is of
   * are when the last such work has ended: it failed, or the last version was forgotten.
   */
  async makingEncoders<T>(make: () => Promise<T>): Promise<T> {
    await this.#removing;
    this.#making++;
    try {
      return await make();
    } finally {
      this.#making--;
      // what cannot be removed now is at the next start
      if (this.#making === 0) await (this.#removing = this.#removeNeedless().catch(() => undefined));
    }
  }

  async #removeNeedless(): Promise<void> {
    const { catalog, encoders, paths } = this.#parts;
    const needed = catalog.models.encoders();
    for (const { definition, featuresId } of (await listInstalled(paths.models)).encoders) {
      if (!isTuned(definition.id) || needed.has(featuresId)) continue;
      await encoders.deleteFeatures(definition.id).catch(ignoreUnknown);
      await encoders.remove(definition.id).catch(ignoreUnknown);
    }
  }
}

/** Gone already, or used for something else. */
function ignoreUnknown(error: unknown): void {
  const { code } = ServiceError.from(error);
  if (!['ENCODER_UNKNOWN', 'ENCODER_NOT_INSTALLED', 'ENCODER_IN_USE'].includes(code)) throw error;
}

async function bytesOf(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
