import { rowOfIndex, tilesOfRow, type JustifiedRows } from './justified-rows.ts';

export type Move = 'left' | 'right' | 'up' | 'down' | 'rowStart' | 'rowEnd' | 'start' | 'end' | 'pageUp' | 'pageDown';

const MOVES: Readonly<Record<string, Move>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  Home: 'rowStart',
  End: 'rowEnd',
  PageUp: 'pageUp',
  PageDown: 'pageDown',
};

/** The move that a key asks for in a grid, as the ARIA grid pattern has them; null for other keys. */
export function moveOfKey(event: { key: string; ctrlKey: boolean; metaKey: boolean }): Move | null {
  const move = MOVES[event.key] ?? null;
  if (!event.ctrlKey && !event.metaKey) return move;
  if (move === 'rowStart') return 'start';
  return move === 'rowEnd' ? 'end' : null;
}

/**
 * Where the focus goes from picture `index`. Up and down keep to the picture whose middle is nearest; at an edge the focus
 * stays where it is. `page` is the height of what is in view, in CSS pixels.
 */
export function moveFocus(
  rows: JustifiedRows,
  aspects: ArrayLike<number>,
  index: number,
  move: Move,
  page: number,
): number {
  const last = aspects.length - 1;
  const row = rowOfIndex(rows, index);
  switch (move) {
    case 'left':
      return Math.max(0, index - 1);
    case 'right':
      return Math.min(last, index + 1);
    case 'rowStart':
      return rows.starts[row] ?? 0;
    case 'rowEnd':
      return (rows.starts[row + 1] ?? last + 1) - 1;
    case 'start':
      return 0;
    case 'end':
      return last;
    case 'up':
      return acrossRows(rows, aspects, index, row, row - 1);
    case 'down':
      return acrossRows(rows, aspects, index, row, row + 1);
    case 'pageUp':
      return acrossRows(rows, aspects, index, row, Math.max(0, row - rowsInPage(rows, row, page)));
    case 'pageDown':
      return acrossRows(rows, aspects, index, row, Math.min(rows.rowCount - 1, row + rowsInPage(rows, row, page)));
  }
}

function rowsInPage(rows: JustifiedRows, row: number, page: number): number {
  const height = (rows.tops[row + 1] ?? 0) - (rows.tops[row] ?? 0);
  return Math.max(1, Math.floor(page / Math.max(1, height)));
}

function acrossRows(rows: JustifiedRows, aspects: ArrayLike<number>, index: number, from: number, to: number): number {
  if (to < 0 || to >= rows.rowCount) return index;
  const here = tilesOfRow(rows, aspects, from).find((tile) => tile.index === index);
  const middle = here === undefined ? 0 : here.left + here.width / 2;
  let best = index;
  let distance = Number.POSITIVE_INFINITY;
  for (const tile of tilesOfRow(rows, aspects, to)) {
    const away = Math.abs(tile.left + tile.width / 2 - middle);
    if (away < distance) [best, distance] = [tile.index, away];
  }
  return best;
}
