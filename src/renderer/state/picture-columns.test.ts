import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packLayout, type LayoutRow } from '../../contract/picture-layout.ts';
import { PictureColumns } from './picture-columns.ts';

const rows = fc.uniqueArray(
  fc.record({
    id: fc.integer({ min: 1, max: 5000 }),
    when: fc.integer({ min: 0, max: 50 }),
    aspect: fc.constantFrom(0.75, 1, 1.5),
  }),
  { selector: (row) => row.id, maxLength: 60 },
);
type Bare = Omit<LayoutRow, 'hash' | 'seconds'>;
const newestFirst = (list: Bare[]) => list.toSorted((a, b) => b.when - a.when || b.id - a.id);
const pack = (list: Bare[]) =>
  packLayout(
    list.map((row) => ({ ...row, seconds: row.id % 3, hash: row.id.toString(16).padStart(64, '0') })),
    list.length,
  );

describe('PictureColumns', () => {
  it('merges later pictures into the order, each once', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 0, max: 5000 }), (all, split) => {
        const before = newestFirst(all.filter((row) => row.id <= split));
        const columns = new PictureColumns(pack(before)).merged(pack(all.filter((row) => row.id > split)));
        const wanted = newestFirst(all);
        expect([...columns.ids]).toEqual(wanted.map((row) => row.id));
        expect([...columns.whens]).toEqual(wanted.map((row) => row.when));
        expect([...columns.aspects]).toEqual(wanted.map((row) => row.aspect));
        expect([...columns.seconds]).toEqual(wanted.map((row) => row.id % 3));
        for (const [i, row] of wanted.entries()) expect(Number.parseInt(columns.hash(i), 16)).toBe(row.id);
      }),
    );
  });

  it('gives some of the pictures in their order', () => {
    fc.assert(
      fc.property(rows, fc.func(fc.boolean()), (all, isWanted) => {
        const wanted = newestFirst(all).filter((row) => isWanted(row.id));
        const some = new PictureColumns(pack(newestFirst(all))).only(new Set(wanted.map((row) => row.id)));
        expect([...some.ids]).toEqual(wanted.map((row) => row.id));
        for (const [i, row] of wanted.entries()) expect(Number.parseInt(some.hash(i), 16)).toBe(row.id);
      }),
    );
  });

  it('takes no row twice and is the same object where nothing came', () => {
    const columns = new PictureColumns(pack([{ id: 3, when: 9, aspect: 1 }]));
    expect(columns.merged(pack([{ id: 3, when: 9, aspect: 1 }]))).toBe(columns);
    expect(columns.indexOf(3)).toBe(0);
    expect(columns.indexOf(4)).toBe(-1);
    expect(columns.largestId()).toBe(3);
    expect(PictureColumns.NONE.largestId()).toBe(0);
  });
});
