import { expect, it } from 'vitest';
import { answersAmong, confusionCells, planeOf, rightShare } from './inspect-model.ts';
import { NearestPictures } from './inspect-neighbors.ts';

it('counts what each group is taken for, one of its own where a result has one', () => {
  const pictures = [
    { groups: [0], answered: [0] },
    { groups: [0], answered: [1] },
    { groups: [0, 1], answered: [1, 2] },
    { groups: [2], answered: [] },
  ];
  expect(confusionCells(pictures)).toEqual([
    { actual: 0, answered: 0, count: 1 },
    { actual: 0, answered: 1, count: 2 },
    { actual: 1, answered: 1, count: 1 },
    { actual: 2, answered: null, count: 1 },
  ]);
  expect(rightShare(pictures)).toBe(0.5);
  expect([confusionCells([]), rightShare([])]).toEqual([[], 0]);
});

it('answers with the nearest other picture, never with the picture itself', async () => {
  const rows = Float32Array.from([1, 0, 0.8, 0.6, 0, 1]);
  const groupsOf = [[0], [1], [2]];
  expect(await answersAmong({ rows, dimensions: 2, groupsOf, ceiling: null })).toEqual([[1], [0], [1]]);
});

it('lays vectors out along what varies most, turned like the plane it is compared with', () => {
  const rows = Float32Array.from([4, 0, 1, -4, 0, 1, 0, 1, 1, 0, -1, 1]);
  const plane = planeOf(rows, 3);
  expect([...plane.coordinates].map((value) => Math.abs(Number(value.toFixed(4))))).toEqual([
    1, 0, 1, 0, 0, 0.25, 0, 0.25,
  ]);
  expect(plane.explained).toBeCloseTo(1);
  const mirrored = { ...plane, coordinates: plane.coordinates.map((value) => -value) };
  expect(planeOf(rows, 3, mirrored).coordinates[0]).toBeCloseTo(mirrored.coordinates[0] ?? 0);
  expect(planeOf(new Float32Array(), 3)).toEqual({ coordinates: new Float32Array(), explained: 0 });
  // pictures that are all the same lie in the middle
  expect([...planeOf(Float32Array.from([1, 0, 1, 0]), 2).coordinates]).toEqual([0, 0, 0, 0]);
});

it('keeps the nearest of many, best first, without the query itself', async () => {
  const at = (angle: number): Float32Array => Float32Array.from([Math.cos(angle), Math.sin(angle)]);
  const nearest = new NearestPictures({ id: 0, vector: at(0) }, null);
  for (let id = 3000; id >= 0; id--) nearest.add({ id, vector: at(id / 3000) });
  expect((await nearest.ranked(4)).map(({ id }) => id)).toEqual([1, 2, 3, 4]);
});
