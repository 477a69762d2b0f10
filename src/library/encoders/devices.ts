import type { DeviceOptions } from '../../compute/devices/encoding.ts';
import { listDevices } from '../../compute/devices/list-devices.ts';
import type { EncodeDevice } from '../../compute/devices/device.ts';
import type { Encoder } from '../../compute/encoder.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { ComputeReport } from '../../contract/encoder-schemas.ts';
import { hasDevices } from './model-parts.ts';
import type { EncoderSettings } from './settings.ts';

interface DevicesParts {
  readonly settings: EncoderSettings;
  /** Where measured rates are kept. */
  readonly trials: string;
  readonly onNotice: (sentence: string) => void;
  readonly onChange: () => void;
  /** What there is; this computer's where not given. */
  readonly list?: (() => Promise<readonly EncodeDevice[]>) | undefined;
}

/**
 * On what the encoders of a library run. Devices are looked for, and tried, when there is much to encode or somebody asks: a
 * search or a small run is done before a driver has woken up.
 */
export class Devices {
  readonly #parts: DevicesParts;
  #wake: () => void = () => undefined;
  readonly #wanted: Promise<void>;
  #listed: Promise<readonly EncodeDevice[]> | null = null;
  readonly #settled = new WeakSet<Encoder>();
  #closed = false;

  constructor(parts: DevicesParts) {
    this.#parts = parts;
    this.#wanted = new Promise((resolve) => (this.#wake = resolve));
  }

  /** What an encoder is started with. */
  options(): DeviceOptions {
    const { settings, trials, onNotice, onChange } = this.#parts;
    return { list: () => this.#list(), choice: settings.device, cacheFile: trials, onNotice, onChange };
  }

  async #list(): Promise<readonly EncodeDevice[]> {
    await this.#wanted;
    if (this.#closed) return [];
    const list = this.#parts.list ?? (async () => (await listDevices()).encoding);
    return (this.#listed ??= list());
  }

  /** Looks for devices now. */
  want(): void {
    this.#wake();
  }

  /** What there is, as one encoder finds it. @param wait for the end of the trial */
  async report(encoder: Encoder, wait: boolean): Promise<ComputeReport> {
    if (!hasDevices(encoder))
      return { choice: 'auto', provider: encoder.provider, rate: null, settled: true, devices: [] };
    this.want();
    const settled = encoder.settled.then(() => this.#settled.add(encoder));
    if (wait) await settled;
    const { choice, provider, rate, devices } = encoder;
    const described = devices.map((device) => ({ ...device }));
    return { choice, provider, rate, settled: this.#settled.has(encoder), devices: described };
  }

  /**
   * Encodes on that device from now on, or on the fastest, and remembers it.
   *
   * @param encoders all that run
   * @throws ServiceError DEVICE_UNKNOWN
   */
  async choose(device: string, encoders: readonly Encoder[]): Promise<void> {
    this.want();
    const running = encoders.filter(hasDevices);
    await Promise.all(running.map(({ settled }) => settled));
    if (device !== 'auto' && !running.some(({ devices }) => devices.some(({ id }) => id === device))) {
      throw new ServiceError('DEVICE_UNKNOWN', device);
    }
    this.#parts.settings.device = device;
    await Promise.all(running.map((encoder) => encoder.choose(device)));
  }

  /** What waits for devices finds none: the encoders are closed next. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }
}
