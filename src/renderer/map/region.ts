import { extentOf, type Extent } from './map-view.ts';
import { eachIn, type PointGrid } from './point-grid.ts';

/** Corners of a lasso that are nearer to one another than this, in CSS pixels, are one. */
const CORNER_PIXELS = 3;

/** A lasso that goes on to a place: x and y of its corners, one after the other. The same one where the place is hardly another. */
export function lassoTo(corners: readonly number[], x: number, y: number): readonly number[] {
  const [lastX, lastY] = corners.slice(-2);
  if (lastX !== undefined && lastY !== undefined && Math.hypot(x - lastX, y - lastY) < CORNER_PIXELS) return corners;
  return [...corners, x, y];
}

/** The corners of the rectangle between two opposite ones. */
export function rectangleBetween(x: number, y: number, otherX: number, otherY: number): readonly number[] {
  return [x, y, otherX, y, otherX, otherY, x, otherY];
}

/** Whether a place lies inside a polygon, by the crossings of a ray to the right (even: outside). The last corner is joined with the first. */
export function isInside(corners: ArrayLike<number>, x: number, y: number): boolean {
  let inside = false;
  const { length } = corners;
  for (let i = 0, j = length - 2; i < length; j = i, i += 2) {
    const [x1, y1] = [corners[i] ?? 0, corners[i + 1] ?? 0];
    const [x2, y2] = [corners[j] ?? 0, corners[j + 1] ?? 0];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  }
  return inside;
}

/** The points inside a polygon, ascending. Under three corners nothing is inside. */
export function pointsInside(grid: PointGrid, corners: ArrayLike<number>): number[] {
  if (corners.length < 6) return [];
  const found: number[] = [];
  eachIn(grid, extentOf(corners), (point, x, y) => {
    if (isInside(corners, x, y)) found.push(point);
  });
  return found.sort((a, b) => a - b);
}

/** The points of a rectangle, ascending. */
export function pointsOf(grid: PointGrid, extent: Extent): number[] {
  const found: number[] = [];
  eachIn(grid, extent, (point) => found.push(point));
  return found.sort((a, b) => a - b);
}
