import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LabelledGroup } from './labelled-groups.ts';
import { splitLabelled } from './split.ts';

function group(id: number, members: readonly number[]): LabelledGroup {
  return { id, name: `Group ${id}`, members, refused: [] };
}

const ids = fc.integer({ min: 1, max: 60 });
const groups = fc
  .array(fc.uniqueArray(ids, { minLength: 1, maxLength: 20 }), { minLength: 2, maxLength: 6 })
  .map((lists) => lists.map((members, i) => group(i + 1, members)));
const inseparable = fc.array(fc.uniqueArray(ids, { minLength: 1, maxLength: 4 }), { maxLength: 6 });

describe('splitLabelled', () => {
  it('holds each labelled picture out once, and never parts what belongs together', () => {
    fc.assert(
      fc.property(groups, inseparable, fc.integer({ min: 2, max: 5 }), fc.nat(), (some, together, count, seed) => {
        const folds = splitLabelled(some, together, count, seed);
        const labelled = new Set(some.flatMap(({ members }) => members));
        if (folds.length === 0) return;
        expect(folds.flatMap(({ heldOut }) => heldOut).sort()).toEqual([...labelled].sort());
        for (const { taught, heldOut } of folds) {
          expect(taught.length + heldOut.length).toBe(labelled.size);
          const out = new Set(heldOut);
          expect(taught.some((id) => out.has(id))).toBe(false);
          for (const pictures of together) {
            const known = pictures.filter((id) => labelled.has(id));
            expect(new Set(known.map((id) => out.has(id))).size).toBeLessThanOrEqual(1);
          }
        }
        expect(splitLabelled(some, together, count, seed)).toEqual(folds);
      }),
    );
  });

  it('spreads each group over the folds', () => {
    const disjoint = [0, 1, 2].map((g) =>
      group(
        g,
        Array.from({ length: 8 }, (_, i) => 100 * g + i),
      ),
    );
    for (const { heldOut } of splitLabelled(disjoint, [], 4, 3)) {
      for (const { members } of disjoint) expect(heldOut.filter((id) => members.includes(id))).toHaveLength(2);
    }
  });

  it('keeps chains of bursts together', () => {
    const [a, b] = [group(1, [1, 2, 3, 4]), group(2, [11, 12, 13])];
    const folds = splitLabelled(
      [a, b],
      [
        [1, 2],
        [2, 99],
        [99, 3],
      ],
      3,
      1,
    );
    const holding = folds.filter(({ heldOut }) => [1, 2, 3].some((id) => heldOut.includes(id)));
    expect(holding).toHaveLength(1);
    expect(holding[0]?.heldOut).toEqual(expect.arrayContaining([1, 2, 3]));
  });

  it('gives no fold where there is nothing to part', () => {
    expect(splitLabelled([group(1, [1, 2]), group(2, [3])], [[1, 2, 3]], 3, 1)).toEqual([]);
  });
});
