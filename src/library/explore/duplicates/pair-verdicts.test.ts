import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PairCollector, PairTable, VERDICT } from './pair-verdicts.ts';

const PICTURES = 20;
const place = fc.integer({ min: 0, max: PICTURES - 1 });
const verdict = fc.constantFrom(VERDICT.different, VERDICT.resized, VERDICT.edited, VERDICT.unknown);

test('pairs are there once, sorted, whichever way round and however often they came, with what is known of them', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(place, place, verdict), { maxLength: 60 }), (added) => {
      const collected = new PairCollector(PICTURES);
      const expected = new Map<string, number>();
      for (const [a, b, found] of added) {
        collected.add(a, b, found);
        if (a === b) continue;
        const key = [a, b].sort((x, y) => x - y).join();
        expected.set(key, Math.min(found, expected.get(key) ?? found));
      }
      const pairs = collected.pairs();
      const keys = Array.from(pairs.first, (a, i) => `${a},${pairs.second[i]}`);
      expect(keys).toEqual(
        [...expected.keys()].sort((x, y) => {
          const [[a = 0, b = 0], [c = 0, d = 0]] = [x.split(',').map(Number), y.split(',').map(Number)];
          return a - c || b - d;
        }),
      );
      const table = new PairTable(pairs, PICTURES);
      for (const [key, found] of expected) {
        const [a = 0, b = 0] = key.split(',').map(Number);
        expect([table.verdict(a, b), table.verdict(b, a)]).toEqual([found, found]);
        expect([...table.of(a)]).toContain(b);
        expect([...table.of(b)]).toContain(a);
      }
      const ends = [...expected.keys()].flatMap((key) => key.split(',').map(Number));
      for (let one = 0; one < PICTURES; one++)
        expect(table.of(one)).toHaveLength(ends.filter((end) => end === one).length);
    }),
  );
});

test('what is found of a pair later is kept with the others', () => {
  const collected = new PairCollector(PICTURES);
  collected.add(3, 1);
  collected.add(3, 4, VERDICT.different);
  const table = new PairTable(collected.pairs(), PICTURES);
  expect([table.mayHaveCopies(1), table.mayHaveCopies(4)]).toEqual([true, false]);
  table.put(1, 3, VERDICT.edited);
  table.put(9, 0, VERDICT.resized);
  expect([table.verdict(3, 1), table.verdict(0, 9), table.verdict(0, 8)]).toEqual([
    VERDICT.edited,
    VERDICT.resized,
    VERDICT.unknown,
  ]);
  const { first, second, verdicts } = table.pairs();
  expect(Array.from(first, (a, i) => [a, second[i], verdicts[i]])).toEqual([
    [0, 9, VERDICT.resized],
    [1, 3, VERDICT.edited],
    [3, 4, VERDICT.different],
  ]);
});
