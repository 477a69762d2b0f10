import type { MapView, Size } from './map-view.ts';
import type { PointGrid } from './point-grid.ts';
import { lookOf, type PointLook } from './point-look.ts';

/** Red, green and blue, from 0 to 255. */
export type Rgb = readonly [number, number, number];

export interface Palette {
  /** As `POINT_COLORS` has them. */
  readonly points: readonly Rgb[];
  readonly background: Rgb;
}

/** What is drawn. Who draws keeps what it made of a grid or of colours until it is given others. */
export interface MapFrame {
  readonly grid: PointGrid;
  /** Of each point the place of its colour in the palette. */
  readonly colors: Uint8Array;
  /** Points that are drawn larger, over the others, which fade; null where none are. */
  readonly lit: readonly number[] | null;
  readonly palette: Palette;
  readonly view: MapView;
  readonly size: Size;
}

export interface PointDrawer {
  draw(frame: MapFrame): void;
  dispose(): void;
}

/** How all points are drawn, and how those that are lit. */
export function looksOf({ grid, view, size, lit }: MapFrame): { readonly all: PointLook; readonly lit: PointLook } {
  const look = lookOf(grid, view, size);
  return {
    all: lit === null ? look : { ...look, alpha: look.alpha * 0.3 },
    lit: { size: look.size * 1.2 + 2, alpha: 1 },
  };
}
