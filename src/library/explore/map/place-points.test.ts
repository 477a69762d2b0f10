import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../similarity/random.ts';
import { placePoints } from './place-points.ts';

const UNIT = 0.05;

/** A neighbor table of random lists, some of them empty, and places for some of the points. */
const maps = fc
  .record({
    size: fc.integer({ min: 1, max: 40 }),
    k: fc.integer({ min: 1, max: 6 }),
    seed: fc.nat(),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ size, k, seed, share }) => {
    const random = createRandom(seed);
    const places = new Int32Array(k * size).fill(-1);
    const scores = new Float32Array(k * size);
    const placed = new Float32Array(2 * size).fill(Number.NaN);
    for (let point = 0; point < size; point++) {
      const others = random.sample(
        [...Array(size).keys()].filter((other) => other !== point),
        random.below(k + 1),
      );
      const sorted = others.map(() => random.between(-0.2, 1)).sort((a, b) => b - a);
      for (const [n, other] of others.entries()) {
        places[point * k + n] = other;
        scores[point * k + n] = sorted[n] ?? 0;
      }
      if (random.next() < share) placed.set([random.between(-1, 1), random.between(-1, 1)], 2 * point);
    }
    return { table: { k, places, scores }, placed, seed };
  });

describe('placePoints', () => {
  test('gives every point a place on the map, and moves none that has one', () => {
    fc.assert(
      fc.property(maps, ({ table, placed, seed }) => {
        const positions = placePoints(table, placed, { unit: UNIT, seed });
        expect(positions.length).toBe(placed.length);
        for (const [i, value] of positions.entries()) {
          expect(Math.abs(value)).toBeLessThanOrEqual(1);
          const before = placed[i] ?? Number.NaN;
          if (!Number.isNaN(before)) expect(value).toBe(before);
        }
        expect(placePoints(table, placed, { unit: UNIT, seed })).toEqual(positions);
      }),
      { numRuns: 200 },
    );
  });

  test('puts new points among their neighbors', () => {
    // two crowds far apart; each new point has its neighbors in one of them, and one in the other
    const random = createRandom(3);
    const [k, old, fresh] = [10, 200, 40];
    const placed = new Float32Array(2 * (old + fresh)).fill(Number.NaN);
    const crowdOf = (point: number): number => point % 2;
    for (let point = 0; point < old; point++) {
      const x = crowdOf(point) === 0 ? -0.6 : 0.6;
      placed.set([x + random.between(-0.2, 0.2), random.between(-0.2, 0.2)], 2 * point);
    }
    const places = new Int32Array(k * (old + fresh));
    const scores = new Float32Array(k * (old + fresh));
    for (let point = 0; point < old + fresh; point++) {
      for (let n = 0; n < k; n++) {
        const crowd = n === k - 1 ? 1 - crowdOf(point) : crowdOf(point);
        places[point * k + n] = 2 * random.below(old / 2) + crowd;
        scores[point * k + n] = 0.9 - 0.03 * n;
      }
    }
    const positions = placePoints({ k, places, scores }, placed, { unit: UNIT, seed: 1 });
    for (let point = old; point < old + fresh; point++) {
      const x = positions[2 * point] ?? 0;
      expect(Math.abs(x - (crowdOf(point) === 0 ? -0.6 : 0.6))).toBeLessThan(0.35);
    }
  });

  test('lets a kind that is all new lie together, where there is room', () => {
    const [k, old, fresh] = [5, 50, 6];
    const placed = new Float32Array(2 * (old + fresh)).fill(Number.NaN);
    const places = new Int32Array(k * (old + fresh)).fill(-1);
    const scores = new Float32Array(k * (old + fresh)).fill(0.9);
    for (let point = 0; point < old; point++) placed.set([0.01 * point - 0.25, 0], 2 * point);
    for (let point = old; point < old + fresh; point++) {
      for (let n = 0; n < k; n++) places[point * k + n] = old + ((point - old + n + 1) % fresh);
    }
    const positions = placePoints({ k, places, scores }, placed, { unit: UNIT, seed: 1 });
    const at = (point: number) => [positions[2 * point] ?? 0, positions[2 * point + 1] ?? 0] as const;
    const distance = (a: number, b: number): number => Math.hypot(at(a)[0] - at(b)[0], at(a)[1] - at(b)[1]);
    for (let point = old + 1; point < old + fresh; point++) expect(distance(old, point)).toBeLessThan(6 * UNIT);
    // they do not lie on what is there
    expect(Math.abs(at(old)[1])).toBeGreaterThan(0);
  });

  test('gives copies of one picture places of their own', () => {
    const table = { k: 1, places: Int32Array.of(-1, 0, 0), scores: Float32Array.of(0, 1, 1) };
    const positions = placePoints(table, Float32Array.of(0, 0, NaN, NaN, NaN, NaN), { unit: UNIT, seed: 1 });
    const points = [0, 1, 2].map((point) => positions.slice(2 * point, 2 * point + 2).join(' '));
    expect(new Set(points).size).toBe(3);
  });
});
