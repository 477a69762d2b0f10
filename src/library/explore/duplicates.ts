import { ServiceError } from '../../contract/errors.ts';
import type {
  DecidedDuplicates,
  DuplicateDecision,
  DuplicateKind,
  Duplicates as FoundDuplicates,
  DuplicateSet,
  ExploreEvent,
} from '../../contract/explore-schemas.ts';
import { answerOfWorker } from '../answer-of-worker.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { ActiveLibrary } from '../encoders/active-library.ts';
import type { LibraryPaths } from '../library-folder.ts';
import { picturePaths } from '../pictures.ts';
import type { FoundSet } from './find-duplicates.ts';
import { keptReason } from './kept-order.ts';
import { neighborTable, type PictureTable } from './neighbor-table.ts';
import { separations } from './separations.ts';

interface DuplicatesParts {
  readonly catalog: Catalog;
  readonly active: ActiveLibrary;
  readonly paths: LibraryPaths;
}

/** What the thread is started with. */
export interface DuplicateTask extends Pick<LibraryPaths, 'catalog' | 'features' | 'thumbs'> {
  readonly encoder: string;
  readonly model: string;
  readonly graph: PictureTable;
}

interface ThreadAnswer {
  readonly pictures: number;
  readonly sets: readonly FoundSet[];
}

/** What was found in the library as it was at one moment. */
interface Finding extends ThreadAnswer {
  readonly state: string;
}

/** From the surest to the furthest. */
const KINDS: readonly DuplicateKind[] = ['identical', 'resized', 'edited', 'near'];

/** Pictures that are the same, found in a thread and kept until the library changes; and what a person decided about them, which holds for good. */
export class Duplicates {
  readonly #parts: DuplicatesParts;
  readonly #listeners = new Set<() => void>();
  readonly #closing = new AbortController();
  #finding: Promise<Finding> | null = null;
  /** The finding that there is. */
  #found: Finding | null = null;
  /** Decisions that were not there yet when it was made. */
  #decidedSince = new Set<number>();

  constructor(parts: DuplicatesParts) {
    this.#parts = parts;
  }

  /** @param fresh found anew where pictures have come or gone since */
  async list(fresh: boolean): Promise<FoundDuplicates> {
    const isOutdated = this.#found !== null && this.#found.state !== this.#state;
    if (fresh && isOutdated) this.#drop();
    this.#finding ??= this.#find();
    const { pictures, sets } = await this.#finding;
    const areApart = separations(this.#parts.catalog.duplicates.decided());
    const described = sets.flatMap((set) => this.#describe(set, areApart));
    return { current: this.#found?.state === this.#state, pictures, sets: described.sort(surestFirst) };
  }

  /** Keeps a decision for good. @throws ServiceError PICTURE_UNKNOWN */
  decide(pictures: readonly number[], decision: DuplicateDecision): DecidedDuplicates {
    const { catalog } = this.#parts;
    const unknown = pictures.find((id) => catalog.media(id) === undefined);
    if (unknown !== undefined) throw new ServiceError('PICTURE_UNKNOWN', String(unknown));
    const id = catalog.duplicates.put(decision, pictures);
    this.#decidedSince.add(id);
    this.#tell();
    const said = decision === 'keep-both' ? 'all to be kept' : 'different pictures';
    return { decision: id, description: `Said that ${pictures.length} pictures are ${said}` };
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

  #find(): Promise<Finding> {
    const { active, paths } = this.#parts;
    const finding = active.use(async ({ vectors, neighbors, encoder, projection }) => {
      await neighbors.settled();
      const graph = await neighborTable(neighbors.known, Uint32Array.from(vectors.present));
      const state = this.#state;
      const decided = this.#decidedSince;
      this.#decidedSince = new Set();
      const worker = import.meta.url.endsWith('.ts') ? './duplicate-worker.ts' : './duplicate-worker.js';
      const { features, thumbs } = paths;
      const task = { catalog: paths.catalog, features, thumbs, encoder: encoder.id, model: projection.id, graph };
      try {
        const url = new URL(worker, import.meta.url);
        const answer = await answerOfWorker<ThreadAnswer>(url, task satisfies DuplicateTask, this.#closing.signal);
        this.#found = { ...answer, state };
        return this.#found;
      } catch (error) {
        for (const id of decided) this.#decidedSince.add(id);
        throw error;
      }
    });
    finding.catch(() => {
      if (this.#finding === finding) this.#finding = null;
    });
    return finding;
  }

  #drop(): void {
    this.#found = null;
    this.#finding = null;
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  /** A set as it is shown; none where decisions, or files that have gone, left nothing of it. */
  #describe({ kept, members }: FoundSet, areApart: (a: number, b: number) => boolean): DuplicateSet[] {
    const { catalog } = this.#parts;
    const left = members.filter(({ id }) => !areApart(kept, id));
    const pictures = [{ id: kept, kind: 'identical' as const }, ...left].flatMap(({ id, kind }) => {
      const media = catalog.media(id);
      const paths = picturePaths(catalog, id);
      if (!media || paths.length === 0) return [];
      const { hash, bytes, width, height, takenAt } = media;
      return [{ id, hash, paths, bytes, width, height, takenAt, mtimeMs: 0, kind }];
    });
    const [first, ...others] = pictures;
    if (!first || (others.length === 0 && first.paths.length < 2)) return [];
    const kind = KINDS[Math.max(...pictures.map((picture) => KINDS.indexOf(picture.kind)))] ?? 'identical';
    return [{ kind, reason: keptReason(first, others), pictures }];
  }
}

function surestFirst(a: DuplicateSet, b: DuplicateSet): number {
  const spare = ({ pictures }: DuplicateSet): number =>
    pictures.reduce((sum, { bytes, paths }, i) => sum + bytes * (i === 0 ? paths.length - 1 : paths.length), 0);
  return KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || spare(b) - spare(a);
}
