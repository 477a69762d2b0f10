import fc from 'fast-check';
import { expect, test } from 'vitest';
import { retrievalQuality } from './retrieval-metrics.ts';

const marks = (text: string): boolean[] => Array.from(text, (mark) => mark === '1');

test('values worked out by hand', () => {
  // ranks 1 and 3 right: precisions 1 and 2/3 → mAP@10 = (1 + 2/3) / 10
  const one = retrievalQuality([marks('1010000000')]);
  expect(one.p1).toBe(1);
  expect(one.p10).toBeCloseTo(0.2);
  expect(one.map10).toBeCloseTo((1 + 2 / 3) / 10);
  // averaged with a query that found nothing
  const two = retrievalQuality([marks('1010000000'), marks('0000000000')]);
  expect(two).toEqual({ p1: 0.5, p10: 0.1, map10: one.map10 / 2 });
});

test('all right is 1, nothing asked is 0', () => {
  expect(retrievalQuality([marks('1111111111')])).toEqual({ p1: 1, p10: 1, map10: 1 });
  expect(retrievalQuality([])).toEqual({ p1: 0, p10: 0, map10: 0 });
});

test('moving a right result up never lowers any value', () => {
  const list = fc.array(fc.boolean(), { minLength: 10, maxLength: 10 });
  fc.assert(
    fc.property(list, fc.integer({ min: 1, max: 9 }), (before, i) => {
      const after = [...before];
      const [above, here] = [before[i - 1] ?? false, before[i] ?? false];
      if (above || !here) return;
      [after[i - 1], after[i]] = [here, above];
      const [a, b] = [retrievalQuality([before]), retrievalQuality([after])];
      expect(b.map10).toBeGreaterThanOrEqual(a.map10);
      expect(b.p1).toBeGreaterThanOrEqual(a.p1);
    }),
  );
});
