import { expect, test } from 'vitest';
import { normalize } from '../../library/vectors/vector-index.ts';
import { gaussians } from './gaussians.ts';
import { trustworthiness } from './trustworthiness.ts';

test('a layout that keeps neighbors is trusted, one at random is not', () => {
  const random = gaussians(4);
  const size = 300;
  // on a circle, so that the vectors are a layout of themselves
  const vectors = Float32Array.from({ length: size }, random).reduce<number[]>((all, _, i) => {
    const angle = (2 * Math.PI * i) / size;
    return [...all, ...normalize(Float32Array.of(Math.cos(angle), Math.sin(angle)))];
  }, []);
  const kept = Float32Array.from(vectors);
  const scattered = Float32Array.from({ length: 2 * size }, random);
  const sample = [...Array(size).keys()];
  const [good = 0, bad = 0] = trustworthiness({
    vectors: kept,
    dimensions: 2,
    layouts: [kept, scattered],
    sample,
    k: 10,
  });
  expect(good).toBeGreaterThan(0.99);
  expect(bad).toBeGreaterThan(0.4);
  expect(bad).toBeLessThan(0.6);
});
