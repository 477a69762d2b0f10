import type { ServiceClient } from '../../contract/contract.ts';
import type { FileFailureCode } from '../../contract/errors.ts';
import type { FileFailure } from '../../contract/schemas.ts';
import { ask } from './ask.ts';
import { problemOf } from './error-sentence.ts';

export interface FailureGroup {
  readonly code: FileFailureCode;
  /** The sentence of the code. */
  readonly sentence: string;
  readonly failures: readonly FileFailure[];
}

/** Failures grouped by code, the largest group first, each in the order of paths. */
export function groupFailures(
  failures: readonly FileFailure[],
  sentences: Readonly<Record<FileFailureCode, string>>,
): FailureGroup[] {
  const groups = Map.groupBy(failures, (failure) => failure.code);
  return [...groups]
    .map(([code, group]) => ({
      code,
      sentence: sentences[code],
      failures: group.toSorted((a, b) => a.path.localeCompare(b.path)),
    }))
    .sort((a, b) => b.failures.length - a.failures.length);
}

interface FailuresListener {
  /** A request was refused; the sentence says why. */
  problem?(sentence: string): void;
}

/** The files that could not be read, as the catalog has them, with those of the present run as they happen. */
export class Failures {
  #byPath = $state.raw<ReadonlyMap<string, FileFailure>>(new Map());
  loaded = $state(false);
  problem = $state<string | null>(null);
  readonly #listener: FailuresListener;
  #client: ServiceClient | null = null;

  constructor(listener: FailuresListener = {}) {
    this.#listener = listener;
  }

  get list(): FileFailure[] {
    return [...this.#byPath.values()];
  }

  get count(): number {
    return this.#byPath.size;
  }

  connect(client: ServiceClient): Promise<void> {
    this.#client = client;
    return this.refresh();
  }

  async refresh(): Promise<void> {
    const client = this.#client;
    if (client === null) return;
    try {
      const failures = await client.failures();
      if (client !== this.#client) return;
      this.#byPath = new Map(failures.map((failure) => [failure.path, failure]));
      this.loaded = true;
      this.problem = null;
    } catch (error) {
      if (client === this.#client) this.problem = problemOf(error).sentence;
    }
  }

  /** Has files read again: these, those of a code, or all. What comes of it is told by the run. */
  async retry(which: { paths?: string[]; code?: FileFailureCode }): Promise<void> {
    const asked = await ask(this.#client, (client) => client.indexing.retry(which), this.#listener);
    // one that is gone meanwhile: the list is another
    if (asked?.files === 0) await this.refresh();
  }

  /** Takes in a failure that has just happened. */
  note(failure: Omit<FileFailure, 'since'>, now: Date = new Date()): void {
    const { path, code, message } = failure;
    this.#byPath = new Map(this.#byPath).set(path, { path, code, message, since: now.toISOString() });
  }
}
