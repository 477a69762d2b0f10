import { expect, it } from 'vitest';
import { placedNames } from './place-names.ts';

const spot = (name: string, x: number, y: number) => ({ name, x, y, radius: 10 });

it('names stand beside their places, on the other side at the edge', () => {
  expect(placedNames([spot('Lyon', 100, 50), spot('Sydney', 380, 90)], 400)).toEqual([
    { text: 'Lyon', x: 118, y: 50, anchor: 'start' },
    { text: 'Sydney', x: 362, y: 90, anchor: 'end' },
  ]);
});

it('no name lies on another: the first has the room', () => {
  const names = placedNames([spot('Lyon', 100, 50), spot('Villeurbanne', 110, 55), spot('Geneva', 100, 80)], 400);
  expect(names.map(({ text }) => text)).toEqual(['Lyon', 'Geneva']);
});

it('few are drawn, and none that is cut off', () => {
  expect(placedNames([spot('A very long name indeed', 50, 50)], 100)).toEqual([]);
  const many = Array.from({ length: 40 }, (_, i) => spot('Lyon', 100, 20 * i));
  expect(placedNames(many, 400)).toHaveLength(12);
});
