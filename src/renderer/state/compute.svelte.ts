import type { ServiceClient } from '../../contract/contract.ts';
import type { ComputeReport } from '../../contract/encoder-schemas.ts';
import { problemOf } from './error-sentence.ts';

/** What can encode on this computer, and which of it does. */
export class Compute {
  /** Null until it was asked for: the first question starts a trial of the devices. */
  report = $state.raw<ComputeReport | null>(null);
  /** Why it could not be read, as a sentence; null while it can. */
  problem = $state<string | null>(null);

  readonly #refused: (sentence: string) => void;
  #client: ServiceClient | null = null;
  /** Somebody has looked. */
  #wanted = false;
  /** Counts questions: the answer to an earlier one does not replace that to a later one. */
  #asked = 0;

  /** `refused` is told why a device could not be chosen. */
  constructor(refused: (sentence: string) => void) {
    this.#refused = refused;
  }

  connect(client: ServiceClient): void {
    this.#client = client;
    this.report = null;
    this.changed();
  }

  /** What encodes has changed: asked again, where somebody has looked. */
  changed(): void {
    if (this.#wanted) void this.read();
  }

  /** Reads what is known at once, and then, where the trial is still under way, what it found. */
  async read(): Promise<void> {
    this.#wanted = true;
    const client = this.#client;
    if (client === null) return;
    const asked = ++this.#asked;
    try {
      let report = await client.compute.devices({ wait: false });
      if (asked !== this.#asked) return;
      this.report = report;
      this.problem = null;
      if (report.settled) return;
      report = await client.compute.devices({ wait: true });
      if (asked === this.#asked) this.report = report;
    } catch (error) {
      if (asked === this.#asked) this.problem = problemOf(error).sentence;
    }
  }

  /** Encodes on this device from now on, `auto` for the fastest. Shown at once. */
  async choose(device: string): Promise<void> {
    const client = this.#client;
    const before = this.report;
    if (client === null || before === null) return;
    const asked = ++this.#asked;
    this.report = { ...before, choice: device };
    try {
      const report = await client.compute.choose({ device });
      if (asked !== this.#asked) return;
      this.report = report;
      if (!report.settled) await this.read();
    } catch (error) {
      if (asked === this.#asked) this.report = before;
      this.#refused(problemOf(error).sentence);
    }
  }
}
