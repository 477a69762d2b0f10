import type { NeighborTable } from '../shared-neighbors.ts';
import { completeRows } from './complete-rows.ts';
import { fitSquare } from './fit-square.ts';
import { placePoints } from './place-points.ts';
import { turnTowards } from './turn-towards.ts';
import { createUmap } from './umap.ts';

/** The same library has the same map. */
const SEED = 1;

/** Fewer pictures are laid out as new ones are put on a map: a spectrum of so few says nothing. */
const SMALLEST = 32;

/** How long the layout's unit is there, on a map that is then brought to its size. */
const SMALL_UNIT = 0.1;

/** Where points lie, and how long the layout's own unit is there. */
export interface LaidOut {
  /** x and y of each in turn, from -1 to 1. */
  readonly positions: Float32Array;
  readonly unit: number;
}

/**
 * Lays out all pictures: by UMAP those that have neighbors, the others where there is room.
 *
 * @param before where they lay, NaN of those that did not: the map is turned towards that
 * @param tell told from 0 to 1
 */
export async function layOut(
  table: NeighborTable,
  before: Float32Array,
  tell: (share: number) => void,
): Promise<LaidOut> {
  const { points, neighbors, distances } = completeRows(table);
  if (points.length < SMALLEST) {
    const nowhere = new Float32Array(before.length).fill(Number.NaN);
    const few = placePoints(table, nowhere, { unit: SMALL_UNIT, seed: SEED, tell });
    const { positions, factor } = fitSquare(turnTowards(few, before));
    return { positions, unit: SMALL_UNIT * factor };
  }
  const umap = await createUmap(points.length, neighbors, distances, { seed: SEED, progress: tell });
  await umap.run();
  const lay = Float32Array.from(
    { length: 2 * points.length },
    (_, i) => before[2 * (points[i >> 1] ?? 0) + (i % 2)] ?? 0,
  );
  const { positions, factor } = fitSquare(turnTowards(umap.embedding, lay));
  umap.destroy();
  const places = new Float32Array(before.length).fill(Number.NaN);
  for (const [row, point] of points.entries()) places.set(positions.subarray(2 * row, 2 * row + 2), 2 * point);
  return { positions: placePoints(table, places, { unit: factor, seed: SEED }), unit: factor };
}

/** Puts new pictures on a map, the others of which stay. @param on with NaN for those that have no place */
export function addTo(table: NeighborTable, { positions, unit }: LaidOut, tell: (share: number) => void): LaidOut {
  return { positions: placePoints(table, positions, { unit, seed: SEED, tell }), unit };
}
