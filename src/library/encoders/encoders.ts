import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { verifyInstalled } from '../../compute/encoders/installed.ts';
import type { EncoderDefinition } from '../../compute/encoders/definition.ts';
import { BUILTIN_ENCODER } from '../../compute/encoders/registry.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { BackgroundHold } from '../../contract/job-schemas.ts';
import type { ComputeReport, EncoderEntry, EncodersEvent, InstallResult } from '../../contract/encoder-schemas.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { deleteStored } from '../catalog/feature-store.ts';
import type { Indexer } from '../indexing/indexer.ts';
import type { LibraryPaths } from '../library-folder.ts';
import type { DecodePool } from '../media/decode-pool.ts';
import type { ActiveLibrary } from './active-library.ts';
import type { Devices } from './devices.ts';
import { EncoderInstalls, type InstallRequest } from './encoder-installs.ts';
import { encoderOfFeatures, listEncoders } from './encoder-list.ts';
import { EncoderSwitch } from './encoder-switch.ts';
import { startEncoder, type RunningEncoder } from './model-parts.ts';
import { ProgressTeller } from './progress-teller.ts';
import type { EncoderSettings } from './settings.ts';

/** From so many pictures on it pays to look for a faster device than the CPU: a trial takes some seconds. */
export const MUCH_TO_ENCODE = 256;

interface EncodersParts {
  readonly paths: LibraryPaths;
  readonly catalog: Catalog;
  readonly decoders: DecodePool;
  readonly settings: EncoderSettings;
  readonly active: ActiveLibrary;
  readonly indexer: Indexer;
  readonly devices: Devices;
  /** Brings an encoder with the version that was chosen for it; takes it over. */
  readonly withVersion: (running: RunningEncoder, onNotice: (sentence: string) => void) => Promise<RunningEncoder>;
  /** Why background work has to wait; null where it does not. */
  readonly hold: () => BackgroundHold | null;
  readonly registry: readonly EncoderDefinition[];
  /** Hosts that downloads may ask by http: none but in tests. */
  readonly httpHosts: readonly string[];
}

