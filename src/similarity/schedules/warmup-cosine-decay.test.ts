import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WarmupCosineDecay } from './index.ts';

describe('warm-up and cosine decay', () => {
  it('rises evenly, then falls along half a cosine to its least', () => {
    const schedule = new WarmupCosineDecay({ maxLearningRate: 2, totalSteps: 14, warmupSteps: 4, alpha: 0.1 });
    expect([0, 1, 2, 3].map((step) => schedule.at(step))).toEqual([0, 0.5, 1, 1.5]);
    expect(schedule.at(4)).toBe(2);
    expect(schedule.at(9)).toBeCloseTo(2 * (0.9 * 0.5 + 0.1), 12);
    expect(schedule.at(11.5)).toBeCloseTo(2 * (0.9 * 0.5 * (1 + Math.cos(0.75 * Math.PI)) + 0.1), 12);
    expect(schedule.at(14)).toBeCloseTo(0.2, 12);
    expect(schedule.at(1000)).toBeCloseTo(0.2, 12);
    expect(schedule.getConfig()).toEqual({ maxLearningRate: 2, totalSteps: 14, warmupSteps: 4, alpha: 0.1 });
  });

  it('begins with the largest rate where there is no warm-up', () => {
    const schedule = new WarmupCosineDecay({ maxLearningRate: 0.1, totalSteps: 10, warmupSteps: 0 });
    expect(schedule.at(0)).toBe(0.1);
    expect(schedule.at(10)).toBeCloseTo(0, 12);
  });

  it('never leaves its range', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.integer({ min: 1, max: 50 }), fc.nat(200), (warmupSteps, more, step) => {
        const totalSteps = warmupSteps + more;
        const rate = new WarmupCosineDecay({ maxLearningRate: 1, totalSteps, warmupSteps, alpha: 0.25 }).at(step);
        expect(rate).toBeLessThanOrEqual(1);
        expect(rate).toBeGreaterThanOrEqual(step < warmupSteps ? 0 : 0.25);
      }),
      { seed: 1 },
    );
  });

  it.each([
    [{ warmupSteps: 10 }, 'warmupSteps'],
    [{ warmupSteps: -1 }, 'warmupSteps'],
    [{ totalSteps: 0 }, 'totalSteps'],
    [{ alpha: 2 }, 'alpha'],
    [{ maxLearningRate: 0 }, 'maxLearningRate'],
  ])('refuses %j', (changes, argument) => {
    const options = { maxLearningRate: 1, totalSteps: 10, warmupSteps: 2, ...changes };
    expect(() => new WarmupCosineDecay(options)).toThrow(
      expect.objectContaining({ code: 'OUT_OF_RANGE', argument }) as Error,
    );
  });
});
