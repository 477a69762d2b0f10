import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clampAspect,
  justifyRows,
  NARROWEST_ASPECT,
  rowAt,
  rowOfIndex,
  tilesOfRow,
  WIDEST_ASPECT,
} from './justified-rows.ts';

const aspect = fc.double({ min: 0.05, max: 12, noNaN: true });
const scene = fc.record({
  aspects: fc.array(aspect, { maxLength: 300 }),
  width: fc.integer({ min: 240, max: 3000 }),
  targetHeight: fc.integer({ min: 80, max: 240 }),
});
const layout = ({ aspects, width, targetHeight }: { aspects: number[]; width: number; targetHeight: number }) =>
  justifyRows(aspects, { width, targetHeight, maxHeight: 240, gap: 4 });

describe('justifyRows', () => {
  it('shows every picture exactly once, in order', () => {
    fc.assert(
      fc.property(scene, (given) => {
        const rows = layout(given);
        const seen = Array.from({ length: rows.rowCount }, (_, row) => tilesOfRow(rows, given.aspects, row)).flat();
        expect(seen.map((tile) => tile.index)).toEqual(given.aspects.map((_, index) => index));
      }),
    );
  });

  it('fills the width of every row but the last within 1 px, 4 px apart', () => {
    fc.assert(
      fc.property(scene, (given) => {
        const rows = layout(given);
        for (let row = 0; row < rows.rowCount; row++) {
          const tiles = tilesOfRow(rows, given.aspects, row);
          const right = (tiles.at(-1)?.left ?? 0) + (tiles.at(-1)?.width ?? 0);
          if (row < rows.rowCount - 1 || !rows.lastRowRagged) expect(Math.abs(right - given.width)).toBeLessThan(1);
          else expect(right).toBeLessThanOrEqual(given.width + 1);
          for (let i = 1; i < tiles.length; i++) {
            const before = tiles[i - 1];
            expect((tiles[i]?.left ?? 0) - (before?.left ?? 0) - (before?.width ?? 0)).toBe(4);
          }
        }
      }),
    );
  });

  it('keeps the aspect ratio of every picture to the pixel, within the limits', () => {
    fc.assert(
      fc.property(scene, (given) => {
        const rows = layout(given);
        for (let row = 0; row < rows.rowCount; row++) {
          const height = rows.heights[row] ?? 0;
          for (const tile of tilesOfRow(rows, given.aspects, row)) {
            const wanted = clampAspect(given.aspects[tile.index] ?? 1);
            // The height is rounded by up to half a pixel, each side of the picture by as much.
            expect(Math.abs(tile.width - wanted * height)).toBeLessThanOrEqual(0.5 * wanted + 1.001);
          }
        }
      }),
    );
  });

  it('enlarges no row beyond the highest, unless one picture fills it alone', () => {
    fc.assert(
      fc.property(scene, (given) => {
        const rows = layout(given);
        for (const height of rows.heights) expect(height).toBeLessThanOrEqual(240.5);
      }),
    );
  });

  it('finds the row of a place and of a picture', () => {
    fc.assert(
      fc.property(scene, fc.double({ min: 0, max: 1, noNaN: true }), (given, part) => {
        fc.pre(given.aspects.length > 0);
        const rows = layout(given);
        const index = Math.floor(part * (given.aspects.length - 1));
        const row = rowOfIndex(rows, index);
        expect(tilesOfRow(rows, given.aspects, row).some((tile) => tile.index === index)).toBe(true);
        expect(rowAt(rows, (rows.tops[row] ?? 0) + 1)).toBe(row);
      }),
    );
  });

  it('gives nothing for nothing, and clamps what is no picture', () => {
    expect(layout({ aspects: [], width: 800, targetHeight: 180 })).toMatchObject({ rowCount: 0, totalHeight: 0 });
    expect(clampAspect(Number.NaN)).toBe(1);
    expect(clampAspect(0.01)).toBe(NARROWEST_ASPECT);
    expect(clampAspect(100)).toBe(WIDEST_ASPECT);
  });

  // It takes 10 to 20 ms; no test says so, because a busy machine takes as long as it likes.
  it('lays out 200,000 pictures', () => {
    const aspects = Float32Array.from({ length: 200_000 }, (_, i) => 0.6 + ((i * 7919) % 120) / 100);
    const rows = justifyRows(aspects, { width: 1000, targetHeight: 180, maxHeight: 240, gap: 4 });
    expect(rows.starts.at(-1)).toBe(200_000);
  });
});
