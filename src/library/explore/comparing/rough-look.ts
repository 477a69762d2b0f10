import { SIGNATURE_SIDE } from '../../media/signature.ts';
import { SYMMETRIES, type GreyGrid, type Symmetry } from './grey-grid.ts';
import { SPECTRUM, turnedCorrelations, WindowSpectra } from './spectrum.ts';
import { WHOLE, type Window } from './window.ts';

/** Nine windows of one size, so far from the middle. */
function nine(size: number, apart: number): Window[] {
  const middles = [0.5 - apart, 0.5, 0.5 + apart];
  return middles.flatMap((y) => middles.map((x) => ({ x, y, width: size, height: size })));
}

/**
 * Parts of the first picture that the second may show. With these 99 of 100 crops and other copies are alike to 0.85 in one of their ways, and
 * 15 of 100 neighbors that are no copies; with five parts 98 of 100.
 */
const PARTS: readonly Window[] = [...nine(0.91, 0.04), ...nine(0.82, 0.085)];

/** Parts of the second that may show all of the first: what a frame is around, and corners, where the first is a crop. */
const INNERS: readonly Window[] = [
  { x: 0.5, y: 0.5, width: 0.86, height: 0.86 },
  ...nine(0.83, 0.08).filter(({ x, y }) => x !== 0.5 && y !== 0.5),
];

/** What the second of two is looked at as: the whole, and such parts of it. */
const GLANCED = 1 + INNERS.length;
export const GLANCE_VALUES = GLANCED * SPECTRUM;

/** Glances are kept as whole numbers, a byte each: with all of a large library in memory at once. They correlate to within 0.01. */
const LEVELS = 127;

const ofFirst = new WindowSpectra(SIGNATURE_SIDE, [WHOLE, ...PARTS]);
const ofSecond = new WindowSpectra(SIGNATURE_SIDE, [WHOLE, ...INNERS]);
const written = new Float32Array(GLANCE_VALUES);

/** Writes how a picture looks at a glance, on 8 × 8 cells: {@link GLANCE_VALUES} from `at` on. @param signature on 16 × 16 cells */
export function writeGlance(signature: GreyGrid, to: Int8Array, at: number): void {
  ofSecond.write(signature, written, false);
  for (let i = 0; i < GLANCE_VALUES; i++) to[at + i] = Math.round(LEVELS * (written[i] as number));
}

/** The first of two at a glance: the whole and its parts, as it is and turned over. */
export function glances(signature: GreyGrid): Float32Array {
  const made = new Float32Array(2 * SPECTRUM * (1 + PARTS.length));
  ofFirst.write(signature, made, true);
  for (let i = 0; i < made.length; i++) made[i] = (made[i] as number) / LEVELS;
  return made;
}

/** A way in which two pictures may lie on each other. */
interface Guess {
  readonly symmetry: Symmetry;
  /** Of the first, turned so. */
  readonly window: Window;
  /** How alike they are so, at a glance. */
  readonly correlation: number;
}

/** What is guessed, in this order: whole on whole, all of the first in a part of the second, and parts of the first. */
const GUESSED: readonly Window[] = [WHOLE, ...INNERS.map(around), ...PARTS];
const WAYS = GUESSED.length * SYMMETRIES.length;
const found = new Float32Array(WAYS);

/** Where the second lies beside the first, when the first is this part of it. */
function around({ x, y, width, height }: Window): Window {
  return { x: 0.5 + (0.5 - x) / width, y: 0.5 + (0.5 - y) / height, width: 1 / width, height: 1 / height };
}

/**
 * Looks in which of 192 ways two pictures are most alike.
 *
 * @param first as {@link glances} gives it
 * @param second as {@link writeGlance} writes it, from `at` on
 * @param least correlation of what is given
 * @param most so many are given, the best first
 */
export function likelyGuesses(
  first: Float32Array,
  second: Int8Array,
  at: number,
  least: number,
  most: number,
): Guess[] {
  const n = SYMMETRIES.length;
  for (let i = 0; i < GLANCED; i++) turnedCorrelations(first, 0, second, at + SPECTRUM * i, found, n * i);
  for (let part = 1; part <= PARTS.length; part++)
    turnedCorrelations(first, 2 * SPECTRUM * part, second, at, found, n * (INNERS.length + part));
  const best: Guess[] = [];
  for (let way = 0; way < WAYS; way++) {
    const correlation = found[way] as number;
    if (correlation < least || (best.length === most && correlation <= (best.at(-1)?.correlation ?? 0))) continue;
    const symmetry = (way % n) as Symmetry;
    const before = best.findIndex((guess) => guess.correlation < correlation);
    const guessed = Math.floor(way / n);
    const window = GUESSED[guessed] ?? WHOLE;
    // a part of the second lies where it lies, however the first is turned
    const guess = { symmetry, window: guessed < GLANCED ? window : turnedWindow(window, symmetry), correlation };
    best.splice(before < 0 ? best.length : before, 0, guess);
    if (best.length > most) best.pop();
  }
  return best;
}

/** Where a window lies when its picture is turned. */
function turnedWindow({ x, y, width, height }: Window, symmetry: Symmetry): Window {
  const [across, down] = (symmetry & 4) === 0 ? [x, y] : [y, x];
  return {
    x: (symmetry & 1) === 0 ? across : 1 - across,
    y: (symmetry & 2) === 0 ? down : 1 - down,
    width: (symmetry & 4) === 0 ? width : height,
    height: (symmetry & 4) === 0 ? height : width,
  };
}
