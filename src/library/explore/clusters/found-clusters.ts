import { setTimeout as delay } from 'node:timers/promises';
import { AskedThread } from '../../threads/asked-thread.ts';
import type { ActiveLibrary } from '../../encoders/active-library.ts';
import type { Communities } from './communities.ts';
import { resolutionOf } from './granularity.ts';
import { neighborTable, type PictureTable } from '../neighbor-table.ts';
import { workerUrl } from '../../../compute/worker-url.ts';

/** What was found in the library as it was at one moment. */
interface Finding {
  readonly version: number;
  readonly model: string;
  /** Of the vectors: another one says that pictures came or went since. */
  readonly revision: number;
  /** False where the neighbor graph was still being made: it is found anew when that is done. */
  readonly isWhole: boolean;
  readonly pictures: PictureTable;
  readonly steps: Map<number, Promise<Communities>>;
  /** Holds the graph. */
  readonly thread: AskedThread<number, Communities>;
}

/** A finding that nobody asks for is forgotten: 120 bytes a picture. The thread with its graph, 1 kB and more a picture, ends sooner. */
const FORGOTTEN_MS = 15 * 60_000;
const THREAD_MS = 20_000;

/** A neighbor graph that is done so soon is waited for. */
const WAIT_MS = 3_000;

/** Versions of findings are so far apart, so that a number of changes of names can be added to one. */
const VERSIONS_APART = 2 ** 32;

/** The communities of the library, worked out in a thread as they are asked for and kept while somebody looks. */
export class FoundClusters {
  readonly #active: ActiveLibrary;
  readonly #listeners = new Set<() => void>();
  #finding: Promise<Finding> | null = null;
  /** The finding as far as it is known now. */
  #latest: Finding | null = null;
  #versions = 0;
  #forget: NodeJS.Timeout | null = null;

  constructor(active: ActiveLibrary) {
    this.#active = active;
  }

  /** Whether the library is as it was when its communities were found. */
  get isCurrent(): boolean {
    const { projection, vectors } = this.#active.current;
    const latest = this.#latest;
    return latest?.model === projection.id && latest.revision === vectors.revision && latest.isWhole;
  }

  /** Calls `listener` when what was found of an unfinished neighbor graph can be found whole. */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @param fresh found anew where it is not current; where another model answers, it always is */
  async at(
    step: number,
    fresh: boolean,
  ): Promise<PictureTable & { readonly communities: Communities; readonly version: number }> {
    if (this.#isOutdated(fresh)) this.#drop();
    this.#finding ??= this.#begin();
    const finding = await this.#finding;
    let communities = finding.steps.get(step);
    if (!communities) {
      communities = this.#work(finding, step);
      finding.steps.set(step, communities);
    }
    this.#keepAWhile();
    return { ...finding.pictures, communities: await communities, version: finding.version };
  }

  #isOutdated(fresh: boolean): boolean {
    if (this.#latest === null) return false;
    return this.#latest.model !== this.#active.current.projection.id || (fresh && !this.isCurrent);
  }

  async #begin(): Promise<Finding> {
    try {
      return await this.#active.use(async ({ projection, vectors, neighbors }) => {
        const settled = neighbors.settled();
        await Promise.race([settled, delay(WAIT_MS, undefined, { ref: false })]);
        const { revision } = vectors;
        const isWhole = neighbors.lists !== null;
        if (!isWhole) void settled.then(() => this.#tell()).catch(() => undefined);
        const pictures = await neighborTable(neighbors.known, Uint32Array.from(vectors.present));
        const version = ++this.#versions * VERSIONS_APART;
        const finding: Finding = {
          version,
          model: projection.id,
          revision,
          isWhole,
          pictures,
          steps: new Map(),
          thread: communityThread(pictures),
        };
        this.#latest = finding;
        return finding;
      });
    } catch (error) {
      this.#finding = null;
      throw error;
    }
  }

  async #work(finding: Finding, step: number): Promise<Communities> {
    try {
      return await finding.thread.ask(resolutionOf(step));
    } catch (error) {
      finding.steps.delete(step);
      throw error;
    }
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  #keepAWhile(): void {
    if (this.#forget) clearTimeout(this.#forget);
    this.#forget = setTimeout(() => this.#drop(), FORGOTTEN_MS);
    this.#forget.unref();
  }

  /** What is still being worked out for somebody is finished. */
  #drop(): void {
    this.#latest?.thread.retire();
    this.#latest = null;
    this.#finding = null;
  }

  async close(): Promise<void> {
    if (this.#forget) clearTimeout(this.#forget);
    await this.#latest?.thread.close();
    this.#drop();
  }
}

/** Finds communities: about a second a resolution at 100,000 pictures, after five for the graph. */
function communityThread({ table }: PictureTable): AskedThread<number, Communities> {
  return new AskedThread({
    file: workerUrl('./community-worker', import.meta.url),
    workerData: table,
    keptMs: THREAD_MS,
    ended: 'the thread that finds clusters ended',
  });
}
