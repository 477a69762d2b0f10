import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NearestHeap } from './nearest-heap.ts';

test('keeps the k best of any stream, as sorting all of it would', () => {
  const scores = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { maxLength: 200 });
  fc.assert(
    fc.property(scores, fc.integer({ min: 1, max: 30 }), (values, k) => {
      const heap = new NearestHeap(k);
      for (const [id, score] of values.entries()) heap.push(id, score);
      const expected = [...values].sort((a, b) => b - a).slice(0, k);
      expect(heap.sorted().map(({ score }) => score)).toEqual(expected);
    }),
  );
});
