import { expect, test } from 'vitest';
import type { Encoder } from '../../compute/encoder.ts';
import { EncodeBatcher } from './encode-batcher.ts';

/** Gives each picture's first byte as its one feature, and remembers the batches. */
function recordingEncoder(fail = false): { encoder: Encoder; batches: number[] } {
  const batches: number[] = [];
  const encoder: Encoder = {
    id: 'test',
    name: 'test',
    inputSide: 224,
    featureSize: 1,
    provider: 'test',
    encode: async (pixels) => {
      batches.push(pixels.length / 2);
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (fail) throw new Error('lost');
      return Float32Array.from({ length: pixels.length / 2 }, (_, i) => pixels[2 * i] ?? 0);
    },
    close: () => Promise.resolve(),
  };
  return { encoder, batches };
}

test('each picture gets its own features, in batches of at most eight', async () => {
  const { encoder, batches } = recordingEncoder();
  const batcher = new EncodeBatcher(encoder, 2);
  const features = await Promise.all(Array.from({ length: 50 }, (_, i) => batcher.encode(Uint8Array.of(i, 0))));
  expect(features.map(([value]) => value)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  expect(Math.max(...batches)).toBeLessThanOrEqual(8);
  expect(batches.length).toBeLessThan(12);
});

test('a failed batch fails its pictures and no others wait for ever', async () => {
  const { encoder } = recordingEncoder(true);
  const batcher = new EncodeBatcher(encoder, 1);
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => batcher.encode(Uint8Array.of(1, 1))));
  expect(results.every(({ status }) => status === 'rejected')).toBe(true);
});

test('a picture that nobody waits for any more is taken out before it is encoded', async () => {
  const { encoder, batches } = recordingEncoder();
  const batcher = new EncodeBatcher(encoder, 1);
  const stop = new AbortController();
  const { signal } = stop;
  const running = batcher.encode(Uint8Array.of(1, 0), { signal });
  const waiting = batcher.encode(Uint8Array.of(2, 0), { signal });
  const other = batcher.encode(Uint8Array.of(3, 0));
  stop.abort(new Error('cancelled'));
  await expect(running).rejects.toThrow('cancelled');
  await expect(waiting).rejects.toThrow('cancelled');
  expect([...(await other)]).toEqual([3]);
  expect(batches).toEqual([1, 1]);
});
