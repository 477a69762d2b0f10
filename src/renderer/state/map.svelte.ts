import type { ServiceClient } from '../../contract/contract.ts';
import type { ExploreEvent, MapColoring } from '../../contract/explore-schemas.ts';
import { anchorsOf, type LabelAnchor } from '../map/label-places.ts';
import { colorsOfPoints, orderedColors, spreadColors } from '../map/point-colors.ts';
import { gridOf, type PointGrid } from '../map/point-grid.ts';
import { Explored, type ExploredListener } from './explored.svelte.ts';
import { placesById } from './places-by-id.ts';

/** The points of the map. */
export interface LaidOut {
  readonly revision: number;
  /** False where pictures have come or gone since. */
  readonly current: boolean;
  /** The picture of each point. */
  readonly ids: Int32Array;
  readonly grid: PointGrid;
  /** The point of a picture; −1 where it has none. */
  readonly pointOf: (id: number) => number;
}

interface MapCategory {
  readonly key: string;
  readonly label: string;
  readonly pictures: number;
  /** Place in `POINT_COLORS`. */
  readonly color: number;
}

/** What points are coloured by. */
export interface ColoredBy {
  readonly by: MapColoring;
  readonly categories: readonly MapCategory[];
  /** The category of each point; beyond them: none. */
  readonly values: Uint16Array;
  /** Of each point, its place in `POINT_COLORS`. */
  readonly colors: Uint8Array;
  /** Where names are written, of the largest first; dates are not in one place. */
  readonly anchors: readonly LabelAnchor[];
}

/** All pictures on one plane, what is alike near to one another, and what they are coloured by. */
export class LibraryMap extends Explored<LaidOut> {
  by = $state.raw<MapColoring>('cluster');
  /** Null until they are known; those of before are shown until others are. */
  colored = $state.raw<ColoredBy | null>(null);
  /** The category that is lit: its place among the categories. */
  lit = $state.raw<number | null>(null);

  /** Of each point how soon it is shown among others, 0 the first: typical pictures of clusters come before the others. Null until that is known. */
  ranks = $state.raw<Uint8Array | null>(null);

  readonly #granularity: () => number;
  #asked = 0;

  /** @param granularity of the clusters that points are coloured by */
  constructor(granularity: () => number, listener: ExploredListener) {
    super(listener);
    this.#granularity = granularity;
  }

  protected async find(client: ServiceClient, fresh: boolean): Promise<LaidOut> {
    const { revision, current, ids, positions } = await client.explore.map.layout({ fresh });
    const known = this.found;
    if (known?.revision !== revision) return this.#taken(revision, current, ids, positions);
    return { ...known, current };
  }

  async #taken(revision: number, current: boolean, ids: Blob, positions: Blob): Promise<LaidOut> {
    const [pictures, places] = await Promise.all([ids.arrayBuffer(), positions.arrayBuffer()]);
    const points = new Int32Array(pictures);
    const taken = {
      revision,
      current,
      ids: points,
      grid: gridOf(new Float32Array(places)),
      pointOf: placesById(points),
    };
    // colours are of the points of one layout
    this.colored = null;
    this.lit = null;
    this.ranks = null;
    void this.#color(taken).then(() => this.#rank(taken));
    return taken;
  }

  protected take(event: ExploreEvent): void {
    if (event.type === 'outdated') this.libraryChanged();
    if (event.type === 'map' && event.revision !== this.found?.revision) this.reload();
    if (event.type === 'names' && this.by === 'cluster') this.#recolor();
  }

  /** Pictures have come or gone: they are put on the map without moving the others, and a button lays all of it out anew. */
  override libraryChanged(): void {
    this.reload();
  }

  groupsChanged(): void {
    if (this.by === 'group') this.#recolor();
  }

  setColoring(by: MapColoring): void {
    this.by = by;
    this.lit = null;
    this.#recolor();
  }

  /** Lights the points of a category, or none any more. */
  light(category: number | null): void {
    this.lit = category === this.lit ? null : category;
  }

  /** Which pictures are typical is a help: without it, the first ones are shown. */
  async #rank(laidOut: LaidOut): Promise<void> {
    const granularity = this.#granularity();
    const told = await this.ask((client) => client.explore.clusters({ granularity }));
    if (told === null || this.found?.revision !== laidOut.revision) return;
    this.ranks = ranksOf(
      laidOut,
      told.clusters.map(({ typical }) => typical.map(({ id }) => id)),
    );
  }

  #recolor(): void {
    if (this.found !== null) void this.#color(this.found);
  }

  async #color({ revision, grid }: LaidOut): Promise<void> {
    const asked = ++this.#asked;
    const by = this.by;
    if (grid.count === 0) return;
    const granularity = this.#granularity();
    const told = await this.ask(
      (client) => client.explore.map.colors({ revision, by, granularity }),
      // what is shown is older than what there is
      (code) => {
        if (code === 'MAP_CHANGED') this.reload();
      },
    );
    if (told === null || asked !== this.#asked) return;
    const values = new Uint16Array(await told.values.arrayBuffer());
    if (asked !== this.#asked || values.length !== grid.count) return;
    this.colored = coloredBy(by, told.categories, values, grid);
  }
}

/** @param typical ids of typical pictures of each cluster, the most typical first */
function ranksOf({ grid, pointOf }: LaidOut, typical: readonly (readonly number[])[]): Uint8Array {
  const ranks = new Uint8Array(grid.count).fill(255);
  for (const ids of typical) {
    for (const [rank, id] of ids.entries()) if (pointOf(id) >= 0) ranks[pointOf(id)] = Math.min(rank, 254);
  }
  return ranks;
}

function coloredBy(
  by: MapColoring,
  categories: readonly Omit<MapCategory, 'color'>[],
  values: Uint16Array,
  grid: PointGrid,
): ColoredBy {
  const sizes = categories.map(({ key, pictures }) => (key === 'alone' ? 0 : pictures));
  const anchors = by === 'date' ? [] : anchorsOf(grid, values, sizes);
  const colors = by === 'date' ? orderedColors(categories.length) : spreadColors(categories.length, anchors);
  // what is like nothing else is no kind
  for (const [category, { key }] of categories.entries()) if (key === 'alone') colors[category] = 0;
  return {
    by,
    categories: categories.map((category, i) => ({ ...category, color: colors[i] ?? 0 })),
    values,
    colors: colorsOfPoints(values, colors),
    anchors,
  };
}
