import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundsInView, degreeLines, drawn, fitted, kilometresOfPixel, panned, pointAt, zoomed } from './earth-view.ts';

const SIZE = { width: 800, height: 500 };
const WORLD = { latitude: 0, longitude: 0, around: 800 };

const view = fc.record({
  latitude: fc.double({ min: -80, max: 80, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
  around: fc.double({ min: 200, max: 1e7, noNaN: true }),
});
const spot = fc.record({ x: fc.integer({ min: 300, max: 500 }), y: fc.integer({ min: 200, max: 300 }) });

describe('a view of the Earth', () => {
  it('draws east to the right and north above', () => {
    expect(drawn(WORLD, SIZE, { latitude: 0, longitude: 90 })).toEqual({ x: 600, y: 250 });
    expect(drawn(WORLD, SIZE, { latitude: 45, longitude: 0 }).y).toBeLessThan(250);
  });

  it('knows what lies at each point', () => {
    fc.assert(
      fc.property(view, spot, (here, at) => {
        const there = pointAt(here, SIZE, at);
        // the ends of the projection are at its edge, and half-way round it is as far to either side
        fc.pre(Math.abs(there.latitude) < 84.9 && Math.abs(at.x - 400) < here.around / 2 - 0.001);
        const back = drawn(here, SIZE, there);
        expect(back.x).toBeCloseTo(at.x, 3);
        expect(back.y).toBeCloseTo(at.y, 3);
      }),
    );
  });

  it('zooms around a point, and moves by pixels', () => {
    const paris = { latitude: 48.86, longitude: 2.35 };
    const at = drawn(WORLD, SIZE, paris);
    const closer = zoomed(WORLD, SIZE, 8, at);
    expect(closer.around).toBe(6400);
    expect(drawn(closer, SIZE, paris).x).toBeCloseTo(at.x, 6);
    expect(drawn(closer, SIZE, paris).y).toBeCloseTo(at.y, 6);
    const moved = panned(closer, 30, -20);
    expect(drawn(moved, SIZE, paris).x).toBeCloseTo(at.x + 30, 6);
    expect(drawn(moved, SIZE, paris).y).toBeCloseTo(at.y - 20, 6);
  });

  it('fits a part of the Earth, across 180° too', () => {
    for (const bounds of [
      { south: 40, west: -5, north: 50, east: 10 },
      { south: -20, west: 170, north: -10, east: -170 },
    ]) {
      const here = fitted(bounds, SIZE);
      for (const corner of [
        { latitude: bounds.south, longitude: bounds.west },
        { latitude: bounds.north, longitude: bounds.east },
      ]) {
        const { x, y } = drawn(here, SIZE, corner);
        expect(x).toBeGreaterThan(0);
        expect(x).toBeLessThan(SIZE.width);
        expect(y).toBeGreaterThan(0);
        expect(y).toBeLessThan(SIZE.height);
      }
    }
    expect(kilometresOfPixel(fitted({ south: 45, west: 5, north: 45, east: 5 }, SIZE))).toBeLessThan(0.01);
  });

  it('tells what is in view, around too', () => {
    expect(boundsInView({ ...WORLD, around: 400 }, SIZE)).toEqual({ south: -90, north: 90, west: -180, east: 180 });
    const near = boundsInView({ latitude: 0, longitude: 179, around: 80_000 }, SIZE);
    expect(near.west).toBeCloseTo(177.2);
    expect(near.east).toBeCloseTo(-179.2);
  });

  it('has lines of whole degrees, not too close', () => {
    const { north, east } = degreeLines({ latitude: 45.5, longitude: 4.5, around: 40_000 }, SIZE);
    expect(north.map(({ label }) => label)).toEqual(['1° E', '2° E', '3° E', '4° E', '5° E', '6° E', '7° E', '8° E']);
    expect(east.map(({ label }) => label)).toEqual(expect.arrayContaining(['45° N', '46° N']));
    expect(degreeLines(WORLD, SIZE).north.map(({ label }) => label)).toContain('0°');
    // in a small drawing of the whole Earth no two labels meet
    const small = degreeLines({ ...WORLD, around: 400 }, { width: 230, height: 300 }).north.map(({ at }) => at);
    expect(small.slice(1).every((at, i) => at - (small[i] ?? 0) >= 90)).toBe(true);
    expect(small.length).toBeGreaterThan(1);
  });
});
