import { describe, expect, it } from 'vitest';
import { LAYOUT_ROW_BYTES } from '../../contract/picture-layout.ts';
import { GridView } from './grid-view.svelte.ts';
import { PictureColumns } from './picture-columns.ts';

/** Newest first, without hashes: packing those of 200,000 pictures takes longer than what is tested. */
function columns(count: number): PictureColumns {
  const bytes = new DataView(new ArrayBuffer(count * LAYOUT_ROW_BYTES));
  for (let i = 0; i < count; i++) {
    bytes.setFloat64(i * LAYOUT_ROW_BYTES, count - i, true);
    bytes.setUint32(i * LAYOUT_ROW_BYTES + 8, count - i, true);
    bytes.setFloat32(i * LAYOUT_ROW_BYTES + 12, 1.5, true);
  }
  return new PictureColumns(new Uint8Array(bytes.buffer));
}

function gridOf(count: number) {
  const state = $state({ pictures: columns(count), height: 160, selected: null as number | null });
  const view = new GridView(
    () => state.pictures,
    () => state.height,
    () => state.selected,
  );
  view.width = 1000;
  view.height = 700;
  return { state, view };
}

describe('GridView', () => {
  it('draws a few rows of 200,000 pictures, wherever the scroll is', () => {
    const { view } = gridOf(200_000);
    const { totalHeight } = view.rows;
    for (const part of [0, 0.3, 0.999]) {
      view.scrollTop = Math.floor(totalHeight * part);
      const { visible, scrollTop } = view;
      expect(visible.length).toBeLessThan(20);
      // The first row is always there: it has the focus.
      expect(visible[0]?.row).toBe(0);
      expect(visible[part === 0 ? 0 : 1]?.top).toBeLessThanOrEqual(scrollTop);
      const last = visible.at(-1);
      const bottom = (last?.top ?? 0) + (last?.height ?? 0);
      expect(bottom).toBeGreaterThanOrEqual(Math.min(totalHeight, scrollTop + view.height));
    }
  });

  it('keeps the row with the focus drawn when it is scrolled away', () => {
    const { state, view } = gridOf(5000);
    state.selected = 4999;
    view.scrollTop = 50_000;
    expect(view.visible[0]?.row).toBe(0);
    expect(view.visible[1]?.row).toBeGreaterThan(10);
  });

  it('finds what was looked at in its new place when the layout changes', () => {
    const { state, view } = gridOf(5000);
    view.scrollTop = 20_000;
    const anchor = view.anchor();
    if (anchor === null) throw new Error('no anchor');
    expect(view.topOf(anchor)).toBe(20_000);
    state.height = 100;
    const top = view.topOf(anchor);
    expect(top).not.toBe(20_000);
    view.scrollTop = top ?? 0;
    const row = view.visible.find(({ tiles }) => tiles.some(({ index }) => state.pictures.ids[index] === anchor.id));
    expect(row?.top).toBeLessThanOrEqual(view.scrollTop);
    expect(view.topOf({ id: 999_999, offset: 0 })).toBeNull();
  });

  it('scrolls as little as it must to show a picture', () => {
    const { view } = gridOf(5000);
    expect(view.topShowing(0)).toBe(0);
    const below = view.topShowing(100);
    expect(below).toBeGreaterThan(0);
    view.scrollTop = below;
    expect(view.topShowing(100)).toBe(below);
    expect(view.topShowing(0)).toBe(0);
  });
});
