import { justifyRows, rowAt, rowOfIndex, tilesOfRow, type JustifiedRows, type Tile } from './justified-rows.ts';
import type { PictureColumns } from './picture-columns.ts';
import { THUMBNAIL_HEIGHTS } from './preferences.svelte.ts';

export const GRID_GAP = 4;
/** Rows are drawn this far beyond the view, in CSS pixels, so that a scroll finds them there. */
const OVERSCAN = 600;

/** What stays in place when the layout changes: the first picture in view, and how much of its row is above. */
export interface GridAnchor {
  readonly id: number;
  /** In row heights: 0.25 is a quarter of the row scrolled away. */
  readonly offset: number;
}

export interface VisibleRow {
  readonly row: number;
  readonly top: number;
  readonly height: number;
  readonly tiles: readonly Tile[];
}

/** Which rows of the grid are drawn, and where: a function of the pictures, the size and the scroll position. */
export class GridView {
  /** Of the content and of the view, in CSS pixels; the component measures them. */
  width = $state(0);
  height = $state(0);
  scrollTop = $state(0);
  readonly #pictures: () => PictureColumns;
  readonly #targetHeight: () => number;
  readonly #selected: () => number | null;

  constructor(pictures: () => PictureColumns, targetHeight: () => number, selected: () => number | null) {
    this.#pictures = pictures;
    this.#targetHeight = targetHeight;
    this.#selected = selected;
  }

  readonly rows: JustifiedRows = $derived.by(() =>
    justifyRows(this.width > 0 ? this.#pictures().aspects : [], {
      width: this.width,
      targetHeight: this.#targetHeight(),
      maxHeight: Math.max(THUMBNAIL_HEIGHTS.max, this.#targetHeight()),
      gap: GRID_GAP,
    }),
  );

  /** Index of the picture that Tab reaches: the selected one, or the first. */
  readonly focusIndex = $derived.by(() => {
    const id = this.#selected();
    return Math.max(0, id === null ? 0 : this.#pictures().indexOf(id));
  });

  readonly #first = $derived(rowAt(this.rows, this.scrollTop - OVERSCAN));
  readonly #last = $derived(rowAt(this.rows, this.scrollTop + this.height + OVERSCAN));

  readonly visible: readonly VisibleRow[] = $derived.by(() => {
    const { rows } = this;
    if (rows.rowCount === 0) return [];
    const wanted: number[] = [];
    for (let row = this.#first; row <= this.#last; row++) wanted.push(row);
    // The row with the focus stays drawn wherever the scroll goes, or the focus would be lost.
    const focused = rowOfIndex(rows, this.focusIndex);
    if (focused < this.#first) wanted.unshift(focused);
    else if (focused > this.#last) wanted.push(focused);
    const { aspects } = this.#pictures();
    return wanted.map((row) => ({
      row,
      top: rows.tops[row] ?? 0,
      height: rows.heights[row] ?? 0,
      tiles: tilesOfRow(rows, aspects, row),
    }));
  });

  anchor(): GridAnchor | null {
    const { rows } = this;
    if (rows.rowCount === 0) return null;
    const row = rowAt(rows, this.scrollTop);
    const id = this.#pictures().ids[rows.starts[row] ?? 0];
    const height = (rows.tops[row + 1] ?? 0) - (rows.tops[row] ?? 0);
    return id === undefined ? null : { id, offset: (this.scrollTop - (rows.tops[row] ?? 0)) / Math.max(1, height) };
  }

  /** The scroll position that has the anchor where it was; null where its picture is gone. */
  topOf(anchor: GridAnchor): number | null {
    const index = this.#pictures().indexOf(anchor.id);
    if (index < 0 || this.rows.rowCount === 0) return null;
    const row = rowOfIndex(this.rows, index);
    const top = this.rows.tops[row] ?? 0;
    return Math.round(top + anchor.offset * ((this.rows.tops[row + 1] ?? 0) - top));
  }

  /** The scroll position nearest to the present one at which a picture is wholly in view. */
  topShowing(index: number): number {
    const row = rowOfIndex(this.rows, index);
    const top = this.rows.tops[row] ?? 0;
    const bottom = top + (this.rows.heights[row] ?? 0);
    if (top < this.scrollTop) return Math.max(0, top - GRID_GAP);
    if (bottom > this.scrollTop + this.height) return bottom - this.height + GRID_GAP;
    return this.scrollTop;
  }
}
