import { expect, test } from 'vitest';
import { fuzzyGraph, memberships } from './fuzzy-graph.ts';

test('memberships fall from 1 for the nearest, and sum to the logarithm of their number', () => {
  const distances = Float32Array.of(0.1, 0.12, 0.2, 0.3, 0.35, 0.5, 0.7, 0.9);
  const found = new Float32Array(8);
  memberships(distances, found);
  expect(found[0]).toBe(1);
  expect([...found].every((value, i) => i === 0 || value < (found[i - 1] ?? 0))).toBe(true);
  expect(found.reduce((sum, value) => sum + value)).toBeCloseTo(3, 4);
});

test('neighbors that are all as near are all as surely neighbors', () => {
  const found = new Float32Array(3);
  memberships(Float32Array.of(0.4, 0.4, 0.4), found);
  expect([...found]).toEqual([1, 1, 1]);
  memberships(Float32Array.of(0, 0), found.subarray(0, 2));
  expect([...found.subarray(0, 2)]).toEqual([1, 1]);
});

test('two are neighbors as surely as either says, and each edge is in the lists of both ends', () => {
  // 0 and 1 are each other's, 2 has 0 and 1, and nobody has it
  const neighbors = Int32Array.of(1, 2, 0, 2, 0, 1);
  const distances = Float32Array.of(0.1, 0.5, 0.1, 0.5, 0.5, 0.6);
  const { offsets, ends, weights } = fuzzyGraph({ points: Uint32Array.of(0, 1, 2), k: 2, neighbors, distances });
  const edges = new Map<string, number>();
  for (let point = 0; point < 3; point++) {
    for (let edge = offsets[point] ?? 0; edge < (offsets[point + 1] ?? 0); edge++) {
      edges.set(`${point}-${ends[edge] ?? 0}`, weights[edge] ?? 0);
    }
  }
  expect([...edges.keys()].sort()).toEqual(['0-1', '0-2', '1-0', '1-2', '2-0', '2-1']);
  for (const [edge, weight] of edges) expect(edges.get(edge.split('-').reverse().join('-'))).toBe(weight);
  expect(edges.get('0-1')).toBe(1);
  // the nearest of 2
  expect(edges.get('0-2')).toBe(1);
  expect(edges.get('1-2')).toBeLessThan(0.01);
});
