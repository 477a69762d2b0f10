import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kilometres } from '../../sphere.ts';
import { findPlaces, type FoundPlace } from './find-places.ts';

type Point = readonly [latitude: number, longitude: number];

function found(points: readonly Point[], km: number): FoundPlace[] {
  return findPlaces(
    {
      latitudes: Float64Array.from(points, ([north]) => north),
      longitudes: Float64Array.from(points, ([, east]) => east),
    },
    km,
  );
}

const LYON: Point = [45.764, 4.836];
const GENEVA: Point = [46.204, 6.143];

describe('places', () => {
  it('are apart or one by the scale', () => {
    const points = [LYON, [45.765, 4.837], GENEVA, [45.763, 4.835]] as const;
    const near = found(points, 5);
    expect(near.map(({ members }) => members)).toEqual([[0, 1, 3], [2]]);
    expect(near[0]?.radiusKm).toBeLessThan(0.3);
    expect(near[0]?.centre.latitude).toBeCloseTo(45.764, 3);
    expect(near[1]).toMatchObject({ radiusKm: 0 });
    expect(found(points, 200)).toMatchObject([{ members: [0, 1, 2, 3] }]);
  });

  it('are one across 180° and around a pole', () => {
    expect(
      found(
        [
          [-17.8, 179.99],
          [-17.8, -179.99],
        ],
        5,
      ),
    ).toMatchObject([{ members: [0, 1] }]);
    expect(
      found(
        [
          [89.99, 0],
          [89.99, 120],
          [89.99, -120],
        ],
        5,
      ),
    ).toMatchObject([{ members: [0, 1, 2] }]);
  });

  it('do not chain along a road', () => {
    const road = Array.from({ length: 100 }, (_, i): Point => [45 + 0.05 * i, 5]);
    const places = found(road, 30);
    expect(places.length).toBeGreaterThan(5);
    for (const { radiusKm } of places) expect(radiusKm).toBeLessThanOrEqual(2 * 30 * 1.2);
  });

  it('hold each position once, within their radius', () => {
    const anywhere = fc.tuple(
      fc.double({ min: -90, max: 90, noNaN: true }),
      fc.double({ min: -180, max: 180, noNaN: true }),
    );
    const close = fc.tuple(
      fc.double({ min: 45, max: 45.2, noNaN: true }),
      fc.double({ min: 4, max: 4.2, noNaN: true }),
    );
    const points = fc.array(fc.oneof(anywhere, close), { maxLength: 80 });
    fc.assert(
      fc.property(points, fc.constantFrom(0.3, 3, 30, 300, 3000), (some, km) => {
        const places = found(some, km);
        expect(places.flatMap(({ members }) => members).sort((a, b) => a - b)).toEqual(some.map((_, i) => i));
        for (const { members, centre, radiusKm } of places) {
          for (const member of members) {
            const [latitude, longitude] = some[member] ?? [0, 0];
            expect(kilometres(centre, { latitude, longitude })).toBeLessThanOrEqual(radiusKm + 1e-9);
          }
        }
      }),
    );
  });
});
