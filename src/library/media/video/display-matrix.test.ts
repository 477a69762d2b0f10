import { expect, it, test } from 'vitest';
import { turned, turnOf } from './display-matrix.ts';

const ONE = 65_536;
const matrix = (a: number, b: number, c: number, d: number): Uint8Array =>
  new Uint8Array(Int32Array.from([a * ONE, b * ONE, 0, c * ONE, d * ONE, 0, 0, 0, 2 ** 30]).buffer);

test.each([
  ['none', null, 0, false],
  ['cut off', new Uint8Array(12), 0, false],
  ['upright', matrix(1, 0, 0, 1), 0, false],
  ['a phone held upright', matrix(0, 1, -1, 0), 90, false],
  ['upside down', matrix(-1, 0, 0, -1), 180, false],
  ['held the other way', matrix(0, -1, 1, 0), 270, false],
  ['mirrored', matrix(-1, 0, 0, 1), 0, true],
  ['mirrored up and down', matrix(1, 0, 0, -1), 180, true],
] as const)('a matrix: %s', (_, bytes, degrees, mirrored) => {
  expect(turnOf(bytes)).toEqual({ degrees, mirrored });
});

it('turns pixels clockwise', () => {
  // a b
  // c d
  // e f
  const data = Uint8Array.from(
    Buffer.from('abcdef')
      .toJSON()
      .data.flatMap((letter) => [letter, 0, 0]),
  );
  const letters = (degrees: 0 | 90 | 180 | 270, mirrored = false): string => {
    const result = turned({ data, width: 2, height: 3 }, { degrees, mirrored });
    const text = Buffer.from(result.data.filter((_, i) => i % 3 === 0)).toString();
    return `${result.width}x${result.height} ${text}`;
  };
  expect(letters(0)).toBe('2x3 abcdef');
  expect(letters(90)).toBe('3x2 ecafdb');
  expect(letters(180)).toBe('2x3 fedcba');
  expect(letters(270)).toBe('3x2 bdface');
  expect(letters(0, true)).toBe('2x3 badcfe');
});
