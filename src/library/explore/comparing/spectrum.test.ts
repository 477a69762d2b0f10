import fc from 'fast-check';
import { expect, test } from 'vitest';
import { greyGrid, gridCorrelation, halved, SYMMETRIES, turned } from './grey-grid.ts';
import { SPECTRUM, turnedCorrelations, WindowSpectra } from './spectrum.ts';
import { WHOLE } from './window.ts';

const SIDE = 16;
const spectra = new WindowSpectra(SIDE, [WHOLE]);

const LEVELS = 127;

test('the product of two spectra is the correlation of their grids, in all eight ways to turn the first', () => {
  const grid = fc.uint8Array({ minLength: SIDE * SIDE, maxLength: SIDE * SIDE }).map(greyGrid);
  fc.assert(
    fc.property(grid, grid, (a, b) => {
      const [ofA, ofB] = [new Float32Array(2 * SPECTRUM), new Float32Array(SPECTRUM)];
      spectra.write(a, ofA, true);
      spectra.write(b, ofB, false);
      const found = new Float32Array(SYMMETRIES.length);
      const levels = Int8Array.from(ofB, (value) => Math.round(LEVELS * value));
      turnedCorrelations(ofA, 0, levels, 0, found, 0);
      for (const symmetry of SYMMETRIES) {
        const expected = gridCorrelation(turned(halved(a), symmetry), halved(b));
        expect(Math.abs((found[symmetry] ?? 0) / LEVELS - expected)).toBeLessThan(0.02);
      }
    }),
  );
});

test('a flat grid is like nothing', () => {
  const spectrum = new Float32Array(SPECTRUM).fill(1);
  spectra.write(greyGrid(new Uint8Array(SIDE * SIDE).fill(200)), spectrum, false);
  expect(spectrum).toEqual(new Float32Array(SPECTRUM));
});
