import { setImmediate as letOthersRun } from 'node:timers/promises';
import type { NeighborLists } from '../neighbors/neighbor-graph.ts';
import type { NeighborTable } from './shared-neighbors.ts';

/** Neighbors that are looked at. Of the scenes' graphs from 8 to 20, 15 gave the best clusters: docs/explore.md. */
const TABLE_NEIGHBORS = 15;

/** Pictures between two looks at the event loop: 2 ms. */
const SLICE = 512;

export interface PictureTable {
  /** Ascending. */
  readonly ids: Uint32Array;
  readonly table: NeighborTable;
}

/**
 * The neighbor graph as arrays that a thread can share: 120 bytes a picture. Neighbors that are not among the pictures are left out.
 *
 * @param ids of the pictures, ascending
 */
export async function neighborTable(lists: NeighborLists, ids: Uint32Array): Promise<PictureTable> {
  const k = TABLE_NEIGHBORS;
  const places = new Int32Array(new SharedArrayBuffer(4 * k * ids.length)).fill(-1);
  const scores = new Float32Array(new SharedArrayBuffer(4 * k * ids.length));
  const placeOf = new Int32Array((ids.at(-1) ?? 0) + 1).fill(-1);
  for (const [place, id] of ids.entries()) placeOf[id] = place;
  for (const [place, id] of ids.entries()) {
    if (place % SLICE === SLICE - 1) await letOthersRun();
    let n = place * k;
    for (const neighbor of lists.neighbors(id)) {
      const there = placeOf[neighbor.id] ?? -1;
      if (there < 0 || n >= (place + 1) * k) continue;
      places[n] = there;
      scores[n++] = neighbor.score;
    }
  }
  return { ids, table: { k, places, scores } };
}
