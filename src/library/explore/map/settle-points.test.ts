import { expect, test } from 'vitest';
import { createRandom } from '../../../similarity/random.ts';
import type { CompleteRows } from './complete-rows.ts';
import { fuzzyGraph } from './fuzzy-graph.ts';
import { settlePoints } from './settle-points.ts';

const K = 8;
const SIZE = 200;

/** Two kinds, each point with neighbors of its own kind alone; even ones are of one, odd ones of the other. */
function twoKinds(): CompleteRows {
  const random = createRandom(5);
  const neighbors = new Int32Array(K * SIZE);
  for (let point = 0; point < SIZE; point++) {
    const own = Array.from({ length: SIZE / 2 }, (_, i) => 2 * i + (point % 2)).filter((other) => other !== point);
    neighbors.set(random.sample(own, K), K * point);
  }
  const distances = Float32Array.from(neighbors, (_, i) => 0.2 + 0.05 * (i % K));
  return { points: Uint32Array.from({ length: SIZE }, (_, i) => i), k: K, neighbors, distances };
}

test('kinds that know nothing of each other come apart from one heap', () => {
  const rows = twoKinds();
  const random = createRandom(6);
  const heap = Float32Array.from({ length: 2 * SIZE }, () => random.between(-5, 5));
  const told: number[] = [];
  const settled = (): Float32Array => {
    const positions = heap.slice();
    const options = { points: rows.points, movesEnds: true, rounds: 200, rate: 1, seed: 1 };
    settlePoints(fuzzyGraph(rows), positions, { ...options, tell: (share) => told.push(share) });
    return positions;
  };
  const positions = settled();
  const at = (point: number) => [positions[2 * point] ?? 0, positions[2 * point + 1] ?? 0] as const;
  const distance = (a: number, b: number): number => Math.hypot(at(a)[0] - at(b)[0], at(a)[1] - at(b)[1]);
  let right = 0;
  for (let point = 0; point < SIZE; point++) {
    const others = [...rows.points]
      .filter((other) => other !== point)
      .sort((a, b) => distance(point, a) - distance(point, b));
    right += others.slice(0, 10).filter((other) => other % 2 === point % 2).length / 10;
  }
  expect(right / SIZE).toBeGreaterThan(0.95);
  expect(told.at(-1)).toBe(1);
  expect(settled()).toEqual(positions);
});

test('only the points that are to settle move where their ends do not', () => {
  const rows = twoKinds();
  const { offsets, ends, weights } = fuzzyGraph(rows);
  const random = createRandom(7);
  const positions = Float32Array.from({ length: 2 * SIZE }, () => random.between(-5, 5));
  const before = positions.slice();
  const edges = { offsets: offsets.subarray(0, 11), ends, weights };
  const points = rows.points.subarray(0, 10);
  settlePoints(edges, positions, { points, movesEnds: false, rounds: 20, rate: 1, seed: 1 });
  expect(positions.subarray(20)).toEqual(before.subarray(20));
  for (const point of points) expect(positions[2 * point]).not.toBe(before[2 * point]);
});
