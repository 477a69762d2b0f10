import { labelsIn, type PlacedLabel } from '../map/label-places.ts';
import { thumbnailsIn } from '../map/level-of-detail.ts';
import {
  fittingView,
  limited,
  panned,
  showing,
  shownExtent,
  toPlane,
  toScreen,
  zoomedAt,
  type MapView,
  type Size,
} from '../map/map-view.ts';
import { nearestTo, nearestWithin } from '../map/point-grid.ts';
import { pointsInside, pointsOf } from '../map/region.ts';
import { categoryName, pointSentence } from './map-phrases.ts';
import type { ColoredBy, LaidOut, LibraryMap } from './map.svelte.ts';
import type { PictureColumns } from './picture-columns.ts';
import { placesById } from './places-by-id.ts';
import { nearestTowards, type Direction } from './plane-walk.ts';

/** `scale` is in relation to that at which all is in view. */
type WantedView = MapView;

/** What dragging does. */
export type MapTool = 'move' | 'rectangle' | 'lasso';

/** A picture that is drawn on the map, around (`left`, `top`). */
interface MapThumbnail {
  readonly point: number;
  readonly hash: string;
  readonly left: number;
  readonly top: number;
}

export const THUMBNAILS = { side: 64, gap: 4, most: 300 } as const;
/** A point is taken from so far away, in CSS pixels. */
const REACH = 12;
/** What the keys go to is at least so far from the rim, in CSS pixels: less than what all in view has around it. */
const RIM = 36;

interface StageParts {
  readonly map: Pick<LibraryMap, 'found' | 'colored' | 'lit' | 'ranks'>;
  readonly pictures: () => PictureColumns;
  /** Ids of what the search that is open found, without what is probably unrelated. */
  readonly results: () => readonly number[];
  /** Ids of its examples. */
  readonly examples: () => readonly number[];
}

/** What of the map is seen, how near, and what is drawn where. It stays as it is while another view is open. */
export class MapStage {
  /** Of the view, in CSS pixels; the component measures them. */
  width = $state(0);
  height = $state(0);
  tool = $state<MapTool>('move');
  /** The point under the pointer; −1 where there is none. */
  hovered = $state(-1);
  /** The point that the keys went to; −1 where they went nowhere since the pointer moved. */
  walked = $state(-1);
  /** Corners of a rectangle or lasso that is being drawn, in CSS pixels; null where none is. */
  region = $state.raw<readonly number[] | null>(null);
  resultsLit = $state(true);
  /** Drawing takes so long that moving is no pleasure. */
  slow = $state(false);
  /** Where a person moved to, as near in relation to all in view: a window of another size shows as much. Null: all in view. */
  #wanted = $state.raw<WantedView | null>(null);
  /** The view at which thumbnails were chosen last: where it rests. */
  #rested = $state.raw<MapView | null>(null);
  readonly #parts: StageParts;

  constructor(parts: StageParts) {
    this.#parts = parts;
  }

  readonly size: Size = $derived({ width: this.width, height: this.height });

  /** Null until there is something to see, and somewhere to show it. */
  readonly view: MapView | null = $derived.by(() => {
    const found = this.#found;
    if (found === null || found.grid.count === 0 || this.width === 0 || this.height === 0) return null;
    const { extent } = found.grid;
    const all = fittingView(extent, this.size);
    const wanted = this.#wanted;
    return wanted === null ? all : limited({ ...wanted, scale: wanted.scale * all.scale }, extent, this.size);
  });

  /** Of each point its picture's place in the library. */
  readonly #rows = $derived.by(() => {
    const rowOf = placesById(this.#parts.pictures().ids);
    return Int32Array.from(this.#found?.ids ?? [], rowOf);
  });

  /** Points that are lit: of a category, or the search's examples and what it found; null where none are. */
  readonly lit: readonly number[] | null = $derived.by(() => {
    const [found, colored] = [this.#found, this.#colored];
    if (found === null) return null;
    const { lit } = this.#parts.map;
    if (lit !== null && colored !== null) {
      return Array.from(colored.values.keys()).filter((point) => colored.values[point] === lit);
    }
    return this.resultsLit && this.results.length > 0
      ? [...this.results, ...this.#pointsOf(this.#parts.examples())]
      : null;
  });

  /** The points of what the search found. */
  readonly results: readonly number[] = $derived.by(() => this.#pointsOf(this.#parts.results()));

  /** Of what would overlap, what is lit is drawn, then what is typical. */
  readonly #ranks: Uint8Array | null = $derived.by(() => {
    const [found, lit, typical] = [this.#found, this.lit, this.#parts.map.ranks];
    if (found === null || lit === null) return typical;
    const ranks = typical?.map((rank) => Math.min(255, rank + 1)) ?? new Uint8Array(found.grid.count).fill(1);
    for (const point of lit) ranks[point] = 0;
    return ranks;
  });

  readonly #chosen = $derived.by(() => {
    const [found, view] = [this.#found, this.#rested ?? this.view];
    if (found === null || view === null) return [];
    return thumbnailsIn(found.grid, this.#ranks, view, this.size, THUMBNAILS).filter(
      (point) => (this.#rows[point] ?? -1) >= 0,
    );
  });

  readonly thumbnails: readonly MapThumbnail[] = $derived(
    this.#chosen.map((point) => {
      const [left, top] = this.placeOf(point);
      return { point, hash: this.#parts.pictures().hash(this.#rows[point] ?? 0), left, top };
    }),
  );

  readonly labels: readonly PlacedLabel[] = $derived.by(() => {
    const [colored, view] = [this.#colored, this.view];
    if (colored === null || view === null) return [];
    const nameOf = (category: number): string => colored.categories[category]?.label ?? '';
    return labelsIn(colored.anchors, nameOf, view, this.size, { places: this.thumbnails, side: THUMBNAILS.side });
  });

  #pointsOf(ids: readonly number[]): number[] {
    return ids.map((id) => this.pointOf(id)).filter((point) => point >= 0);
  }

  get #found(): LaidOut | null {
    return this.#parts.map.found;
  }

