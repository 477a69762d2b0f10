import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ServiceError } from '../../../contract/errors.ts';
import type {
  ExploreEvent,
  MapColors,
  MapColoring,
  MapLayout as GivenLayout,
} from '../../../contract/explore-schemas.ts';
import { answerOfWorker } from '../../threads/answer-of-worker.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { ActiveLibrary } from '../../encoders/active-library.ts';
import type { Jobs } from '../../jobs/jobs.ts';
import type { LibraryPaths } from '../../library-folder.ts';
import type { LibraryParts } from '../../library-parts.ts';
import type { Clusters } from '../clusters/clusters.ts';
import { neighborTable, type PictureTable } from '../neighbor-table.ts';
import type { LaidOut } from './lay-out.ts';
import { LayoutControl } from './layout-control.ts';
import { colorPoints } from './map-coloring.ts';
import { loadMap, saveMap } from './map-file.ts';
import { EMPTY_LAYOUT, isMostlyNew, isOf, placesIn, type MapLayout } from './map-layout.ts';
import type { MapTask } from './map-worker.ts';
import { workerUrl } from '../../../compute/worker-url.ts';

interface MapParts {
  readonly catalog: Catalog;
  readonly active: ActiveLibrary;
  readonly paths: LibraryPaths;
  readonly clusters: Clusters;
  readonly jobs: Jobs;
  /** The layout is not written down. */
  readonly readonly: boolean;
}

/** The map of one model. */
interface Known {
  readonly model: string;
  readonly revision: number;
  readonly layout: MapLayout;
}

/** A neighbor graph that is done so soon is waited for. */
const WAIT_MS = 3_000;

/** Where every picture lies by what is alike: laid out in a thread, kept in a file, and brought up to date as pictures come and go. */
export class PictureMap {
  readonly #parts: MapParts;
  readonly #listeners = new Set<(revision: number) => void>();
  readonly #closing = new AbortController();
  #known: Known | null = null;
  /** The last map there was, of whatever model: the next is turned as it was. */
  #last: MapLayout = EMPTY_LAYOUT;
  /** What is being laid out now. */
  #working: { readonly fresh: boolean; readonly done: Promise<void> } | null = null;
  /** Begins with the clock, so that a layout of before a restart is never taken for one of after it. */
  #revision = Math.floor(Date.now() / 1000);

  constructor(parts: MapParts) {
    this.#parts = parts;
  }

