import { describe, expect, it } from 'vitest';
import { Cities, parseCities } from './cities.ts';

const LIST = `Lyon\tFR\t45.75\t4.85\t472
Villeurbanne\tFR\t45.77\t4.88\t131
Suva\tFJ\t-18.14\t178.44\t77
Singapore\tSG\t1.29\t103.85\t3548`;

describe('the name of a place', () => {
  const cities = new Cities(parseCities(LIST));
  const name = (latitude: number, longitude: number, radiusKm = 0.1): string | null =>
    cities.nameOf({ latitude, longitude }, radiusKm);

  it('is the city that it is in, by the size of that', () => {
    expect(name(45.76, 4.83)).toBe('Lyon, France');
    expect(name(45.772, 4.885)).toBe('Villeurbanne, France');
    expect(name(1.3, 103.9)).toBe('Singapore');
  });

  it('is else the city that it is near to, or none', () => {
    expect(name(45.95, 4.85)).toBe('near Lyon, France');
    expect(name(40, -30)).toBeNull();
  });

  it('is the largest city of a region', () => {
    expect(name(45.77, 4.9, 60)).toBe('Lyon, France');
  });

  it('is found across 180°', () => {
    expect(name(-18.1, -179.9, 400)).toBe('Suva, Fiji');
  });
});

it('the list that comes with the program knows towns', () => {
  const cities = Cities.shipped();
  expect(cities.nameOf({ latitude: 45.764, longitude: 4.836 }, 1)).toBe('Lyon, France');
  expect(cities.nameOf({ latitude: 64.147, longitude: -21.94 }, 1)).toBe('Reykjavík, Iceland');
});