/** The encoders of a library: which there are, which answers, which takes over next, what is installed and on what they run. */
export class Encoders {
  readonly installs: EncoderInstalls;
  readonly #parts: EncodersParts;
  readonly #switch: EncoderSwitch;
  readonly #teller: ProgressTeller<EncodersEvent>;
  /** What was told once: who listens later hears it too. */
  readonly #notices: string[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: EncodersParts) {
    this.#parts = parts;
    this.#teller = new ProgressTeller<EncodersEvent>((revision) => ({
      type: 'progress',
      active: this.active,
      install: this.installs.progress,
      encoding: this.#switch.progress,
      revision,
    }));
    this.installs = new EncoderInstalls(parts.paths.models, parts.registry, parts.httpHosts, this.#teller);
    const onMuch = (pictures: number): void => {
      if (pictures >= MUCH_TO_ENCODE) parts.devices.want();
    };
    this.#switch = new EncoderSwitch({ ...parts, teller: this.#teller, onMuch });
  }

  /** Id of the encoder that answers. */
  get active(): string {
    return this.#parts.active.current.definition.id;
  }

  /** What the encoder that takes over next keeps; null where none does. */
  get upcomingId(): string | null {
    return this.#switch.upcomingId;
  }

  get upcoming() {
    return this.#switch.upcoming;
  }

  watch(listener: (event: EncodersEvent) => void): () => void {
    const stop = this.#teller.watch(listener);
    for (const message of this.#notices) listener({ type: 'notice', message });
    return stop;
  }

  notice(message: string): void {
    this.#notices.push(message);
    this.#teller.tell({ type: 'notice', message });
  }

  /** Whether background work has to wait is another now. */
  holdChanged(): void {
    this.#teller.changed();
  }

  devicesChanged(): void {
    this.#teller.tell({ type: 'devices' });
  }

  /** Goes on with what was under way when the library was closed, and encodes what has come back. Never rejects. */
  async goOn(): Promise<void> {
    const upcoming = this.#parts.settings.upcoming;
    if (!upcoming) {
      this.#switch.fillActive();
      return;
    }
    await this.#inTurn(() => this.#begin(upcoming.id, true)).catch((error: unknown) => {
      this.#parts.settings.upcoming = null;
      this.#teller.listChanged();
      this.notice(`The encoder ${upcoming.id} cannot be used: ${ServiceError.from(error).message}`);
    });
  }

  list(): Promise<EncoderEntry[]> {
    const { paths, registry, active } = this.#parts;
    return listEncoders(paths.models, registry, {
      active: this.active,
      upcoming: this.#switch.upcomingId,
      stored: active.current.store.storedFeatures(),
    });
  }

  async install(request: InstallRequest): Promise<InstallResult> {
    const outcome = await this.installs.install(request);
    if (outcome.kind === 'questions') return { kind: 'questions', needs: outcome.needs.map(copied) };
    const { id } = outcome.encoder.definition;
    const encoder = (await this.list()).find((entry) => entry.id === id);
    if (!encoder) throw new ServiceError('ENCODER_NOT_INSTALLED', id);
    return { kind: 'installed', encoder, firstSeen: [...outcome.firstSeen] };
  }

  /** @throws ServiceError ENCODER_IN_USE, ENCODER_NOT_INSTALLED, ENCODER_BUSY */
  remove(id: string): Promise<void> {
    // not while one is being verified and started to take over
    return this.#inTurn(async () => {
      this.#requireUnused(id);
      await this.installs.remove(id);
    });
  }

  /**
   * Encodes the library with an encoder and lets it take over then. Resolves when that has begun.
   *
   * @throws ServiceError ENCODER_UNKNOWN, ENCODER_NOT_INSTALLED, ENCODER_CHECKSUM and others where it is damaged
   */
  use(id: string): Promise<void> {
    return this.#inTurn(async () => {
      if (id === this.active) return this.#switch.cancel();
      if (this.#switch.progress?.takesOver && this.#switch.upcomingId === id && this.#switch.bringsWanted) {
        this.#switch.resume();
        return;
      }
      await this.#begin(id, false);
    });
  }

  async #begin(id: string, goingOn: boolean): Promise<void> {
    const { paths, registry, devices } = this.#parts;
    if (id !== BUILTIN_ENCODER) {
      await verifyInstalled(paths.models, id).catch((error: unknown) => {
        const { code } = ServiceError.from(error);
        const known = code !== 'ENCODER_NOT_INSTALLED' || registry.some((definition) => definition.id === id);
        throw known ? error : new ServiceError('ENCODER_UNKNOWN', id, { cause: error });
      });
    }
    await this.#switch.begin(await startEncoder(paths, id, devices.options()), goingOn);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  pause(): void {
    this.#switch.pause();
  }

  resume(): void {
    this.#switch.resume();
  }

  /** Encodes what the active encoder lacks and what is there again. */
  fillActive(): void {
    this.#switch.fillActive();
  }

  /** @throws ServiceError ENCODER_IN_USE, ENCODER_UNKNOWN where there is nothing of it */
  deleteFeatures(id: string): Promise<void> {
    return this.#inTurn(() => this.#deleteFeatures(id));
  }

  async #deleteFeatures(id: string): Promise<void> {
    this.#requireUnused(id);
    const { active, paths } = this.#parts;
    const ofTaught = (model: string): string | undefined => this.#parts.catalog.models.get(model)?.encoder;
    await active.use(async ({ store, encoder, projection, base }) => {
      const kept = store.storedFeatures().filter((stored) => encoderOfFeatures(stored.features) === id);
      if (kept.length === 0) throw new ServiceError('ENCODER_UNKNOWN', id);
      const models = store
        .modelNames()
        .filter((name) => name !== projection.id && name !== base.id && encoderOfModel(name, ofTaught(name)) === id);
      for (const { features } of kept) {
        if (features === encoder.id) continue;
        await deleteStored(store, features, models);
      }
      for (const model of models) await rm(join(paths.vectors, model), { recursive: true, force: true });
    });
    this.#teller.listChanged();
  }

  #requireUnused(id: string): void {
    if (id === this.active || id === this.#switch.upcomingId) throw new ServiceError('ENCODER_IN_USE', id);
  }

  devices(wait: boolean): Promise<ComputeReport> {
    const { devices, active } = this.#parts;
    return devices.report(active.current.encoder, wait);
  }

  /** @throws ServiceError DEVICE_UNKNOWN */
  async choose(device: string): Promise<ComputeReport> {
    const { devices, active } = this.#parts;
    const upcoming = this.upcoming?.encoder;
    await devices.choose(device, [active.current.encoder, ...(upcoming ? [upcoming] : [])]);
    return this.devices(false);
  }

  async close(): Promise<void> {
    await this.installs.cancel();
    await this.#turn;
    await this.#switch.close();
    this.#teller.close();
  }
}

/**
 * The encoder whose features a model's vectors are made of: those without a fitted projection name it.
 *
 * @param taught the features that a version was taught on
 */
function encoderOfModel(model: string, taught: string | undefined): string {
  const features = taught ?? /^unit-(.+)$/.exec(model)?.[1] ?? /-of-(.+)$/.exec(model)?.[1];
  return features === undefined ? BUILTIN_ENCODER : encoderOfFeatures(features);
}

function copied<Item extends { readonly choices: readonly string[] | null }>(question: Item) {
  const { choices } = question;
  return { ...question, choices: choices === null ? null : [...choices] };
}
