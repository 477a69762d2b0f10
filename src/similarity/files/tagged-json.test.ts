import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTagged, stringifyTagged } from './tagged-json.ts';

const typedArrays = fc.oneof(
  fc.uint8Array(),
  fc.int16Array(),
  fc.int32Array(),
  fc.float32Array(),
  fc.float64Array(),
  fc.bigInt64Array(),
  fc.uint8ClampedArray(),
);

const leaves = fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constantFrom(null, undefined), typedArrays);

/** Those, too, that tags and prototypes are made of. */
const keys = fc.oneof(fc.string(), fc.constantFrom('$number', '$object', '$Float32Array', '$undefined', '__proto__'));

const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaves,
    fc.array(tie('value')),
    fc.dictionary(keys, tie('value'), { noNullPrototype: true }),
  ),
})).value;

function roundTrip(value: unknown): unknown {
  return parseTagged(stringifyTagged('data', value));
}

describe('tagged JSON', () => {
  it('gives back what it was given', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(roundTrip(value)).toStrictEqual(value);
      }),
      { seed: 3 },
    );
  });

  it('keeps the bits of typed arrays and of numbers', () => {
    expect(roundTrip(-0)).toBe(-0);
    expect(roundTrip({ $number: 'NaN' })).toStrictEqual({ $number: 'NaN' });
    expect(roundTrip([Float32Array.of(NaN, -0, 1 / 3), -Infinity])).toStrictEqual([
      Float32Array.of(NaN, -0, 1 / 3),
      -Infinity,
    ]);
  });

  it('takes only the part of a buffer that a view shows', () => {
    expect(roundTrip(Float32Array.of(1, 2, 3).subarray(1, 2))).toStrictEqual(Float32Array.of(2));
    expect(roundTrip(Buffer.from('ab'))).toStrictEqual(Uint8Array.of(97, 98));
  });

  it.each([
    ['a Date', { when: [new Date(0)] }, 'data.when[0]'],
    ['a function', () => 1, 'data'],
    ['a bigint', { n: 1n }, 'data.n'],
    ['a map', new Map(), 'data'],
    ['a data view', new DataView(new ArrayBuffer(1)), 'data'],
  ])('refuses %s and says where it is', (_, value, argument) => {
    expect(() => stringifyTagged('data', value)).toThrow(expect.objectContaining({ code: 'WRONG_SHAPE', argument }));
  });

  it('refuses what holds itself, but not what holds something twice', () => {
    const shared = [1];
    expect(roundTrip([shared, shared])).toEqual([[1], [1]]);
    const cycle: unknown[] = [];
    cycle.push({ cycle });
    expect(() => stringifyTagged('data', cycle)).toThrow(expect.objectContaining({ code: 'WRONG_SHAPE' }));
  });
});
