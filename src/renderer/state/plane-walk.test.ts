import fc from 'fast-check';
import { expect, it } from 'vitest';
import { directionOfKey, fitted, nearestTowards, type Direction } from './plane-walk.ts';

const OPPOSITE: Readonly<Record<Direction, Direction>> = { left: 'right', right: 'left', up: 'down', down: 'up' };
const point = fc.record({ x: fc.integer({ min: -99, max: 99 }), y: fc.integer({ min: -99, max: 99 }) });

it('walks to the nearest point in a direction, and stays where there is none', () => {
  const points = [0, 0, 3, 1, 5, 0, 1, -4];
  expect(nearestTowards(points, 0, 'right')).toBe(1);
  expect(nearestTowards(points, 0, 'up')).toBe(3);
  expect(nearestTowards(points, 0, 'left')).toBe(0);
  expect(nearestTowards([], 0, 'left')).toBe(0);
  expect([directionOfKey('ArrowUp'), directionOfKey('Enter')]).toEqual(['up', null]);
});

it('reaches every other point in one of the four directions, and goes on towards it', () => {
  fc.assert(
    fc.property(fc.array(point, { minLength: 2, maxLength: 30 }), (points) => {
      const positions = points.flatMap(({ x, y }) => [x, y]);
      for (const direction of Object.keys(OPPOSITE) as Direction[]) {
        const next = nearestTowards(positions, 0, direction);
        if (next === 0) continue;
        // the way back is not blocked: something lies there
        expect(nearestTowards(positions, next, OPPOSITE[direction])).not.toBe(next);
      }
      const reached = (Object.keys(OPPOSITE) as Direction[]).some((each) => nearestTowards(positions, 0, each) !== 0);
      expect(reached).toBe(true);
    }),
  );
});

it('walks through points that lie in one place, and on behind them', () => {
  const points = [0, 0, 1, 0, 0, 0, 0, 0];
  const walked = [0, 2, 3, 1];
  for (const [step, from] of walked.slice(0, -1).entries())
    expect(nearestTowards(points, from, 'right')).toBe(walked[step + 1]);
  expect(nearestTowards(points, 3, 'left')).toBe(2);
});

it('fits points into the square, keeping how they lie', () => {
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 30 }), (points) => {
      const places = fitted(points, 100, 5);
      expect(places).toHaveLength(2 * points.length);
      expect(Math.min(...places)).toBeGreaterThanOrEqual(5 - 1e-9);
      expect(Math.max(...places)).toBeLessThanOrEqual(95 + 1e-9);
    }),
  );
});
