import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tabulateLookups, type Lookup } from '../lookup.ts';
import { makeClassificationMatcher } from './make-classification-matcher.ts';
import { MatchMajorityVote } from './match-majority-vote.ts';
import { MatchNearest } from './match-nearest.ts';

/** Neighbors as pairs of label and distance. */
function found(...neighbors: [number | undefined, number][]): Lookup[] {
  return neighbors.map(([label, distance], i) => {
    return { rank: i + 1, distance, label, embedding: new Float32Array(), data: undefined };
  });
}

const LOOKUPS = tabulateLookups([
  found([1, 0.1], [2, 0.2], [2, 0.6]),
  found([2, 0.2], [1, 0.3], [3, 0.4]),
  found([undefined, 0.1], [undefined, 0.2], [3, 0.3]),
  found([4, 0.5]),
  [],
]);

describe('the matchers, by hand', () => {
  it('take the nearest neighbor', () => {
    const { labels, distances } = new MatchNearest().deriveMatch(LOOKUPS);
    expect([...labels]).toEqual([1, 2, NaN, 4, NaN]);
    expect([...distances]).toEqual([0.1, 0.2, 0.1, 0.5, Infinity]);
  });

  it('take the majority, the nearer one of equals, at the mean distance', () => {
    const { labels, distances } = new MatchMajorityVote().deriveMatch(LOOKUPS);
    expect([...labels]).toEqual([2, 2, 3, 4, NaN]);
    for (const [i, mean] of [0.3, 0.3, 0.2, 0.5].entries()) expect(distances[i]).toBeCloseTo(mean, 12);
    expect(distances[4]).toBe(Infinity);
  });

  it('find nothing in nothing', () => {
    const nothing = tabulateLookups([[], []], { largestIsNearest: true });
    for (const matcher of [new MatchNearest(), new MatchMajorityVote()]) {
      const { labels, distances } = matcher.deriveMatch(nothing);
      expect([...labels]).toEqual([NaN, NaN]);
      expect([...distances]).toEqual([-Infinity, -Infinity]);
    }
  });

  it('count at each threshold, which a distance may equal', () => {
    const counts = new MatchNearest().computeCount([1, 3, 3, 4, 5], LOOKUPS, [0.05, 0.1, 0.2, 1]);
    expect(counts).toEqual({
      tp: Float64Array.of(0, 1, 1, 2),
      fp: Float64Array.of(0, 1, 2, 2),
      tn: Float64Array.of(3, 2, 1, 1),
      fn: Float64Array.of(2, 1, 1, 0),
      count: 5,
    });
  });

  it('count everything that was found where there is no threshold', () => {
    const { tp, fp, tn, fn } = new MatchNearest().computeCount([1, 3, 3, 4, 5], LOOKUPS);
    expect([tp, fp, tn, fn].map((counts) => counts[0])).toEqual([2, 3, 0, 0]);
  });
});

describe('counts', () => {
  it('are those of a plain implementation, for distances and for similarities', () => {
    const neighbor = fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: -3, max: 3 }));
    const queries = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), neighbor), { minLength: 1 });
    fc.assert(
      fc.property(queries, fc.array(fc.integer({ min: -4, max: 4 })), fc.boolean(), (all, values, largestIsNearest) => {
        const labels = all.map(([label]) => label);
        const table = tabulateLookups(
          all.map(([, neighbor]) => found(neighbor)),
          { largestIsNearest },
        );
        const thresholds = values.sort((a, b) => (largestIsNearest ? b - a : a - b));
        const counts = new MatchNearest().computeCount(labels, table, thresholds);
        const count = (threshold: number, right: boolean, near: boolean): number =>
          all.filter(([label, [match, distance]]) => {
            const within = largestIsNearest ? distance >= threshold : distance <= threshold;
            return (label === match) === right && within === near;
          }).length;
        for (const [i, threshold] of thresholds.entries()) {
          expect([counts.tp[i], counts.fp[i], counts.tn[i], counts.fn[i]]).toEqual([
            count(threshold, true, true),
            count(threshold, false, true),
            count(threshold, false, false),
            count(threshold, true, false),
          ]);
        }
      }),
      { seed: 7 },
    );
  });

  it('are refused for labels and thresholds that do not fit', () => {
    const matcher = new MatchNearest();
    const refusals: [() => unknown, object][] = [
      [() => matcher.computeCount([1], LOOKUPS), { code: 'WRONG_LENGTH', argument: 'queryLabels', shape: [1] }],
      [() => matcher.computeCount([1, 1, 1, 1, 1], LOOKUPS, [2, 1]), { argument: 'distanceThresholds', shape: [2] }],
      [() => matcher.computeCount([1, 1, 1, 1, 1], LOOKUPS, [NaN]), { code: 'OUT_OF_RANGE' }],
    ];
    for (const [call, error] of refusals) expect(call).toThrow(expect.objectContaining(error));
  });
});

it('makes a matcher by its name', () => {
  expect(makeClassificationMatcher('match_nearest')).toBeInstanceOf(MatchNearest);
  const matcher = makeClassificationMatcher('Match_Majority_Vote');
  expect(matcher.getConfig()).toEqual({ name: 'majority_vote', canonicalName: 'match_majority_vote' });
  expect(makeClassificationMatcher(matcher)).toBe(matcher);
  const refused = expect.objectContaining({ code: 'UNKNOWN_NAME', argument: 'matcher' }) as Error;
  expect(() => makeClassificationMatcher('nearest')).toThrow(refused);
});
