import { expect, it } from 'vitest';
import { sceneJudge } from './same-scene.ts';

const VECTORS = new Map([
  [1, [1, 0]],
  [2, [0.8, 0.6]],
  [3, [0, 1]],
]);
const judge = sceneJudge((id) => VECTORS.get(id) ?? null, 0.5);

it('pictures on both sides of a gap show the same where their means are alike', () => {
  expect(judge([1], [2])).toBe(true);
  expect(judge([1], [3])).toBe(false);
  expect(judge([1, 3], [2, 3])).toBe(true);
});

it('of what has no vector nothing is known', () => {
  expect(judge([4], [1])).toBeNull();
  expect(judge([1], [4])).toBeNull();
  expect(judge([1], [4, 2])).toBe(true);
});
