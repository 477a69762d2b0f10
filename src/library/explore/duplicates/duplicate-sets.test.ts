import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formSets } from './duplicate-sets.ts';

/** Which of some places are alike: any two, in one direction of the table. */
const alike = fc.integer({ min: 2, max: 12 }).chain((size) =>
  fc.record({
    size: fc.constant(size),
    pairs: fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 40 }),
    order: fc.shuffledSubarray(
      Array.from({ length: size }, (_, place) => place),
      { minLength: size },
    ),
  }),
);

function tables({ size, pairs }: { size: number; pairs: [number, number][] }) {
  const near = Array.from({ length: size }, () => new Set<number>());
  for (const [a, b] of pairs) {
    if (a === b) continue;
    near[a]?.add(b);
    near[b]?.add(a);
  }
  return near;
}

test('each other one of a set was found to be of the kept one itself, which comes before it, and a picture is in one set at most', async () => {
  await fc.assert(
    fc.asyncProperty(alike, async (drawn) => {
      const near = tables(drawn);
      const isSame = (a: number, b: number): boolean => near[a]?.has(b) === true;
      const sets = await formSets({
        order: drawn.order,
        candidatesOf: (place) => [...(near[place] ?? [])],
        relation: (kept, other) => (isSame(kept, other) ? 'same' : null),
      });
      const placed = sets.flatMap(({ kept, members }) => [kept, ...members.map(({ place }) => place)]);
      expect(new Set(placed).size).toBe(placed.length);
      for (const { kept, members } of sets) {
        expect(members.length).toBeGreaterThan(0);
        for (const { place } of members) {
          expect(isSame(kept, place)).toBe(true);
          expect(drawn.order.indexOf(kept)).toBeLessThan(drawn.order.indexOf(place));
        }
      }
      // nothing that is alike is left: of two that are in no set, neither is of the other
      const left = drawn.order.filter((place) => !placed.includes(place));
      for (const a of left) for (const b of left) expect(isSame(a, b)).toBe(false);
    }),
  );
});

test('A is like B and B like C, but A not like C: C is in no set with A', async () => {
  const like = new Set(['0 1', '1 2']);
  const sets = await formSets({
    order: [0, 1, 2],
    candidatesOf: (place) => [0, 1, 2].filter((other) => other !== place),
    relation: (kept, other) => (like.has(`${kept} ${other}`) ? 'same' : null),
  });
  expect(sets).toEqual([{ kept: 0, members: [{ place: 1, relation: 'same' }] }]);
});

test('a copy that is no candidate of the kept one is found by way of another, and compared with the kept one', async () => {
  const compared: string[] = [];
  const [set] = await formSets({
    order: [0, 1, 2],
    candidatesOf: (place) => [[1], [0, 2], [1]][place] ?? [],
    relation: (kept, other) => {
      compared.push(`${kept} ${other}`);
      return 'same';
    },
  });
  expect(set?.members.map(({ place }) => place)).toEqual([1, 2]);
  expect(compared).toEqual(['0 1', '0 2']);
});

test('where the first is an edit of the others, and those are plain copies, one of those is kept, compared with each', async () => {
  const relation = (kept: number, other: number): string => (kept === 0 || other === 0 ? 'edited' : 'plain');
  const sets = await formSets({
    order: [0, 2, 1],
    candidatesOf: (place) => [0, 1, 2].filter((other) => other !== place),
    relation,
    isPlain: (found) => found === 'plain',
  });
  expect(sets).toEqual([
    {
      kept: 2,
      members: [
        { place: 0, relation: 'edited' },
        { place: 1, relation: 'plain' },
      ],
    },
  ]);
});
