import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { align } from './align-pictures.ts';
import { coarseMatch, copyRelation, fineMatch, TurnedSignature, type CopyRelation } from './compare-pictures.ts';
import { greyGrid, halved, SYMMETRIES, turned, type GreyGrid, type Symmetry } from './grey-grid.ts';
import { GLANCE_VALUES, glances, writeGlance } from './rough-look.ts';

const SIDE = 64;

/** A picture without edges: waves of several lengths that differ by `seed`, at any place of the plane. */
function scene(seed: number): (x: number, y: number) => number {
  const waves = Array.from({ length: 24 }, (_, i) => {
    const draw = (n: number): number =>
      (Math.sin(seed * 91.7 + i * 37.3 + n * 11.1) + 1) * 7.31 -
      Math.floor((Math.sin(seed * 91.7 + i * 37.3 + n * 11.1) + 1) * 7.31);
    return { fx: 9 * (draw(1) - 0.5), fy: 9 * (draw(2) - 0.5), phase: 6.28 * draw(3), strength: 5 + 9 * draw(4) };
  });
  return (x, y) =>
    128 +
    waves.reduce((sum, { fx, fy, phase, strength }) => sum + strength * Math.sin(6.28 * (fx * x + fy * y) + phase), 0);
}

/** What of a scene a window shows. */
function picture(
  seed: number,
  window = { x: 0, y: 0, width: 1, height: 1 },
  change = (value: number) => value,
): GreyGrid {
  const at = scene(seed);
  const values = Float32Array.from({ length: SIDE * SIDE }, (_, i) => {
    const u = ((i % SIDE) + 0.5) / SIDE;
    const v = (Math.floor(i / SIDE) + 0.5) / SIDE;
    return Math.max(0, Math.min(255, change(at(window.x + window.width * u, window.y + window.height * v))));
  });
  return { side: SIDE, values };
}

function framed(inner: GreyGrid, cells: number): GreyGrid {
  const scale = SIDE / (SIDE - 2 * cells);
  const values = Float32Array.from({ length: SIDE * SIDE }, (_, i) => {
    const x = ((i % SIDE) - cells) * scale;
    const y = (Math.floor(i / SIDE) - cells) * scale;
    const isInside = x >= 0 && y >= 0 && x < SIDE && y < SIDE;
    return isInside ? (inner.values[Math.floor(y) * SIDE + Math.floor(x)] ?? 0) : 255;
  });
  return { side: SIDE, values };
}

function signatureOf(grid: GreyGrid): Uint8Array {
  return Uint8Array.from(halved(halved(grid)).values, Math.round);
}

function compare(a: GreyGrid, b: GreyGrid, chroma: readonly [number, number] = [20, 20]): CopyRelation | null {
  const [ofA, ofB] = [signatureOf(a), signatureOf(b)];
  const glance = new Int8Array(GLANCE_VALUES);
  writeGlance(greyGrid(ofB), glance, 0);
  const coarse = coarseMatch(
    { signature: new TurnedSignature(ofA), glances: glances(greyGrid(ofA)) },
    { signature: new TurnedSignature(ofB), glance, at: 0 },
  );
  const match = coarse && fineMatch(a, b, coarse, 1000);
  const facts = { width: 1000, height: 1000 };
  return match && copyRelation(match, { ...facts, chroma: chroma[0] }, { ...facts, chroma: chroma[1] });
}

