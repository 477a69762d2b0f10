import { describe, expect, it } from 'vitest';
import type { Neighbor } from '../../contract/schemas.ts';
import { barLength, moveInResults, resultSections } from './result-rows.ts';

const neighbors = Array.from({ length: 7 }, (_, i): Neighbor => ({
  rank: i + 1,
  id: i + 1,
  hash: '',
  video: null,
  path: '',
  copies: [],
  width: 100,
  height: 100,
  score: 1 - i / 10,
  related: i < 4,
}));
// Rows of three squares: 0 1 2 / 3, the divider, 4 5 6.
const sections = resultSections(neighbors, { width: 308, targetHeight: 100, gap: 4 });

describe('resultSections', () => {
  it('parts the results at the divider and loses none', () => {
    expect(sections.related?.neighbors.map(({ id }) => id)).toEqual([1, 2, 3, 4]);
    expect(sections.unrelated?.neighbors.map(({ id }) => id)).toEqual([5, 6, 7]);
    expect(resultSections([], { width: 308, targetHeight: 100, gap: 4 })).toEqual({ related: null, unrelated: null });
  });

  it('moves across the divider as if it were not there', () => {
    const from = (index: number, move: Parameters<typeof moveInResults>[2]) =>
      moveInResults(sections, index, move, 200);
    expect([from(3, 'right'), from(4, 'left'), from(3, 'down'), from(4, 'up')]).toEqual([4, 3, 4, 3]);
    expect([from(0, 'up'), from(6, 'down'), from(6, 'start'), from(0, 'end')]).toEqual([0, 6, 0, 6]);
    expect(from(1, 'down')).toBe(3);
  });

  it('draws no bar outside its track', () => {
    expect([barLength(-0.2), barLength(0.5), barLength(1.0001)]).toEqual([0, 0.5, 1]);
  });
});
