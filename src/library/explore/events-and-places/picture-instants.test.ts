import { expect, it } from 'vitest';
import { pictureInstants } from './picture-instants.ts';

const HOUR = 3_600_000;
const at = (...hours: number[]): Float64Array => Float64Array.from(hours, (hour) => hour * HOUR);
const ahead = (...hours: (number | null)[]): Float64Array =>
  Float64Array.from(hours, (hour) => (hour === null ? Number.NaN : 60 * hour));

it('is by one clock what was taken in two zones', () => {
  // noon in Tokyo is four in the morning in Paris
  expect(pictureInstants(at(4, 12), ahead(1, 9))).toEqual(at(3, 3));
});

it('takes the zone of the picture nearest by its clock where it says none', () => {
  expect(pictureInstants(at(10, 11, 18, 20), ahead(2, null, null, 5))).toEqual(at(8, 9, 13, 15));
  expect(pictureInstants(at(10, 11), ahead(null, 3))).toEqual(at(7, 8));
});

it('is the clock where no picture says its zone', () => {
  expect(pictureInstants(at(10, 11), ahead(null, null))).toEqual(at(10, 11));
  expect(pictureInstants(at(), ahead())).toEqual(at());
});
