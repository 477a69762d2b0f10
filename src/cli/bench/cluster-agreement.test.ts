import fc from 'fast-check';
import { expect, it } from 'vitest';
import { adjustedRandIndex, normalizedMutualInformation } from './cluster-agreement.ts';

it('gives what others give', () => {
  // the example of Hubert and Arabie's index in scikit-learn's documentation: 0.24 for ARI, 0.52 for NMI
  const truth = [0, 0, 0, 1, 1, 1];
  const found = [0, 0, 1, 1, 2, 2];
  expect(adjustedRandIndex(truth, found)).toBeCloseTo(0.2424, 4);
  expect(normalizedMutualInformation(truth, found)).toBeCloseTo(0.5158, 4);
});

it('is 1 for the same classes under other names, and the same both ways', () => {
  const labels = fc.array(fc.nat(4), { minLength: 2, maxLength: 40 });
  fc.assert(
    fc.property(labels, labels, (a, b) => {
      const renamed = a.map((label) => 10 - label);
      expect(adjustedRandIndex(a, renamed)).toBeCloseTo(1, 9);
      expect(normalizedMutualInformation(a, renamed)).toBeCloseTo(1, 9);
      const [x, y] = [a.slice(0, b.length), b.slice(0, a.length)];
      if (x.length < 2) return;
      expect(adjustedRandIndex(x, y)).toBeCloseTo(adjustedRandIndex(y, x), 9);
      expect(normalizedMutualInformation(x, y)).toBeCloseTo(normalizedMutualInformation(y, x), 9);
    }),
  );
});
