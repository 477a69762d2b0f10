import { afterEach, describe, expect, it } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createEncoder, type DeviceEncoder, type Encoder, type EncoderOptions } from '../../src/compute/encoder.ts';
import { ENCODER_PICTURE_BYTES } from '../../src/compute/preprocess.ts';
import { loadProjection } from '../../src/compute/projection.ts';

const open: Encoder[] = [];

async function start(options: EncoderOptions): Promise<DeviceEncoder> {
  const encoder = await createEncoder(options);
  open.push(encoder);
  return encoder;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((encoder) => encoder.close()));
});

/** Pictures of noise over a slope, each of its own. The first byte is never 255, the mark for a crash. */
function pictures(count: number): Uint8Array {
  let state = 7;
  return Uint8Array.from({ length: count * ENCODER_PICTURE_BYTES }, (_, i) => {
    state = (state * 1_103_515_245 + 12_345) >>> 0;
    return ((state >>> 26) + ((i / 2000) % 160)) & 0xff;
  });
}

describe('the built-in encoder', () => {
  it('gives a picture the same features in any batch, on any number of threads', async () => {
    const seven = pictures(7);
    const [one, three] = [await start({ threads: 1 }), await start({ threads: 3 })];
    const together = await one.encode(seven);
    expect(together.length).toBe(7 * one.featureSize);
    const alone = await Promise.all(
      Array.from({ length: 7 }, (_, i) =>
        three.encode(seven.subarray(i * ENCODER_PICTURE_BYTES, (i + 1) * ENCODER_PICTURE_BYTES)),
      ),
    );
    const largest = alone.flatMap((row) => [...row]).map((value, i) => Math.abs(value - (together[i] ?? Number.NaN)));
    expect(Math.max(...largest)).toBeLessThan(1e-4);
  });

  it('splits a call of many pictures over its threads, and keeps their order', async () => {
    const encoder = await start({ threads: 2 });
    const many = pictures(19);
    const features = await encoder.encode(many);
    const last = await encoder.encode(many.subarray(18 * ENCODER_PICTURE_BYTES));
    const row = features.subarray(18 * encoder.featureSize);
    for (const [i, value] of last.entries()) expect(row[i]).toBeCloseTo(value, 3);
  });

  it('leaves the pixels as they were', async () => {
    const encoder = await start({ threads: 1 });
    const pixels = pictures(1);
    const before = pixels.slice();
    await encoder.encode(pixels);
    expect(Buffer.compare(pixels, before)).toBe(0);
  });

  it('gives nothing for nothing, and refuses half a picture', async () => {
    const encoder = await start({ threads: 1 });
    await expect(encoder.encode(new Uint8Array(0))).resolves.toHaveLength(0);
    await expect(encoder.encode(new Uint8Array(100))).rejects.toThrow(RangeError);
  });

  it('fits the built-in projection', async () => {
    const encoder = await start({ threads: 1 });
    const projection = loadProjection();
    const vectors = projection.project(await encoder.encode(pictures(2)));
    expect(vectors.length).toBe(2 * projection.dimensions);
  });

  it('gives up what is not done when it is closed', async () => {
    const encoder = await start({ threads: 1 });
    const work = encoder.encode(pictures(40));
    const outcome = expect(work).rejects.toMatchObject({ code: 'ENCODER_FAILED' });
    await encoder.close();
    await outcome;
    await expect(encoder.encode(pictures(1))).rejects.toMatchObject({ code: 'ENCODER_FAILED' });
  });

  it('says what to do where its file is missing', async () => {
    const empty = await mkdtemp(path.join(tmpdir(), 'semblance-resources-'));
    process.env['SEMBLANCE_RESOURCES'] = empty;
    try {
      await expect(createEncoder({ threads: 1 })).rejects.toMatchObject({
        code: 'ENCODER_FAILED',
        detail: expect.stringContaining('install Semblance again') as string,
      });
    } finally {
      delete process.env['SEMBLANCE_RESOURCES'];
      await rm(empty, { recursive: true });
    }
  });
});

describe('an encoder that rests', () => {
  it('gives the same once it is asked, and says then where it cannot start', async () => {
    const awake = await start({ threads: 1 });
    const rested = await start({ threads: 1, rested: true });
    expect(rested.provider).toBe(awake.provider);
    // not 0: nobody knows it, and time left is divided by it
    expect(rested.rate).toBeNull();
    expect(await rested.encode(pictures(3))).toEqual(await awake.encode(pictures(3)));
    const broken = await start({ threads: 1, rested: true, worker: new URL('./no-such-worker.ts', import.meta.url) });
    await expect(broken.encode(pictures(1))).rejects.toMatchObject({ code: 'ENCODER_FAILED' });
    // and again, rather than waiting for ever
    await expect(broken.encode(pictures(1))).rejects.toMatchObject({ code: 'ENCODER_FAILED' });
  });

  it('starts no thread before that', async () => {
    const started = new Int32Array(new SharedArrayBuffer(4));
    const worker = new URL('./encoder-counting-worker.ts', import.meta.url);
    const encoder = await start({ threads: 1, rested: true, worker, workerData: { started } });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(started[0]).toBe(0);
    await Promise.all([encoder.encode(pictures(1)), encoder.encode(pictures(1))]);
    expect(started[0]).toBe(1);
  });
});

describe('a worker thread of the encoder that dies', () => {
  const worker = new URL('./encoder-crashing-worker.ts', import.meta.url);

  /** An encoder whose workers die over a picture that starts with 255, `deaths` times in all. */
  function mortal(deaths: number, threads: number): Promise<Encoder> {
    const counter = new Int32Array(new SharedArrayBuffer(4)).fill(deaths);
    return start({ threads, worker, workerData: { deaths: counter } });
  }

  function marked(count: number): Uint8Array {
    const pixels = pictures(count);
    pixels[0] = 255;
    return pixels;
  }

  it('is replaced, and its batch done again', async () => {
    const sound = await start({ threads: 1 });
    const expected = await sound.encode(marked(3));
    const encoder = await mortal(1, 2);
    const features = await encoder.encode(marked(3));
    expect(features).toEqual(expected);
  });

  it('takes no other work down with it', async () => {
    const encoder = await mortal(1, 1);
    const results = await Promise.all([
      encoder.encode(marked(1)),
      encoder.encode(pictures(2)),
      encoder.encode(pictures(9)),
    ]);
    expect(results.map((features) => features.length / encoder.featureSize)).toEqual([1, 2, 9]);
  });

  it('fails the batch that kills two, and goes on', async () => {
    const encoder = await mortal(2, 1);
    await expect(encoder.encode(marked(1))).rejects.toMatchObject({
      code: 'ENCODER_FAILED',
      detail: 'the worker was made to crash',
    });
    await expect(encoder.encode(pictures(1))).resolves.toHaveLength(encoder.featureSize);
  });
});