describe('two pictures', () => {
  test('of the same pixels are the same picture in another file', () => {
    expect(compare(picture(1), picture(1))).toBe('resized');
  });

  test('of which one is noisy by compression are the same picture in another file', () => {
    let i = 0;
    expect(
      compare(
        picture(1),
        picture(1, undefined, (value) => value + 4 * Math.sin(37 * i++)),
      ),
    ).toBe('resized');
  });

  test.each(SYMMETRIES.filter((symmetry) => symmetry > 0))(
    'of which one is turned or mirrored in way %d',
    (symmetry) => {
      expect(compare(picture(2), turned(picture(2), symmetry))).toBe('edited');
    },
  );

  test.each([
    ['the middle', { x: 0.1, y: 0.1, width: 0.8, height: 0.8 }],
    ['a corner', { x: 0, y: 0, width: 0.82, height: 0.82 }],
    ['another corner', { x: 0.15, y: 0.12, width: 0.85, height: 0.85 }],
  ])('of which one is cropped to %s', (_, window) => {
    expect(compare(picture(3), picture(3, window))).toBe('edited');
    expect(compare(picture(3, window), picture(3))).toBe('edited');
  });

  test('of which one is brighter, darker, or grey', () => {
    expect(
      compare(
        picture(4),
        picture(4, undefined, (value) => 1.3 * value),
      ),
    ).toBe('edited');
    expect(
      compare(
        picture(4),
        picture(4, undefined, (value) => 0.7 * value),
      ),
    ).toBe('edited');
    expect(compare(picture(4), picture(4), [20, 0])).toBe('edited');
  });

  test('of which one has a frame, or something written on it', () => {
    expect(compare(picture(5), framed(picture(5), 4))).toBe('edited');
    const written = picture(5);
    for (let y = 40; y < 48; y++) for (let x = 6; x < 50; x++) written.values[y * SIDE + x] = (x + y) % 5 < 2 ? 255 : 0;
    expect(compare(picture(5), written)).toBe('edited');
  });

  test('of different scenes are two, and so are two views of one that only overlap', () => {
    for (let seed = 10; seed < 40; seed++) expect(compare(picture(seed), picture(seed + 1))).toBeNull();
    expect(compare(picture(6), picture(6, { x: 0.3, y: 0, width: 1, height: 1 }))).toBeNull();
  });

  test('of which one is flat are two', () => {
    const flat = { side: SIDE, values: new Float32Array(SIDE * SIDE).fill(128) };
    expect(compare(picture(7), flat)).toBeNull();
    expect(compare(flat, flat)).toBeNull();
  });
});

/** The same without looks that end early: aligned in every way, from many guesses, and the best of them on pixels. */
function compareAtLength(a: GreyGrid, b: GreyGrid): boolean {
  const facts = { width: 1000, height: 1000, chroma: 20 };
  const middles = [0.42, 0.5, 0.58];
  const other = halved(halved(b));
  const aligned = SYMMETRIES.flatMap((symmetry) => {
    const grid = halved(halved(turned(a, symmetry)));
    const guesses = [1, 0.85, 1.15].flatMap((side) =>
      middles.flatMap((x) => middles.map((y) => ({ x, y, width: side, height: side }))),
    );
    return guesses.flatMap((guess) => {
      const coarse = align(grid, other, guess, 10);
      return coarse ? [{ ...coarse, symmetry }] : [];
    });
  });
  const best = aligned.sort((x, y) => y.correlation - x.correlation).slice(0, 5);
  return best.some((coarse) => {
    const match = fineMatch(a, b, coarse, 1000);
    return match !== null && copyRelation(match, facts, facts) !== null;
  });
}

test('a copy that is found at length is found by the looks that end early', () => {
  fc.assert(
    fc.property(
      fc.record({
        seed: fc.integer({ min: 100, max: 10_000 }),
        symmetry: fc.constantFrom<Symmetry>(...SYMMETRIES),
        side: fc.double({ min: 0.8, max: 1, noNaN: true }),
        left: fc.double({ min: 0, max: 1, noNaN: true }),
        top: fc.double({ min: 0, max: 1, noNaN: true }),
        gain: fc.double({ min: 0.7, max: 1.3, noNaN: true }),
      }),
      ({ seed, symmetry, side, left, top, gain }) => {
        const window = { x: left * (1 - side), y: top * (1 - side), width: side, height: side };
        const copy = turned(
          picture(seed, window, (value) => gain * value),
          symmetry,
        );
        fc.pre(compareAtLength(picture(seed), copy));
        expect(compare(picture(seed), copy)).not.toBeNull();
      },
    ),
    { numRuns: 20, seed: 8, endOnFailure: true },
  );
});
