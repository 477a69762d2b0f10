import { fittingView, type MapView, type Size } from './map-view.ts';
import type { PointGrid } from './point-grid.ts';

/** How points are drawn: `size` in CSS pixels across, `alpha` from 0 to 1. */
export interface PointLook {
  readonly size: number;
  readonly alpha: number;
}

const SMALLEST = 2;
const LARGEST = 10;
/** Points as large as this share of the distance that they would have, were they spread evenly. */
const SHARE = 0.3;
/** Where everything is in view, points lie on one another as if they were spread over this share of it. */
const FILLED = 0.3;
/** So many points on one another are opaque: fewer show through, so that a crowd is darker than its rim. */
const OPAQUE = 4;

/**
 * How points are drawn: the more there are, the smaller and the more transparent, so that density is seen; larger and more opaque the nearer one looks. By the zoom
 * alone, so that nothing changes while the map is moved.
 */
export function lookOf({ count, extent }: Pick<PointGrid, 'count' | 'extent'>, view: MapView, size: Size): PointLook {
  const nearer = Math.max(1, view.scale / fittingView(extent, size).scale);
  const apart = Math.sqrt((size.width * size.height) / Math.max(1, count));
  const across = Math.min(LARGEST, Math.max(SMALLEST, SHARE * apart) * nearer ** 0.4);
  const covered = (count * across * across) / (FILLED * size.width * size.height * nearer * nearer);
  return { size: across, alpha: Math.min(0.9, Math.max(0.12, OPAQUE / Math.max(covered, OPAQUE))) };
}
