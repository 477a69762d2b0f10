import { expect, test } from 'vitest';
import { completeRows } from './complete-rows.ts';

const NONE = -1;

test('full rows stay as they are, as distances', () => {
  const places = Int32Array.of(1, 2, 0, 2, 1, 0);
  const scores = Float32Array.of(0.75, 0.5, 0.75, 0.25, 0.25, 0.5);
  const rows = completeRows({ k: 2, places, scores });
  expect([...rows.points]).toEqual([0, 1, 2]);
  expect(rows.k).toBe(2);
  expect([...rows.neighbors]).toEqual([...places]);
  // never less than the one before
  expect([...rows.distances]).toEqual([0.25, 0.5, 0.25, 0.75, 0.75, 0.75]);
});

test('a short row gets the neighbors of its neighbors, and points without any are left out', () => {
  const places = Int32Array.of(2, NONE, NONE, NONE, NONE, NONE, 3, 4, 0, 2, 4, NONE, 3, 2, NONE);
  const scores = Float32Array.from(places, (place) => (place < 0 ? 0 : 0.5));
  const rows = completeRows({ k: 3, places, scores });
  expect([...rows.points]).toEqual([0, 2, 3, 4]);
  // as places among those: 2 is the second, and so on
  expect([...rows.neighbors.subarray(0, 3)]).toEqual([1, 2, 3]);
  for (let row = 0; row < 4; row++) {
    const own = [...rows.neighbors.subarray(3 * row, 3 * row + 3)];
    expect(own).not.toContain(row);
    expect(new Set(own).size).toBe(3);
  }
  expect([...rows.distances]).toEqual(Array(12).fill(0.5));
});

test('there are never more neighbors than other points', () => {
  const rows = completeRows({ k: 4, places: Int32Array.of(1, -1, -1, -1, 0, -1, -1, -1), scores: new Float32Array(8) });
  expect(rows.k).toBe(1);
  expect([...rows.neighbors]).toEqual([1, 0]);
  expect(completeRows({ k: 2, places: Int32Array.of(-1, -1), scores: new Float32Array(2) }).points.length).toBe(0);
});
