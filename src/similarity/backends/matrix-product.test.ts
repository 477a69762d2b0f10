import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { createRandom } from '../random.ts';
import { useBackend } from './backend.ts';

beforeAll(() => useBackend('wasm'));

function randomTensor(seed: number, shape: number[]): tf.Tensor {
  const random = createRandom(seed);
  return tf.tensor(
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.between(-1, 1)),
    shape,
  );
}

it.each([
  { transposeA: false, transposeB: false },
  { transposeA: true, transposeB: false },
  { transposeA: false, transposeB: true },
  { transposeA: true, transposeB: true },
])('multiplies matrices, one or several, transposed or not: %o', ({ transposeA, transposeB }) => {
  const [rows, inner, columns, batch] = [3, 4, 5, 2];
  const a = randomTensor(1, transposeA ? [batch, inner, rows] : [batch, rows, inner]);
  const b = randomTensor(2, transposeB ? [batch, columns, inner] : [batch, inner, columns]);
  const before = tf.memory().numTensors;
  const product = tf.matMul<tf.Tensor3D>(a, b, transposeA, transposeB);
  expect(product.shape).toEqual([batch, rows, columns]);
  expect(tf.memory().numTensors).toBe(before + 1);

  const [left, right, got] = [a.arraySync(), b.arraySync(), product.arraySync()] as number[][][][];
  for (let n = 0; n < batch; n++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        let sum = 0;
        for (let k = 0; k < inner; k++) {
          const x = transposeA ? left?.[n]?.[k]?.[i] : left?.[n]?.[i]?.[k];
          const y = transposeB ? right?.[n]?.[j]?.[k] : right?.[n]?.[k]?.[j];
          sum += (x ?? NaN) * (y ?? NaN);
        }
        expect(got?.[n]?.[i]?.[j]).toBeCloseTo(sum, 5);
      }
    }
  }
  const [plainA, plainB] = [tf.squeeze(tf.slice(a, 0, 1), [0]), tf.squeeze(tf.slice(b, 0, 1), [0])];
  const first = tf.matMul<tf.Tensor2D>(plainA, plainB, transposeA, transposeB);
  expect(first.arraySync()).toEqual(got?.[0]);
});
