import type { EncoderDefinition } from '../../compute/encoders/definition.ts';
import type { DeviceEncoder, Encoder } from '../../compute/encoder.ts';
import { BUILTIN_ENCODER } from '../../compute/encoders/registry.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { ComputeReport, EncoderEntry, EncodersEvent, InstallResult } from '../../contract/encoder-schemas.ts';
import type { FeatureStore } from '../catalog/feature-store.ts';
import type { LibraryPaths } from '../library-folder.ts';
import { EncoderInstalls, type InstallRequest } from './encoder-installs.ts';
import { listEncoders } from './encoder-list.ts';
import { ProgressTeller } from './progress-teller.ts';

interface EncodersParts {
  readonly paths: LibraryPaths;
  readonly store: FeatureStore;
  readonly encoder: Encoder;
  readonly registry: readonly EncoderDefinition[];
  readonly httpHosts: readonly string[];
}

/** The encoders of a library: which there are, which answers, what is installed and what encodes. */
export class Encoders {
  readonly installs: EncoderInstalls;
  readonly #parts: EncodersParts;
  readonly #teller: ProgressTeller<EncodersEvent>;

  constructor(parts: EncodersParts) {
    this.#parts = parts;
    this.#teller = new ProgressTeller<EncodersEvent>((revision) => ({
      type: 'progress',
      active: this.active,
      install: this.installs.progress,
      encoding: null,
      revision,
    }));
    this.installs = new EncoderInstalls(parts.paths.models, parts.registry, parts.httpHosts, this.#teller);
  }

  /** Id of the encoder that answers. */
  get active(): string {
    return BUILTIN_ENCODER;
  }

  get readsWords(): boolean {
    return false;
  }

  watch(listener: (event: EncodersEvent) => void): () => void {
    return this.#teller.watch(listener);
  }

  list(): Promise<EncoderEntry[]> {
    const { paths, registry, store } = this.#parts;
    return listEncoders(paths.models, registry, {
      active: this.active,
      upcoming: null,
      stored: store.storedFeatures(),
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

  async remove(id: string): Promise<void> {
    if (id === this.active) throw new ServiceError('ENCODER_IN_USE', id);
    await this.installs.remove(id);
  }

  use(id: string): void {
    if (id !== this.active) throw new ServiceError('ENCODER_NOT_INSTALLED', id);
  }

  pause(): void {
    // nothing is encoded anew yet
  }

  resume(): void {
    // nothing is encoded anew yet
  }

  deleteFeatures(id: string): void {
    if (id === this.active) throw new ServiceError('ENCODER_IN_USE', id);
  }

  async devices(wait: boolean): Promise<ComputeReport> {
    const { encoder } = this.#parts;
    if (!hasDevices(encoder))
      return { choice: 'auto', provider: encoder.provider, rate: null, settled: true, devices: [] };
    if (wait) await encoder.settled;
    const { choice, provider, rate, devices } = encoder;
    return { choice, provider, rate, settled: true, devices: devices.map((device) => ({ ...device })) };
  }

  async choose(device: string): Promise<ComputeReport> {
    const { encoder } = this.#parts;
    if (!hasDevices(encoder)) throw new ServiceError('DEVICE_UNKNOWN', device);
    if (device !== 'auto' && !encoder.devices.some(({ id }) => id === device))
      throw new ServiceError('DEVICE_UNKNOWN', device);
    await encoder.choose(device);
    return this.devices(false);
  }

  async close(): Promise<void> {
    await this.installs.cancel();
    this.#teller.close();
  }
}

function copied<Item extends { readonly choices: readonly string[] | null }>(question: Item) {
  const { choices } = question;
  return { ...question, choices: choices === null ? null : [...choices] };
}

/** An encoder that was given for measuring has none. */
function hasDevices(encoder: Encoder): encoder is DeviceEncoder {
  return 'devices' in encoder;
}
