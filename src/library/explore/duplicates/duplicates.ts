import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { ServiceError } from '../../../contract/errors.ts';
import type {
  DecidedDuplicates,
  DuplicateDecision,
  DuplicateDecisions,
  Duplicates as FoundDuplicates,
  ExploreEvent,
} from '../../../contract/explore-schemas.ts';
import { answerOfWorker } from '../../threads/answer-of-worker.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { DuplicateStore } from '../../catalog/duplicate-store.ts';
import type { ActiveLibrary } from '../../encoders/active-library.ts';
import type { LibraryPaths } from '../../library-folder.ts';
import { picturePaths } from '../../pictures.ts';
import { ComparisonControl } from './comparison-control.ts';
import type { FoundSet } from './found-duplicates.ts';
import { neighborTable, type PictureTable } from '../neighbor-table.ts';
import type { PictureComparisons } from '../comparing/picture-comparisons.ts';
import { shownSets } from './shown-sets.ts';
import { workerUrl } from '../../../compute/worker-url.ts';

interface DuplicatesParts {
  readonly catalog: Catalog;
  readonly active: ActiveLibrary;
  readonly paths: LibraryPaths;
  /** Shows the work among the activities while it runs; null is the answer of what was stopped. */
  readonly track: (
    work: () => Promise<DuplicatesOfPictures | null>,
    control: ComparisonControl,
  ) => Promise<DuplicatesOfPictures | null>;
  /** Whether what is found of pairs may be kept. */
  readonly keeps: boolean;
  readonly comparisons: PictureComparisons;
}

/** What the thread is started with. */
export interface DuplicateTask extends Pick<LibraryPaths, 'catalog' | 'features' | 'thumbs' | 'compared'> {
  readonly encoder: string;
  readonly model: string;
  readonly graph: PictureTable;
  /** See {@link ComparisonControl}. */
  readonly control: Int32Array;
  /** That compare, beside the thread itself. */
  readonly threads: number;
  readonly keeps: boolean;
}

export interface DuplicateAnswer {
  /** Pictures that were looked at. */
  readonly pictures: number;
  /** Null where it was stopped before. */
  readonly sets: readonly FoundSet[] | null;
}

export interface DuplicatesOfPictures extends DuplicateAnswer {
  readonly sets: readonly FoundSet[];
}

/** What was found in the library as it was at one moment. */
interface Finding extends DuplicatesOfPictures {
  readonly state: string;
}

interface Running {
  readonly finding: Promise<Finding>;
  readonly control: ComparisonControl;
  /** Nobody waits for it. */
  quiet: boolean;
}

/** Threads that compare, where somebody waits; a quiet look has one. */
const MOST_THREADS = 4;

/**
 * Pictures that are the same, found in threads and kept until the library changes; and what a person decided about them, which holds for good.
 * What was found of pairs is kept in a file, so that only pairs with new pictures are compared.
 */
export class Duplicates {
  readonly #parts: DuplicatesParts;
  readonly #listeners = new Set<() => void>();
  readonly #closing = new AbortController();
  #found: Finding | null = null;
  #running: Running | null = null;
  /** Decisions that were not there yet when it was made. */
  #decidedSince = new Set<number>();

  constructor(parts: DuplicatesParts) {
    this.#parts = parts;
  }

