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
  /** Something was undone, or done again. */
  said?(sentence: string): void;
  problem?(sentence: string): void;
}

/** Stores labels, and offers to undo them in one step. */
export class Labelling {
  #client: ServiceClient | null = null;
  readonly #listener: LabellingListener;
  /** Undoings, which are undone to redo; a new change ends that. */
  #undone: number[] = [];

  constructor(listener: LabellingListener) {
    this.#listener = listener;
  }

  connect(client: ServiceClient | null): void {
    this.#client = client;
    this.#undone = [];
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
    if (changes.length > 0) this.tell(said, changes);
    return true;
  }

  /** Says what was changed, with an undo. */
  tell(description: string, changes: readonly number[]): void {
    this.#undone = [];
    this.#listener.told?.(asSentence(description), () => void this.undo(changes));
  }

  /** Undoes these changes, or where none are given the last one that is in effect. */
  async undo(changes?: readonly number[]): Promise<void> {
    const client = this.#client;
    if (client !== null) await this.#undo(client, changes);
  }

  /** Does again what was undone last. Whether there was something. */
  redo(): boolean {
    const client = this.#client;
    const change = this.#undone.pop();
    if (client === null || change === undefined) return false;
    void this.#told(async () => asSentence((await client.groups.undo({ change })).description));
    return true;
  }

  /** The newest first: a change that something later touched cannot be undone. */
  async #undo(client: ServiceClient, changes: readonly (number | undefined)[] = [undefined]): Promise<void> {
    await this.#told(async () => {
      let said = '';
      for (const change of [...changes].reverse()) {
        const undone = await client.groups.undo(change === undefined ? {} : { change });
        this.#undone.push(undone.change);
        said = undone.description;
      }
      return asSentence(said);
    });
  }

  async #told(work: () => Promise<string>): Promise<void> {
    try {
      const sentence = await work();
      if (sentence !== '') this.#listener.said?.(sentence);
    } catch (error) {
      this.#listener.problem?.(problemOf(error).sentence);
    }
  }
}

function asSentence(description: string): string {
  return description === '' ? '' : `${description}.`.replace(/\.\.$/, '.');
}
