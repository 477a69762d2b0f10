import { describe, expect, it } from 'vitest';
import { moveFocus, moveOfKey } from './grid-movement.ts';
import { justifyRows } from './justified-rows.ts';

// Six squares of 100 px in rows of three: 0 1 2 / 3 4 5, and a lone 6.
const aspects = [1, 1, 1, 1, 1, 1, 1];
const rows = justifyRows(aspects, { width: 308, targetHeight: 100, maxHeight: 120, gap: 4 });
const from = (index: number, move: Parameters<typeof moveFocus>[3]) => moveFocus(rows, aspects, index, move, 210);

describe('moveFocus', () => {
  it('moves along and across rows, and stays at the edges', () => {
    expect([from(0, 'left'), from(0, 'right'), from(2, 'right'), from(6, 'right')]).toEqual([0, 1, 3, 6]);
    expect([from(1, 'up'), from(1, 'down'), from(5, 'down'), from(6, 'up'), from(6, 'down')]).toEqual([1, 4, 6, 3, 6]);
  });

  it('goes to the ends of a row and of the grid, and by pages', () => {
    expect([from(4, 'rowStart'), from(4, 'rowEnd'), from(4, 'start'), from(4, 'end')]).toEqual([3, 5, 0, 6]);
    expect([from(0, 'pageDown'), from(6, 'pageUp')]).toEqual([6, 0]);
  });
});

describe('moveOfKey', () => {
  it('knows the keys of a grid and no others', () => {
    const key = (name: string, ctrlKey = false) => moveOfKey({ key: name, ctrlKey, metaKey: false });
    expect([key('ArrowLeft'), key('Home'), key('End', true), key('a'), key('ArrowLeft', true)]).toEqual([
      'left',
      'rowStart',
      'end',
      null,
      null,
    ]);
  });
});
