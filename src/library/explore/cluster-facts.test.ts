import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alonePlaces, byTypicality, clusterFacts, mostTypical, typicalApart } from './cluster-facts.ts';

/** Place 0 is near 1 and 2, which are near it; 3 is near 0, and near nothing else. */
const table = {
  k: 2,
  places: Int32Array.from([1, 2, 0, 2, 0, 1, 0, -1]),
  scores: Float32Array.from([0.75, 0.5, 0.75, 0.25, 0.5, 0.25, 0.125, 0]),
};

describe('what is known of clusters', () => {
  it('counts neighbors of the same cluster alone', () => {
    const { cohesion, typicality } = clusterFacts([[0, 1, 2], [3]], table);
    expect(cohesion[0]).toBeCloseTo((0.625 + 0.5 + 0.375) / 3, 6);
    expect(cohesion[1]).toBe(0);
    expect([...typicality]).toEqual([1.25, 1, 0.75, 0]);
  });

  it('finds the most typical as sorting does', () => {
    const values = fc.array(fc.nat(5), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 12 }), (all, count) => {
        const facts = { cohesion: new Float64Array(1), typicality: Float32Array.from(all) };
        const places = all.map((_, place) => place);
        expect(mostTypical(places, facts, count)).toEqual(byTypicality(places, facts).slice(0, count));
      }),
    );
  });

  it('shows what is nearly the same as another after what is not', () => {
    // 1 is as good as 0, by the neighbors of one of the two
    const burst = {
      k: 1,
      places: Int32Array.from([1, 0, 1, -1]),
      scores: Float32Array.from([0.7, 0.95, 0.5, 0]),
    };
    const facts = { cohesion: new Float64Array(1), typicality: Float32Array.from([4, 3, 2, 1]) };
    expect(typicalApart([0, 1, 2, 3], facts, burst, 3)).toEqual([0, 2, 3]);
    expect(typicalApart([0, 1, 2, 3], facts, burst, 4)).toEqual([0, 2, 3, 1]);
  });

  it('says which pictures are like nothing else', () => {
    expect([...alonePlaces(table, 0.4)]).toEqual([0, 0, 0, 1]);
  });
});
