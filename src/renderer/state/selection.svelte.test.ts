import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Selection } from './selection.svelte.ts';

const NONE = { shiftKey: false, ctrlKey: false, metaKey: false };
const SHOWN = Uint32Array.of(9, 4, 7, 1, 8, 3);

function selectionOver(shown: ArrayLike<number> = SHOWN): Selection {
  const selection = new Selection();
  selection.show(() => shown);
  return selection;
}

describe('Selection', () => {
  it('takes ranges in the order in which pictures are shown, from where it began', () => {
    const selection = selectionOver();
    selection.choose(1, NONE);
    selection.choose(4, { ...NONE, shiftKey: true });
    expect(selection.ids).toEqual([4, 7, 1]);
    // from the same beginning to the other side
    selection.choose(3, { ...NONE, shiftKey: true });
    expect(selection.ids).toEqual([1, 8, 3]);
    expect(selection.id).toBe(3);
    selection.all();
    expect(selection.count).toBe(6);
    selection.clear();
    expect([selection.count, selection.id]).toEqual([0, null]);
  });

  it('takes many at once, or many more, and goes on from one of them', () => {
    const selection = selectionOver();
    selection.selectAll([7, 4], 4);
    expect([selection.ids, selection.id]).toEqual([[4, 7], 4]);
    selection.selectAll([8, 7], 8, true);
    expect([selection.ids, selection.id]).toEqual([[4, 7, 8], 8]);
    selection.selectAll([3], 3);
    expect(selection.ids).toEqual([3]);
  });

  it('keeps the others for a command about one of them, and not for another', () => {
    const selection = selectionOver();
    selection.select(9);
    selection.toggle(7);
    selection.include(9);
    expect(selection.ids).toEqual([9, 7]);
    selection.include(1);
    expect(selection.ids).toEqual([1]);
  });

  it('always leads with one of the selected, and selects what is shown alone', () => {
    const step = fc.record({ id: fc.constantFrom(...SHOWN), shiftKey: fc.boolean(), ctrlKey: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const selection = selectionOver();
        for (const { id, ...keys } of steps) {
          const before = new Set(selection.ids);
          selection.choose(id, { ...keys, metaKey: false });
          if (keys.ctrlKey && !keys.shiftKey) {
            expect(new Set(selection.ids).symmetricDifference(before)).toEqual(new Set([id]));
          } else expect(selection.has(id)).toBe(true);
          expect(selection.id === null ? selection.count === 0 : selection.has(selection.id)).toBe(true);
          const places = selection.ids.map((each) => SHOWN.indexOf(each));
          expect(places).toEqual(places.toSorted((a, b) => a - b));
          // a range has no gaps
          if (keys.shiftKey) expect((places.at(-1) ?? 0) - (places[0] ?? 0)).toBe(places.length - 1);
        }
      }),
    );
  });
});