  /**
   * @param fresh found anew where pictures have come or gone since
   * @throws ServiceError DUPLICATES_CANCELLED
   */
  async list(fresh: boolean): Promise<FoundDuplicates> {
    const isOutdated = this.#found !== null && this.#found.state !== this.#state;
    const known = fresh && isOutdated ? null : this.#found;
    const { pictures, sets, state } = known ?? (await this.#find(false));
    const { catalog, comparisons } = this.#parts;
    const shown = await shownSets(catalog, comparisons, sets);
    return { current: state === this.#state, pictures, sets: shown };
  }

  /**
   * Looks at what has come since, where duplicates were looked for before: quietly, so that the next who looks finds it done.
   *
   * @returns whether there was nothing to do, or it is done
   */
  async checkNew(): Promise<boolean> {
    if (this.#found?.state === this.#state || !existsSync(this.#parts.paths.compared)) return true;
    try {
      await this.#find(true);
      this.#tell();
      return true;
    } catch {
      // it gave way, or the library closes
      return false;
    }
  }

  /** Ends a look that nobody waits for; what it has compared is kept. */
  giveWay(): void {
    if (this.#running?.quiet === true) this.#running.control.stop();
  }

  /** Keeps a decision for good. @throws ServiceError PICTURE_UNKNOWN */
  decide(pictures: readonly number[], decision: DuplicateDecision): DecidedDuplicates {
    const { catalog } = this.#parts;
    const unknown = pictures.find((id) => catalog.media(id) === undefined);
    if (unknown !== undefined) throw new ServiceError('PICTURE_UNKNOWN', String(unknown));
    const said = decision === 'keep-both' ? 'all to be kept' : 'different pictures';
    const description = `Said that ${pictures.length} pictures are ${said}`;
    return { decision: this.#decided(catalog.duplicates.put(decision, pictures)), description };
  }

  /** Keeps for good that this one of its copies is to be kept. @throws ServiceError PICTURE_UNKNOWN */
  keep(picture: number): DecidedDuplicates {
    const { catalog } = this.#parts;
    const [path] = picturePaths(catalog, picture);
    if (path === undefined) throw new ServiceError('PICTURE_UNKNOWN', String(picture));
    const description = `Chose to keep ${basename(path)}`;
    return { decision: this.#decided(catalog.duplicates.put('kept', [picture])), description };
  }

  /** What was decided and holds: the newest so many. */
  decisions(count: number): DuplicateDecisions {
    const { catalog } = this.#parts;
    const { total, decisions } = catalog.duplicates.holding(count);
    const pictureOf = (id: number): DuplicateDecisions['decisions'][number]['pictures'] => {
      const hash = catalog.media(id)?.hash;
      return hash === undefined ? [] : [{ id, hash, path: picturePaths(catalog, id)[0] ?? null }];
    };
    return { total, decisions: decisions.map((one) => ({ ...one, pictures: one.pictures.flatMap(pictureOf) })) };
  }

  /** Takes decisions over from another library. @returns how many there were not before */
  takeOver(decisions: Parameters<DuplicateStore['takeOver']>[0]): number {
    const taken = this.#parts.catalog.duplicates.takeOver(decisions);
    if (taken > 0) this.#tell();
    return taken;
  }

  #decided(decision: number): number {
    this.#decidedSince.add(decision);
    this.#tell();
    return decision;
  }

  /** Takes a decision back. @throws ServiceError NOTHING_TO_UNDO */
  undo(decision: number): void {
    if (!this.#parts.catalog.duplicates.undo(decision))
      throw new ServiceError('NOTHING_TO_UNDO', `: decision ${decision} is not kept any more`);
    // what was found since knows nothing of these as one
    if (!this.#decidedSince.delete(decision)) this.#drop();
    this.#tell();
  }

  /** Files have gone or come back, or what was decided is said of other pictures: sets are described anew. */
  changedBeside(): void {
    this.#tell();
  }

  watch(push: (event: ExploreEvent) => void): () => void {
    const listener = (): void => push({ type: 'duplicates' });
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#closing.abort(new ServiceError('INTERNAL', 'the library was closed'));
  }

  /** Another one says that something changed that sets are made of; decisions are looked at when sets are shown. */
  get #state(): string {
    const { catalog, active } = this.#parts;
    const { projection, vectors } = active.current;
    return [projection.id, vectors.revision, catalog.duplicates.files].join(' ');
  }

  /** What is being found, or else begins to be. */
  #find(quiet: boolean): Promise<Finding> {
    const control = new ComparisonControl();
    this.#running ??= { finding: this.#run(control, quiet), control, quiet };
    const running = this.#running;
    running.quiet &&= quiet;
    const over = (): void => {
      if (this.#running === running) this.#running = null;
    };
    running.finding.then((found) => {
      // what was begun before something that it must know is no finding any more
      if (this.#running === running) this.#found = found;
      over();
    }, over);
    return running.finding;
  }

  #run(control: ComparisonControl, quiet: boolean): Promise<Finding> {
    const { active, paths, keeps, track } = this.#parts;
    return active.use(async ({ vectors, neighbors, encoder, projection }) => {
      await neighbors.settled();
      const graph = await neighborTable(neighbors.known, Uint32Array.from(vectors.present));
      const state = this.#state;
      const decided = this.#decidedSince;
      this.#decidedSince = new Set();
      const { catalog, features, thumbs, compared } = paths;
      const threads = quiet ? 1 : Math.min(MOST_THREADS, availableParallelism());
      const task = {
        catalog,
        features,
        thumbs,
        compared,
        encoder: encoder.id,
        model: projection.id,
        graph,
        threads,
        keeps,
      };
      const url = workerUrl('./duplicate-worker', import.meta.url);
      const workerData = { ...task, control: control.shared } satisfies DuplicateTask;
      const work = async (): Promise<DuplicatesOfPictures | null> => {
        const { pictures, sets } = await answerOfWorker<DuplicateAnswer>(url, workerData, this.#closing.signal);
        return sets && { pictures, sets };
      };
      try {
        const found = await track(work, control);
        if (found === null) throw new ServiceError('DUPLICATES_CANCELLED', '');
        return { ...found, state };
      } catch (error) {
        for (const id of decided) this.#decidedSince.add(id);
        throw error;
      }
    });
  }

  /** What is found, or being found, is of no use any more. */
  #drop(): void {
    this.#found = null;
    this.#running = null;
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
