import type { DeviceReport, EncodeDevice } from './device.ts';
import { rankDevices } from './rank-devices.ts';
import type { TrialResult } from './trial.ts';
import type { TrialResults } from './trial-cache.ts';

/** What is known of the devices of this computer: which there are, what their trials found, and which failed at work. */
export class KnownDevices {
  readonly cpu: EncodeDevice;
  #all: readonly EncodeDevice[];
  #results: TrialResults = {};
  /** Devices that failed at work, by id, and why. */
  readonly #failures = new Map<string, string>();

  /** @param cpu is there in any case */
  constructor(cpu: EncodeDevice) {
    this.cpu = cpu;
    this.#all = [cpu];
  }

  get all(): readonly EncodeDevice[] {
    return this.#all;
  }

  /** Takes in what was found beside the CPU. */
  found(devices: readonly EncodeDevice[]): void {
    this.#all = [this.cpu, ...devices.filter(({ id }) => id !== this.cpu.id)];
  }

  /** Those that a trial can say something of. */
  get triable(): readonly EncodeDevice[] {
    return this.#all.filter(({ kind, unusable }) => kind !== 'cpu' && unusable === undefined);
  }

  tried(results: TrialResults): void {
    this.#results = { ...this.#results, ...results };
  }

  resultOf({ id }: EncodeDevice): TrialResult | null {
    return this.#results[id] ?? null;
  }

  failed({ id }: EncodeDevice, reason: string): void {
    this.#failures.set(id, reason);
  }

  /** Gives one that failed at work another chance. */
  forgive(id: string): void {
    this.#failures.delete(id);
  }

  /** Why a device cannot be used; null where it can, or where it is not known yet. */
  failureOf(device: EncodeDevice): string | null {
    return this.#failures.get(device.id) ?? this.resultOf(device)?.failure ?? device.unusable ?? null;
  }

  /** What should encode, the best first; the CPU where nothing else can. See {@link rankDevices}. */
  ranking(chosen: string): (readonly EncodeDevice[])[] {
    const usable = this.#all.filter(
      (device) => this.failureOf(device) === null && (device.kind === 'cpu' || this.resultOf(device) !== null),
    );
    const ranked = rankDevices(usable, (device) => this.resultOf(device)?.rate ?? 0, chosen);
    return ranked.length > 0 ? ranked : [[this.cpu]];
  }

  /** @param rate pictures per second as it encodes now; null where it does not, or has no batch behind it */
  report(device: EncodeDevice, isUsed: boolean, rate: number | null): DeviceReport {
    const { id, kind, name } = device;
    const reason = this.failureOf(device);
    const result = this.resultOf(device);
    const tried = kind === 'cpu' || result !== null;
    const state = isUsed ? 'used' : reason !== null ? 'failed' : tried ? 'usable' : 'untried';
    return { id, kind, name, rate: rate ?? result?.rate ?? null, state, reason };
  }
}