  get #colored(): ColoredBy | null {
    return this.#parts.map.colored;
  }

  // ── moving ──

  /** Thumbnails are chosen for the view as it is now. */
  rest(): void {
    this.#rested = this.view;
  }

  fit(): void {
    this.#wanted = null;
  }

  /** `factor` times nearer, around a place of the view, or its middle. */
  zoom(factor: number, left = this.width / 2, top = this.height / 2): void {
    if (this.view !== null) this.#look(zoomedAt(this.view, this.size, factor, left, top));
  }

  pan(dx: number, dy: number): void {
    if (this.view !== null) this.#look(panned(this.view, dx, dy));
  }

  /** Moves no more than is needed to show a point. */
  show(point: number): void {
    const found = this.#found;
    if (this.view === null || found === null) return;
    const [x, y] = [found.grid.positions[2 * point] ?? 0, found.grid.positions[2 * point + 1] ?? 0];
    const moved = showing(this.view, this.size, x, y, RIM);
    if (moved.x !== this.view.x || moved.y !== this.view.y) this.#look(moved);
  }

  #look(view: MapView): void {
    const found = this.#found;
    if (found === null) return;
    const { extent } = found.grid;
    const kept = limited(view, extent, this.size);
    this.#wanted = { ...kept, scale: kept.scale / fittingView(extent, this.size).scale };
  }

  // ── finding ──

  /** The picture of a point; null where there is none. */
  idOf(point: number): number | null {
    return this.#found?.ids[point] ?? null;
  }

  pointOf(id: number | null): number {
    return id === null ? -1 : (this.#found?.pointOf(id) ?? -1);
  }

  /** Where a point is seen, in CSS pixels. */
  placeOf(point: number): readonly [number, number] {
    const { positions } = this.#found?.grid ?? { positions: [] };
    return this.view === null
      ? [0, 0]
      : toScreen(this.view, this.size, positions[2 * point] ?? 0, positions[2 * point + 1] ?? 0);
  }

  hashOf(point: number): string | null {
    const row = this.#rows[point] ?? -1;
    return row < 0 ? null : this.#parts.pictures().hash(row);
  }

  /** What is seen at a place: a thumbnail, or the nearest point within reach; −1 where there is nothing. */
  pointAt(left: number, top: number): number {
    const found = this.#found;
    if (this.view === null || found === null) return -1;
    const half = THUMBNAILS.side / 2;
    const over = this.thumbnails.find((one) => Math.max(Math.abs(one.left - left), Math.abs(one.top - top)) <= half);
    if (over !== undefined) return over.point;
    const [x, y] = toPlane(this.view, this.size, left, top);
    return nearestWithin(found.grid, x, y, REACH / this.view.scale);
  }

  /** Where the keys go from a point: to the nearest in a direction. From no point: to the one nearest to the middle of the view. */
  walk(from: number, direction: Direction): number {
    const found = this.#found;
    if (found === null || this.view === null) return -1;
    return from < 0
      ? nearestTo(found.grid, this.view.x, this.view.y)
      : nearestTowards(found.grid.positions, from, direction);
  }

  /** Ids of the pictures inside a rectangle or lasso, given by its corners in CSS pixels. */
  idsInside(corners: readonly number[]): number[] {
    const [found, view] = [this.#found, this.view];
    if (found === null || view === null) return [];
    const places: number[] = [];
    for (let i = 0; i + 1 < corners.length; i += 2)
      places.push(...toPlane(view, this.size, corners[i] ?? 0, corners[i + 1] ?? 0));
    return pointsInside(found.grid, places).map((point) => found.ids[point] ?? 0);
  }

  /** Ids of the pictures that are in view. */
  idsInView(): number[] {
    const [found, view] = [this.#found, this.view];
    if (found === null || view === null) return [];
    return pointsOf(found.grid, shownExtent(view, this.size)).map((point) => found.ids[point] ?? 0);
  }

  sentenceOf(point: number): string {
    const pictures = this.#parts.pictures();
    const colored = this.#colored;
    const row = this.#rows[point] ?? -1;
    const category = colored?.categories[colored.values[point] ?? -1];
    return pointSentence({
      row,
      count: pictures.count,
      seconds: pictures.seconds[row] ?? 0,
      when: pictures.whens[row] ?? 0,
      by: colored?.by ?? 'cluster',
      category: category === undefined ? null : categoryName(category),
    });
  }
}
