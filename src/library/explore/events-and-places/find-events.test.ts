import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findEvents, LONGEST_EVENT, LONGEST_GAP } from './find-events.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const unknown = (): null => null;

/** Pictures so far apart, one after another. */
function timesOf(gaps: readonly number[]): Float64Array {
  let time = Date.UTC(2019, 4, 3, 10);
  return Float64Array.from([time, ...gaps.map((gap) => (time += gap))]);
}

function repeated(gap: number, count: number): number[] {
  return Array.from({ length: count }, () => gap);
}

describe('events', () => {
  it('end where a gap is long beside those around it', () => {
    const party = [...repeated(MINUTE, 20), 3 * HOUR, ...repeated(MINUTE, 20)];
    expect([...findEvents(timesOf(party), unknown)]).toEqual([0, 21, 42]);
    const walk = [...repeated(2 * HOUR, 4), 3 * HOUR, ...repeated(2 * HOUR, 4)];
    expect([...findEvents(timesOf(walk), unknown)]).toEqual([0, 10]);
  });

  it('have pauses of up to an hour, and no two days without a picture', () => {
    const burst = [...repeated(1000, 30), 50 * MINUTE, ...repeated(1000, 30)];
    expect([...findEvents(timesOf(burst), unknown)]).toEqual([0, 62]);
    expect([...findEvents(timesOf([3 * DAY]), unknown)]).toEqual([0, 1, 2]);
    expect([...findEvents(timesOf(repeated(DAY, 5)), unknown)]).toEqual([0, 6]);
  });

  it('end or go on by what the pictures show, where the time says little', () => {
    // the line is at 17 times 5 minutes
    const near = timesOf([...repeated(5 * MINUTE, 20), 2 * HOUR, ...repeated(5 * MINUTE, 20)]);
    expect([...findEvents(near, () => true)]).toEqual([0, 42]);
    expect([...findEvents(near, () => false)]).toEqual([0, 21, 42]);
    const far = timesOf([...repeated(5 * MINUTE, 20), 20 * HOUR, ...repeated(5 * MINUTE, 20)]);
    expect([...findEvents(far, () => true)]).toEqual([0, 21, 42]);
  });

  it('are a partition in order, none too long, none with a long gap', () => {
    const gap = fc.oneof(
      fc.integer({ min: 0, max: MINUTE }),
      fc.integer({ min: 0, max: 5 * HOUR }),
      fc.integer({ min: 0, max: 4 * DAY }),
    );
    fc.assert(
      fc.property(fc.array(gap, { maxLength: 300 }), fc.func(fc.option(fc.boolean())), (gaps, same) => {
        const times = timesOf(gaps);
        const starts = findEvents(times, same);
        expect(starts[0]).toBe(0);
        expect(starts.at(-1)).toBe(times.length);
        for (let i = 1; i < starts.length; i++) {
          const [first, end] = [starts[i - 1] ?? 0, starts[i] ?? 0];
          expect(end).toBeGreaterThan(first);
          expect((times[end - 1] ?? 0) - (times[first] ?? 0)).toBeLessThanOrEqual(LONGEST_EVENT);
          for (let place = first; place < end - 1; place++) {
            expect((times[place + 1] ?? 0) - (times[place] ?? 0)).toBeLessThan(LONGEST_GAP);
          }
        }
      }),
    );
  });

  it('of no picture are none', () => {
    expect([...findEvents(new Float64Array(), unknown)]).toEqual([0]);
  });
});