  /** See the contract. @throws ServiceError MAP_CANCELLED */
  async layout(fresh: boolean): Promise<GivenLayout> {
    let known = await this.#latest();
    if (known !== null && !this.#isCurrent(known) && !fresh) void this.#bringUpToDate(false).catch(() => undefined);
    // again where another model answers meanwhile
    while (known === null || (fresh && !this.#isFresh(known))) {
      await this.#bringUpToDate(fresh);
      known = await this.#latest();
      fresh = false;
    }
    const { revision, layout } = known;
    return {
      revision,
      current: this.#isCurrent(known),
      pictures: layout.ids.length,
      ids: new Blob([Int32Array.from(layout.ids)]),
      positions: new Blob([Float32Array.from(layout.positions)]),
    };
  }

  /** See the contract. @throws ServiceError MAP_CHANGED */
  async colors(asked: { revision: number; by: MapColoring; granularity: number }): Promise<MapColors> {
    const known = this.#known;
    if (known?.revision !== asked.revision) throw new ServiceError('MAP_CHANGED', '');
    const { categories, values } = await colorPoints(this.#parts, known.layout.ids, asked);
    return { revision: asked.revision, categories, values: new Blob([values]) };
  }

  watch(push: (event: ExploreEvent) => void): () => void {
    const listener = (revision: number): void => push({ type: 'map', revision });
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closing.abort(new ServiceError('INTERNAL', 'the library was closed'));
    await this.#working?.done.catch(() => undefined);
  }

  /** The map of the model that answers now, from its file where it was not read yet; null where there is none. */
  async #latest(): Promise<Known | null> {
    const { projection, vectors } = this.#parts.active.current;
    if (this.#known?.model === projection.id) return this.#known;
    const layout = await loadMap(this.#folder(projection.id), projection.id);
    // it was laid out meanwhile
    if (this.#known?.model === projection.id) return this.#known;
    // ids that have no vector: a backup of the catalog was restored, and they will be given to other pictures
    const isOfHere = layout?.ids.every((id) => vectors.present.has(id) || vectors.holds(id)) === true;
    if (isOfHere) this.#know({ model: projection.id, revision: ++this.#revision, layout });
    else this.#known = null;
    return this.#known;
  }

  #know(known: Known): void {
    this.#known = known;
    this.#last = known.layout;
  }

  #folder(model: string): string {
    return join(this.#parts.paths.vectors, model);
  }

  #isCurrent({ model, layout }: Known): boolean {
    const { projection, vectors } = this.#parts.active.current;
    return model === projection.id && isOf(layout, vectors.present);
  }

  /** Laid out as a whole of just these pictures: another time it would come out the same. */
  #isFresh(known: Known): boolean {
    return known.layout.added === 0 && this.#isCurrent(known);
  }

  /** One at a time. @param fresh all of it anew */
  async #bringUpToDate(fresh: boolean): Promise<void> {
    while (this.#working !== null) {
      if (this.#working.fresh || !fresh) return this.#working.done;
      await this.#working.done.catch(() => undefined);
    }
    const done = this.#parts.active.use((library) => this.#work(library, fresh)).finally(() => (this.#working = null));
    this.#working = { fresh, done };
    return done;
  }

  async #work(library: LibraryParts, fresh: boolean): Promise<void> {
    const { neighbors, projection } = library;
    const listed = neighbors.listed();
    await Promise.race([listed, delay(WAIT_MS, undefined, { ref: false, signal: this.#closing.signal })]);
    const isWhole = neighbors.isListed;
    // the others are put on the map when it is known where they belong
    if (!isWhole) void listed.then(() => this.#goOn()).catch(() => undefined);
    const latest = await this.#latest();
    const before = latest?.model === projection.id ? latest.layout : EMPTY_LAYOUT;
    const pictures = await pictureTable(library, isWhole, fresh ? EMPTY_LAYOUT : before);
    const { places, missing } = placesIn(before, pictures.ids);
    const canBeAnew = isWhole || before.ids.length === 0;
    const isAnew = fresh || (canBeAnew && isMostlyNew(before, missing, pictures.ids.length));
    const on = isAnew ? placesIn(this.#last, pictures.ids).places : places;
    const laidOut = await this.#layOut(pictures, { positions: on, unit: before.unit }, isAnew ? null : missing);
    const layout = { ...laidOut, ids: pictures.ids, added: isAnew ? 0 : before.added + missing };
    this.#know({ model: projection.id, revision: ++this.#revision, layout });
    for (const listener of this.#listeners) listener(this.#revision);
    // a cache: where it cannot be written it is laid out again
    if (!this.#parts.readonly) await saveMap(this.#folder(projection.id), projection.id, layout).catch(() => undefined);
  }

  /** The neighbors of all are known now. */
  #goOn(): void {
    if (this.#closing.signal.aborted || this.#known === null || this.#isCurrent(this.#known)) return;
    void this.#bringUpToDate(false).catch(() => undefined);
  }

  /** @param missing how many have no place on the map and are put on it; null to lay out all */
  #layOut({ table, ids }: PictureTable, on: LaidOut, missing: number | null): Promise<LaidOut> {
    const pictures = missing ?? ids.length;
    if (pictures === 0) return Promise.resolve(on);
    const control = new LayoutControl(pictures);
    const task: MapTask = { table, on, isAnew: missing === null, done: control.done };
    const signal = AbortSignal.any([this.#closing.signal, control.signal]);
    const layOut = (): Promise<LaidOut> => answerOfWorker(workerUrl('./map-worker', import.meta.url), task, signal);
    const endOf = (): { counts: { pictures: number }; message: string } => ({ counts: { pictures }, message: '' });
    return control.endsWith(this.#parts.jobs.track('map', layOut, endOf, control.howFar, control));
  }
}

/** The graph of the pictures that are to lie on the map: all, or while it is being made those whose neighbors are known, and those that lie there. */
async function pictureTable(
  { neighbors, vectors }: LibraryParts,
  isWhole: boolean,
  before: MapLayout,
): Promise<PictureTable> {
  const all = await neighborTable(neighbors.known, Uint32Array.from(vectors.present));
  if (isWhole) return all;
  const { k, places } = all.table;
  const lying = placesIn(before, all.ids).places;
  const kept = all.ids.filter((_, i) => (places[i * k] ?? -1) >= 0 || !Number.isNaN(lying[2 * i]));
  return kept.length === all.ids.length ? all : neighborTable(neighbors.known, kept);
}
