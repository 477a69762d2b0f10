import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GrowingCurves, thinned } from './loss-curves.ts';
import { movedLine } from './related-lines.ts';
import { isSame, momentsOfOne, samePairs } from './same-pictures.ts';

const score = fc.integer({ min: -100, max: 100 }).map((value) => value / 100);

describe('movedLine', () => {
  it('calls the same share of results related as before', () => {
    fc.assert(
      fc.property(fc.uniqueArray(score, { minLength: 5, maxLength: 50 }), score, (before, line) => {
        const after = before.map((value) => value / 2 + 0.3);
        const share = (scores: readonly number[], from: number): number =>
          scores.filter((value) => value >= from).length;
        expect(share(after, movedLine(before, line, after))).toBe(share(before, line));
      }),
    );
  });

  it('stays where there is nothing to tell by', () => {
    expect(movedLine([], 0.3, [0.1])).toBe(0.3);
  });
});

describe('samePairs', () => {
  const picture = (id: number, vector: number[], takenAt: number | null = null, camera: string | null = null) => ({
    id,
    vector,
    signature: new Uint8Array(),
    takenAt,
    camera,
  });

  it('finds bursts by vector, and by time and camera, each pair once', () => {
    const burst = [picture(3, [1, 0]), picture(1, [0.99, 0.141])];
    const timed = [picture(7, [0, 1], 100, 'A'), picture(8, [0.6, 0.8], 101, 'A')];
    expect(samePairs([...burst, ...timed, picture(9, [-1, 0])])).toEqual([
      [1, 3],
      [7, 8],
    ]);
  });

  it('does not believe the time where the pictures are unlike, or of two cameras', () => {
    expect(isSame(picture(1, [0, 1], 100, 'A'), picture(2, [1, 0], 100, 'A'), 0)).toBe(false);
    expect(isSame(picture(1, [0, 1], 100, 'A'), picture(2, [0.6, 0.8], 100, 'B'), 0.8)).toBe(false);
  });
});

it('momentsOfOne names the moments of each video that has several', () => {
  const moment = (id: number, video?: number | null) => ({
    id,
    vector: [1],
    signature: new Uint8Array(),
    takenAt: null,
    camera: null,
    ...(video === undefined ? {} : { video }),
  });
  expect(momentsOfOne([moment(1), moment(2, null), moment(3, 3), moment(4, 3), moment(5, 5)])).toEqual([[3, 4]]);
});

describe('loss curves', () => {
  it('keeps the first and the last of many points, and leaves out what is no number', () => {
    const points = Array.from({ length: 1000 }, (_, step) => ({
      step,
      loss: step === 5 ? Number.NaN : 1 / (step + 1),
    }));
    const drawn = thinned(points);
    expect(drawn).toHaveLength(200);
    expect([drawn[0]?.step, drawn.at(-1)?.step]).toEqual([0, 999]);
    expect(drawn.every(({ loss }) => Number.isFinite(loss))).toBe(true);
  });

  it('grows step by step, and looks at what is held out once each', () => {
    const curves = new GrowingCurves();
    for (let step = 1; step <= 4; step++) curves.add(step, 1 / step, step < 3 ? 0.5 : 0.4);
    expect(curves.get().heldOut).toEqual([
      { step: 1, loss: 0.5 },
      { step: 3, loss: 0.4 },
    ]);
    curves.clear();
    expect(curves.get()).toEqual({ training: [], heldOut: [] });
  });
});
