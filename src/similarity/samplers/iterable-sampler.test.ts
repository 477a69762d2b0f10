import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backends/index.ts';
import { IterableSampler, type IterableSamplerOptions, type StreamedExample } from './iterable-sampler.ts';
import type { Batch } from './sampler.ts';

beforeAll(() => useBackend('cpu'));

/** The labels in turn, each with its place in the stream as the example. */
async function* stream(labels: Iterable<number>, onClose = () => {}): AsyncGenerator<StreamedExample> {
  try {
    let place = 0;
    for (const y of labels) {
      await Promise.resolve();
      yield { x: { data: Float32Array.of(y, place++), shape: [2] }, y };
    }
  } finally {
    onClose();
  }
}

function* endless(classes: number): Generator<number> {
  for (let i = 0; ; i++) yield i % classes;
}

function rowsOf({ views, labels }: Batch): { label: number; place: number }[] {
  const rows = (views[0] as tf.Tensor2D).arraySync();
  tf.dispose([...views]);
  return rows.map(([label, place], i) => {
    expect(label).toBe(labels[i]);
    return { label: label as number, place: place as number };
  });
}

function sampler(options: Partial<IterableSamplerOptions> = {}): IterableSampler {
  return new IterableSampler({ examples: stream(endless(4)), bufferSize: 40, ...options });
}

describe('a batch of a stream', () => {
  it('has exactly so many classes and so many examples of each', async () => {
    const labels = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 6, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(labels, fc.integer(), fc.integer({ min: 1, max: 4 }), async (given, seed, perClass) => {
        const present = new Set(given);
        const classesPerBatch = 1 + (Math.abs(seed) % present.size);
        const balanced = sampler({
          examples: () => stream(given),
          classesPerBatch,
          examplesPerClassPerBatch: perClass,
          seed,
          bufferSize: 24,
        });
        for (let step = 0; step < 3; step++) {
          const byClass = Map.groupBy(rowsOf(await balanced.nextBatch()), ({ label }) => label);
          expect(byClass.size).toBe(classesPerBatch);
          for (const members of byClass.values()) expect(members).toHaveLength(perClass);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('is the same with the same seed and another with another', async () => {
    const drawn = async (seed: number): Promise<unknown> => {
      const seeded = sampler({ seed });
      return (await Promise.all([1, 2, 3].map(() => seeded.nextBatch()))).map(rowsOf);
    };
    expect(await drawn(1)).toEqual(await drawn(1));
    expect(await drawn(1)).not.toEqual(await drawn(2));
  });

  it('moves on through the stream', async () => {
    const balanced = sampler();
    let latest = 0;
    for (let step = 0; step < 50; step++) {
      const places = rowsOf(await balanced.nextBatch()).map(({ place }) => place);
      latest = Math.max(latest, ...places);
      expect(latest).toBeLessThan(40 + 4 * step);
    }
    expect(latest).toBeGreaterThan(150);
  });

  it('is balanced also where classes come one after the other', async () => {
    const sorted = [0, 1, 2].flatMap((label) => Array.from({ length: 100 }, () => label));
    const balanced = sampler({ examples: () => stream(sorted), classesPerBatch: 3 });
    for (let step = 0; step < 20; step++) {
      expect(new Set(rowsOf(await balanced.nextBatch()).map(({ label }) => label)).size).toBe(3);
    }
  });

  it('takes listed classes alone, from plain iterables too', async () => {
    const examples = [0, 1, 2, 3, 0, 1, 2, 3].map((y, place) => ({ x: tf.tensor1d([y, place]), y }));
    const before = tf.memory().numTensors - examples.length;
    const balanced = sampler({ examples, classList: [1, 3] });
    const labels = rowsOf(await balanced.nextBatch()).map(({ label }) => label);
    expect(labels.toSorted()).toEqual([1, 1, 3, 3]);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('a stream that ends', () => {
  it('is opened again where it can be, unless all of it is in memory', async () => {
    let opened = 0;
    const counted = (length: number) => () => {
      opened++;
      return stream(Array.from({ length }, (_, i) => i % 4));
    };
    const long = sampler({ examples: counted(60) });
    for (let step = 0; step < 40; step++) rowsOf(await long.nextBatch());
    expect(opened).toBe(4);

    opened = 0;
    const short = sampler({ examples: counted(30) });
    const seen = new Set<number>();
    for (let step = 0; step < 40; step++) for (const { place } of rowsOf(await short.nextBatch())) seen.add(place);
    expect(opened).toBe(1);
    expect(seen.size).toBe(30);
  });

  it('is drawn from as far as it is in the buffer where it cannot be opened again', async () => {
    const balanced = sampler({ examples: stream(Array.from({ length: 60 }, (_, i) => i % 4)) });
    for (let step = 0; step < 20; step++) expect(rowsOf(await balanced.nextBatch())).toHaveLength(4);
  });

  it('says where it never had enough classes', async () => {
    const tooFew = { code: 'OUT_OF_RANGE', argument: 'classesPerBatch' };
    await expect(sampler({ examples: stream([1, 1, 1]) }).nextBatch()).rejects.toMatchObject(tooFew);
    await expect(sampler({ examples: () => stream([]) }).nextBatch()).rejects.toMatchObject(tooFew);
    await expect(sampler({ examples: () => stream(endless(1)) }).nextBatch()).rejects.toMatchObject(tooFew);
    const unlisted = sampler({ examples: () => stream([1, 2, 3]), classList: [8, 9] });
    await expect(unlisted.nextBatch()).rejects.toMatchObject(tooFew);
  });

  it('is closed when the sampler is disposed of', async () => {
    let closed = false;
    const balanced = sampler({ examples: stream(endless(2), () => (closed = true)) });
    rowsOf(await balanced.nextBatch());
    balanced.dispose();
    await Promise.resolve();
    await Promise.resolve();
    expect(closed).toBe(true);
    await expect(balanced.nextBatch()).rejects.toMatchObject({ code: 'DISPOSED' });
  });
});

describe('what is refused', () => {
  it('settings that cannot be', () => {
    const refused = (argument: string): unknown => expect.objectContaining({ code: 'OUT_OF_RANGE', argument });
    expect(() => sampler({ classList: [1] })).toThrow(refused('classesPerBatch'));
    expect(() => sampler({ bufferSize: 3 })).toThrow(refused('bufferSize'));
  });

  it('examples of another shape, and labels that are no class ids', async () => {
    const odd = [
      { x: { data: Float32Array.of(1), shape: [1] }, y: 0 },
      { x: { data: Float32Array.of(1, 2), shape: [2] }, y: 1 },
    ];
    await expect(sampler({ examples: odd }).nextBatch()).rejects.toMatchObject({ code: 'WRONG_SHAPE', argument: 'x' });
    await expect(sampler({ examples: stream([0.5]) }).nextBatch()).rejects.toMatchObject({
      code: 'NOT_AN_INTEGER',
      argument: 'y',
    });
  });

  it('what the stream throws is passed on', async () => {
    const broken = async function* (): AsyncGenerator<StreamedExample> {
      yield* stream([1, 2]);
      throw new Error('disconnected');
    };
    await expect(sampler({ examples: broken }).nextBatch()).rejects.toThrow('disconnected');
  });
});
