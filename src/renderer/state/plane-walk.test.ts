import fc from 'fast-check';
import { expect, it } from 'vitest';
import { directionOfKey, fitted, nearestTowards, type Direction } from './plane-walk.ts';

const OPPOSITE: Readonly<Record<Direction, Direction>> = { left: 'right', right: 'left', up: 'down', down: 'up' };
const point = fc.record({ x: fc.integer({ min: -99, max: 99 }), y: fc.integer({ min: -99, max: 99 }) });

it('walks to the nearest point in a direction, and stays where there is none', () => {
  const points = [
    { x: 0, y: 0 },
    { x: 3, y: 1 },
    { x: 5, y: 0 },
    { x: 1, y: -4 },
  ];
  expect(nearestTowards(points, 0, 'right')).toBe(1);
  expect(nearestTowards(points, 0, 'up')).toBe(3);
  expect(nearestTowards(points, 0, 'left')).toBe(0);
  expect(nearestTowards([], 0, 'left')).toBe(0);
  expect([directionOfKey('ArrowUp'), directionOfKey('Enter')]).toEqual(['up', null]);
});

it('reaches every other place in one of the four directions, and goes on towards it', () => {
  fc.assert(
    fc.property(fc.array(point, { minLength: 2, maxLength: 30 }), (points) => {
      for (const direction of Object.keys(OPPOSITE) as Direction[]) {
        const next = nearestTowards(points, 0, direction);
        if (next === 0) continue;
        // the way back is not blocked: something lies there
        expect(nearestTowards(points, next, OPPOSITE[direction])).not.toBe(next);
      }
      const elsewhere = points.some(({ x, y }) => x !== points[0]?.x || y !== points[0].y);
      const reached = (Object.keys(OPPOSITE) as Direction[]).some((each) => nearestTowards(points, 0, each) !== 0);
      expect(reached).toBe(elsewhere);
    }),
  );
});

it('fits points into the square, keeping how they lie', () => {
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 30 }), (points) => {
      for (const { x, y } of fitted(points, 100, 5)) {
        expect(Math.min(x, y)).toBeGreaterThanOrEqual(5 - 1e-9);
        expect(Math.max(x, y)).toBeLessThanOrEqual(95 + 1e-9);
      }
    }),
  );
});
