import { shownExtent, toScreen, type MapView, type Size } from './map-view.ts';
import { eachIn, type PointGrid } from './point-grid.ts';

/** Where more pictures than this share one place for a thumbnail, points say more: one would stand for too many. */
const MOST_FOR_ONE = 40;

interface Thumbnails {
  /** Width and height of one, in CSS pixels. */
  readonly side: number;
  /** Between two, in CSS pixels. */
  readonly gap: number;
  /** No more than so many are drawn. */
  readonly most: number;
}

/** Whether a point is to be seen before another one. */
type Better = (point: number, other: number) => boolean;

/** Cells of the plane, row by row, and in each its best point: −1 where it has none, or so many that none is shown. */
interface BestOfCells {
  readonly columns: number;
  readonly rows: number;
  readonly best: Int32Array;
}

/**
 * The points that are drawn as thumbnails, in no order. The plane is divided into cells that hold at least one thumbnail, twice as many with each
 * level; of each that does not hold too many points the best one is drawn, unless a better one of a cell beside would overlap it. Which they are depends on the level
 * and not on what is in view: nothing changes while the map is moved.
 *
 * @param ranks the lower, the better; of equals, or where none are given, the first point
 */
export function thumbnailsIn(
  grid: PointGrid,
  ranks: ArrayLike<number> | null,
  view: MapView,
  size: Size,
  { side, gap, most }: Thumbnails,
): number[] {
  const better: Better = (point, other) => {
    const difference = (ranks?.[point] ?? 0) - (ranks?.[other] ?? 0);
    return difference === 0 ? point < other : difference < 0;
  };
  const cells = bestOfCells(grid, better, view, size, side, cellSide(view, size, side + gap, most));
  const { columns, rows, best } = cells;
  const { positions } = grid;
  const apart = (side + gap) / view.scale;
  const overlap = (one: number, other: number): boolean =>
    Math.abs((positions[2 * one] ?? 0) - (positions[2 * other] ?? 0)) < apart &&
    Math.abs((positions[2 * one + 1] ?? 0) - (positions[2 * other + 1] ?? 0)) < apart;
  const isSeen = (point: number): boolean => {
    const [left, top] = toScreen(view, size, positions[2 * point] ?? 0, positions[2 * point + 1] ?? 0);
    return left > -side / 2 && top > -side / 2 && left < size.width + side / 2 && top < size.height + side / 2;
  };
  const around = [-columns - 1, -columns, -columns + 1, -1, 1, columns - 1, columns, columns + 1];
  const chosen: number[] = [];
  for (let row = 1; row < rows - 1; row++) {
    for (let at = 1 + columns * row; at < columns * (row + 1) - 1; at++) {
      const point = best[at] ?? -1;
      if (point < 0 || !isSeen(point)) continue;
      const isHidden = around.some((step) => {
        const other = best[at + step] ?? -1;
        return other >= 0 && better(other, point) && overlap(point, other);
      });
      if (!isHidden) chosen.push(point);
    }
  }
  return chosen;
}

/** The side of a cell in units of the plane: one of levels that do not change with each step of the wheel, and so long that no more than `most` are in view. */
function cellSide(view: MapView, { width, height }: Size, thumbnail: number, most: number): number {
  let pixels = thumbnail;
  while ((width / pixels + 3) * (height / pixels + 3) > most) pixels *= 1.1;
  return 2 ** (Math.ceil(2 * Math.log2(pixels / view.scale)) / 2);
}

/** The cells in which a thumbnail can be seen, and one more on each side: the best point of a cell may lie in its part outside, and hide one that is seen. */
function bestOfCells(
  grid: PointGrid,
  better: Better,
  view: MapView,
  size: Size,
  side: number,
  cell: number,
): BestOfCells {
  const shown = shownExtent(view, size, side / 2);
  const left = Math.floor(shown.left / cell) - 1;
  const top = Math.floor(shown.top / cell) - 1;
  const columns = Math.floor(shown.right / cell) + 2 - left;
  const rows = Math.floor(shown.bottom / cell) + 2 - top;
  const best = new Int32Array(columns * rows).fill(-1);
  const counts = new Uint32Array(columns * rows);
  const all = { left: left * cell, top: top * cell, right: (left + columns) * cell, bottom: (top + rows) * cell };
  eachIn(grid, all, (point, x, y) => {
    const column = Math.floor(x / cell) - left;
    const row = Math.floor(y / cell) - top;
    // what lies on the far rim is of the next cell
    if (column >= columns || row >= rows) return;
    const at = column + columns * row;
    const known = best[at] ?? -1;
    counts[at] = (counts[at] ?? 0) + 1;
    if (known < 0 || better(point, known)) best[at] = point;
  });
  for (const [at, count] of counts.entries()) if (count > MOST_FOR_ONE) best[at] = -1;
  return { columns, rows, best };
}
