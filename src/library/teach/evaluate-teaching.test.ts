import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../similarity/random.ts';
import { bootstrapMean } from './bootstrap.ts';
import { clusteredPictures } from './clustered-pictures.test-fixture.ts';
import { evaluateTeaching, queryQuality, typicalQueries, type ComparedQuery } from './evaluate-teaching.ts';

const KINDS = 4;
const DIMENSIONS = 16;

/** Pictures of four kinds, all labelled but the last `unlabelled`. */
function judged(each: number, unlabelled = 0) {
  const { vectors, kinds } = clusteredPictures(KINDS, each, DIMENSIONS);
  const ids = [...vectors.keys()];
  const before = new Float32Array(ids.length * DIMENSIONS);
  for (const [i, id] of ids.entries()) before.set(vectors.get(id) ?? [], i * DIMENSIONS);
  const known = ids.length - unlabelled;
  const groupsOf = ids.map((id, i) => (i < known ? [kinds.get(id) ?? 0] : []));
  return {
    before,
    dimensions: DIMENSIONS,
    groupsOf,
    ceiling: null,
    samePairs: [],
    kinds: ids.map((id) => kinds.get(id) ?? 0),
  };
}

/** Vectors that hold nothing but the kind, and a trace of each picture. */
function oracle(kinds: readonly number[]): Float32Array {
  const rows = new Float32Array(kinds.length * DIMENSIONS);
  for (const [i, kind] of kinds.entries()) {
    rows[i * DIMENSIONS + kind] = 1;
    rows[i * DIMENSIONS + KINDS + (i % (DIMENSIONS - KINDS))] = 0.05;
  }
  return rows;
}

describe('evaluateTeaching', () => {
  it('sees no change where nothing changed', async () => {
    const pictures = judged(8, 6);
    const all = [...pictures.groupsOf.keys()].slice(0, 26);
    const asked = [{ queries: all, after: pictures.before }];
    const found = await evaluateTeaching(pictures, { folds: asked, untaught: asked, final: pictures.before });
    expect(found.queries).toBe(26);
    for (const { change } of Object.values(found.measures)) expect(change).toEqual({ mean: 0, low: 0, high: 0 });
    expect(found.general.untaught?.change.mean).toBe(0);
    expect(found.general.kept?.mean).toBe(1);
  });

  it('gives full marks to vectors that know the groups, and says so for each', async () => {
    const pictures = judged(8);
    const queries = [...pictures.groupsOf.keys()];
    const after = oracle(pictures.kinds);
    const found = await evaluateTeaching(pictures, { folds: [{ queries, after }], untaught: [], final: after });
    for (const measure of ['p1', 'p10', 'map10', 'recall'] as const) {
      expect(found.measures[measure].after.mean, measure).toBe(1);
      expect(found.measures[measure].before.mean, measure).toBeLessThan(1);
    }
    expect(found.byGroup).toHaveLength(KINDS);
    expect(found.byGroup.every(({ after: quality, queries: count }) => quality === 1 && count === 8)).toBe(true);
    // 7 of the 31 others are right
    expect(found.chance).toBeCloseTo((10 * 7) / 31 / 7, 6);
    expect(found.general).toEqual({ untaught: null, samePairs: null, kept: null });
  });

  it('counts a copy that is no longer the first result', async () => {
    const pictures = { ...judged(6), samePairs: [[0, 4]] as [number, number][] };
    const twins = pictures.before.slice();
    twins.copyWithin(4 * DIMENSIONS, 0, DIMENSIONS);
    const apart = twins.slice();
    for (let i = 0; i < DIMENSIONS; i++) apart[4 * DIMENSIONS + i] = -(apart[i] ?? 0);
    const found = await evaluateTeaching({ ...pictures, before: twins }, { folds: [], untaught: [], final: apart });
    expect(found.general.samePairs).toMatchObject({ before: { mean: 1 }, after: { mean: 0 }, change: { mean: -1 } });
  });

  it('does not ask with a picture that is alone in its group', async () => {
    const pictures = judged(2);
    const groupsOf = pictures.groupsOf.map((_, i) => [i]);
    const asked = [{ queries: [0, 1, 2], after: pictures.before }];
    const found = await evaluateTeaching(
      { ...pictures, groupsOf },
      { folds: asked, untaught: [], final: pictures.before },
    );
    expect(found.queries).toBe(0);
  });
});

describe('queryQuality', () => {
  it('agrees with the definitions on a list by hand', () => {
    // right at ranks 1, 3 and 4 of five that there are
    const quality = queryQuality([true, false, true, true, false, false], 5);
    expect(quality.p1).toBe(1);
    expect(quality.p10).toBeCloseTo(3 / 5);
    expect(quality.map10).toBeCloseTo((1 + 2 / 3 + 3 / 4) / 5);
    expect(quality.recall).toBeCloseTo(3 / 5);
  });

  it('is between 0 and 1, and best with all right ones first', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), (matches) => {
        const relevant = Math.max(1, matches.filter(Boolean).length);
        const quality = queryQuality(matches, relevant);
        const best = queryQuality(
          matches.toSorted((a, b) => Number(b) - Number(a)),
          relevant,
        );
        for (const measure of ['p1', 'p10', 'map10', 'recall'] as const) {
          expect(quality[measure]).toBeGreaterThanOrEqual(0);
          expect(quality[measure]).toBeLessThanOrEqual(best[measure] + 1e-12);
          expect(best[measure]).toBeLessThanOrEqual(1 + 1e-12);
        }
      }),
    );
  });
});

it('bootstrapMean holds the mean, and the truth 95 times of 100', () => {
  const random = createRandom(3);
  let held = 0;
  for (let trial = 0; trial < 200; trial++) {
    const { mean, low, high } = bootstrapMean(
      Array.from({ length: 60 }, () => random.between(0, 1)),
      trial,
    );
    expect(low).toBeLessThanOrEqual(mean);
    expect(high).toBeGreaterThanOrEqual(mean);
    if (low <= 0.5 && high >= 0.5) held++;
  }
  // 190 are expected; three standard deviations are 9
  expect(held).toBeGreaterThan(178);
  expect(bootstrapMean([])).toEqual({ mean: 0, low: 0, high: 0 });
});

it('typicalQueries shows gains and losses alike', () => {
  const quality = (map10: number) => ({ p1: 0, p10: 0, map10, recall: 0 });
  const queries = Array.from({ length: 100 }, (_, query): ComparedQuery => {
    return {
      query,
      before: quality(0.5),
      after: quality(query / 100),
      results: { before: [], after: [] },
      answered: { before: null, after: null },
    };
  });
  const shown = typicalQueries(queries, 10).map(({ query }) => query);
  expect(shown).toEqual([94, 84, 74, 64, 54, 44, 34, 24, 14, 4]);
  expect(typicalQueries(queries.slice(0, 3), 10)).toHaveLength(3);
});
