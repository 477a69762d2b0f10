import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyHead } from './apply-head.ts';
import { closedFormHead, type ClosedFormSettings } from './closed-form-head.ts';
import { clusteredPictures, groupsOf } from './clustered-pictures.test-fixture.ts';
import { dot } from '../vectors/vector-index.ts';

const SETTINGS: ClosedFormSettings = { shrinkage: 0.8, directionShrinkage: 0.9, weight: 1.5, centring: 1 };
const DIMENSIONS = 16;

function labelled(kinds: number, each: number, seed = 1) {
  const pictures = clusteredPictures(kinds, each, DIMENSIONS, seed);
  const groups = groupsOf(pictures, each);
  const ids = groups.flatMap(({ members }) => members);
  const rows = new Float32Array(ids.length * DIMENSIONS);
  for (const [i, id] of ids.entries()) rows.set(pictures.vectors.get(id) ?? [], i * DIMENSIONS);
  return { rows, dimensions: DIMENSIONS, labels: ids.map((id) => pictures.kinds.get(id) ?? 0) };
}

/** Mean cosine within groups less that between them. */
function gap(rows: Float32Array, labels: readonly number[]): number {
  const sums = { same: 0, sames: 0, other: 0, others: 0 };
  const row = (i: number): Float32Array => rows.subarray(i * DIMENSIONS, (i + 1) * DIMENSIONS);
  for (let i = 0; i < labels.length; i++) {
    for (let j = 0; j < i; j++) {
      const cosine = dot(row(i), row(j));
      if (labels[i] === labels[j]) [sums.same, sums.sames] = [sums.same + cosine, sums.sames + 1];
      else [sums.other, sums.others] = [sums.other + cosine, sums.others + 1];
    }
  }
  return sums.same / sums.sames - sums.other / sums.others;
}

describe('closedFormHead', () => {
  it('draws groups together and apart, also of pictures that it was not made from', () => {
    const all = labelled(3, 40);
    const isTaught = (_: unknown, i: number): boolean => i % 2 === 0;
    const half = (wanted: boolean) => {
      const indices = all.labels.map((_, i) => i).filter((i) => isTaught(null, i) === wanted);
      const rows = new Float32Array(indices.length * DIMENSIONS);
      for (const [at, i] of indices.entries()) {
        rows.set(all.rows.subarray(i * DIMENSIONS, (i + 1) * DIMENSIONS), at * DIMENSIONS);
      }
      return { rows, dimensions: DIMENSIONS, labels: indices.map((i) => all.labels[i] ?? 0) };
    };
    const unseen = half(false);
    const head = closedFormHead(half(true), SETTINGS);
    expect(gap(applyHead(head, unseen.rows, DIMENSIONS), unseen.labels)).toBeGreaterThan(
      2 * gap(unseen.rows, unseen.labels),
    );
  });

  it('changes nothing where it is told to leave everything as it is', () => {
    const { rows, labels } = labelled(3, 10);
    const head = closedFormHead(
      { rows, dimensions: DIMENSIONS, labels },
      { shrinkage: 1, directionShrinkage: 1, weight: 0, centring: 0 },
    );
    const after = applyHead(head, rows, DIMENSIONS);
    for (const [i, value] of rows.entries()) expect(after[i]).toBeCloseTo(value, 5);
  });

  it('gives finite unit vectors for any labels', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 80 }),
        fc.boolean(),
        (count, kinds, same) => {
          const { rows } = labelled(1, count);
          if (same) for (let i = DIMENSIONS; i < rows.length; i++) rows[i] = rows[i - DIMENSIONS] ?? 0;
          const labels = Array.from({ length: count }, (_, i) => i % kinds);
          const after = applyHead(closedFormHead({ rows, dimensions: DIMENSIONS, labels }, SETTINGS), rows, DIMENSIONS);
          for (let i = 0; i < count; i++) {
            const row = after.subarray(i * DIMENSIONS, (i + 1) * DIMENSIONS);
            expect(dot(row, row)).toBeCloseTo(1, 4);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('does not depend on the order of the labels', () => {
    const { rows, labels } = labelled(4, 6);
    const renamed = labels.map((label) => 100 - label);
    const heads = [labels, renamed].map((some) =>
      closedFormHead({ rows, dimensions: DIMENSIONS, labels: some }, SETTINGS),
    );
    expect(heads[1]).toEqual(heads[0]);
  });

  it('refuses rows that are not whole', () => {
    expect(() => closedFormHead({ rows: new Float32Array(5), dimensions: 3, labels: [0, 1] }, SETTINGS)).toThrow(
      RangeError,
    );
    expect(() => closedFormHead({ rows: new Float32Array(0), dimensions: 3, labels: [] }, SETTINGS)).toThrow(
      RangeError,
    );
    expect(() => applyHead({ kernel: new Float32Array(9), bias: null }, new Float32Array(4), 3)).toThrow(RangeError);
  });
});
