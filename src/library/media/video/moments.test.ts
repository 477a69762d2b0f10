import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseMoments, glanceAt, mostMoments, sampleTimes, type Glance } from './moments.ts';

const grid = (value: number): Uint8Array => new Uint8Array(192).fill(value);
const glances = (...values: number[]): Glance[] => values.map((value, i) => ({ at: i, grid: grid(value) }));

describe('chooseMoments', () => {
  it('takes the first frame of each scene, and none that is black', () => {
    expect(chooseMoments(glances(0, 5, 90, 92, 91, 200, 201, 0, 140), 24)).toEqual([2, 5, 8]);
  });

  it('follows a slow pan, and takes what comes again once', () => {
    expect(chooseMoments(glances(60, 70, 80, 90, 100, 110), 24)).toEqual([0, 3]);
    expect(chooseMoments(glances(60, 200, 60, 200, 61, 199), 24)).toEqual([0, 1]);
  });

  it('takes the first frame of a video that is all black', () => {
    expect(chooseMoments(glances(0, 1, 2), 24)).toEqual([0]);
  });

  it('of too many scenes keeps the poster and those that differ most', () => {
    expect(chooseMoments(glances(60, 90, 120, 250), 2)).toEqual([0, 3]);
  });

  it('gives at most as many as are allowed, ascending, the first shown among them', () => {
    const many = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(many, fc.integer({ min: 1, max: 24 }), (values, most) => {
        const chosen = chooseMoments(glances(...values), most);
        expect(chosen.length).toBeGreaterThan(0);
        expect(chosen.length).toBeLessThanOrEqual(most);
        expect(chosen).toEqual([...new Set(chosen)].toSorted((a, b) => a - b));
        // of one grey a frame is black below the mean
        const first = values.findIndex((value) => value >= 20);
        expect(chosen[0]).toBe(Math.max(0, first));
      }),
    );
  });
});

describe('sampleTimes', () => {
  it('lie in the video, each once, and the first half of them is spread as widely as all', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 20_000, noNaN: true }), (seconds) => {
        const times = sampleTimes(seconds);
        expect(new Set(times).size).toBe(times.length);
        expect(times[0]).toBe(0);
        for (const time of times) expect(time === 0 || time < seconds).toBe(true);
        const half = times.slice(0, Math.ceil(times.length / 2)).toSorted((a, b) => a - b);
        const gaps = [...half.slice(1), seconds].map((time, i) => time - (half[i] ?? 0));
        expect(Math.max(...gaps)).toBeLessThanOrEqual((4.001 * seconds) / times.length);
      }),
    );
  });

  it('are few for a short video and never many', () => {
    expect(sampleTimes(1)).toHaveLength(4);
    expect(sampleTimes(7200)).toHaveLength(72);
    expect([mostMoments(0), mostMoments(60), mostMoments(7200)]).toEqual([6, 12, 24]);
  });
});

it('glanceAt is the mean colour of each cell', () => {
  const pixels = new Uint8Array(3 * 16 * 8);
  for (let i = 0; i < 16 * 8; i++) if (i % 16 >= 8) pixels.set([200, 100, 50], 3 * i);
  const cells = glanceAt(pixels, 16, 8);
  expect([...cells.subarray(0, 3)]).toEqual([0, 0, 0]);
  expect([...cells.subarray(21, 24)]).toEqual([200, 100, 50]);
  // a picture of less than a pixel a cell
  expect(glanceAt(new Uint8Array([9, 9, 9]), 1, 1)).toHaveLength(192);
});
