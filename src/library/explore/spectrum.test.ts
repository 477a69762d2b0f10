import fc from 'fast-check';
import { expect, test } from 'vitest';
import { greyGrid, gridCorrelation, SYMMETRIES, turned } from './grey-grid.ts';
import { SPECTRUM, turnedCorrelations, writeSpectrum } from './spectrum.ts';

const LEVELS = 127;

test('the product of two spectra is the correlation of their grids, in all eight ways to turn the first', () => {
  const grid = fc
    .uint8Array({ minLength: SPECTRUM, maxLength: SPECTRUM })
    .filter((bytes) => new Set(bytes).size > 4)
    .map(greyGrid);
  fc.assert(
    fc.property(grid, grid, (a, b) => {
      const [ofA, ofB] = [new Float32Array(2 * SPECTRUM), new Float32Array(SPECTRUM)];
      writeSpectrum(a, ofA, 0, true);
      writeSpectrum(b, ofB, 0, false);
      const found = new Float32Array(SYMMETRIES.length);
      const levels = Int8Array.from(ofB, (value) => Math.round(LEVELS * value));
      turnedCorrelations(ofA, 0, levels, 0, found, 0);
      for (const symmetry of SYMMETRIES) {
        const expected = gridCorrelation(turned(a, symmetry), b);
        expect(Math.abs((found[symmetry] ?? 0) / LEVELS - expected)).toBeLessThan(0.02);
      }
    }),
  );
});

test('a flat grid is like nothing', () => {
  const spectrum = new Float32Array(SPECTRUM).fill(1);
  writeSpectrum(greyGrid(new Uint8Array(SPECTRUM).fill(200)), spectrum, 0, false);
  expect(spectrum).toEqual(new Float32Array(SPECTRUM));
});
