import type { ServiceClient } from '../../contract/contract.ts';
import type { LabelVerdict } from '../../contract/group-schemas.ts';
import { problemOf } from './error-sentence.ts';

/** Labels that are one step for a person: of some pictures for one group, or of one picture for several. */
export interface LabelStep {
  readonly group: number;
  readonly pictures: readonly number[];
  readonly verdict: LabelVerdict;
}

export interface LabellingListener {
  told?(sentence: string, undo: () => void): void;
  problem?(sentence: string): void;
}

/** Stores labels, and offers to undo them in one step. */
export class Labelling {
  #client: ServiceClient | null = null;
  readonly #listener: LabellingListener;

  constructor(listener: LabellingListener) {
    this.#listener = listener;
  }

  connect(client: ServiceClient | null): void {
    this.#client = client;
  }

  /**
   * Stores them all, one after the other, and says so with `sentence`, where that is given, else as the service describes the last.
   * Resolves to whether that worked; what was stored before something failed is undone.
   */
  async store(steps: readonly LabelStep[], sentence?: string): Promise<boolean> {
    const client = this.#client;
    if (client === null) return false;
    const changes: number[] = [];
    let said = sentence ?? '';
    try {
      for (const { group, pictures, verdict } of steps) {
        const { change, description } = await client.groups.label({ id: group, pictures: [...pictures], verdict });
        changes.push(change);
        if (sentence === undefined) said = description;
      }
    } catch (error) {
      this.#listener.problem?.(problemOf(error).sentence);
      await this.#undo(client, changes);
      return false;
    }
    if (changes.length > 0)
      this.#listener.told?.(`${said}.`.replace(/\.\.$/, '.'), () => void this.#undo(client, changes));
    return true;
  }

  /** The newest first: a change that something later touched cannot be undone. */
  async #undo(client: ServiceClient, changes: readonly number[]): Promise<void> {
    try {
      for (const change of [...changes].reverse()) await client.groups.undo({ change });
    } catch (error) {
      this.#listener.problem?.(problemOf(error).sentence);
    }
  }
}
