import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backends/index.ts';
import type { Examples } from './examples.ts';
import { FileSampler, type FileSamplerOptions } from './file-sampler.ts';
import type { Batch } from './sampler.ts';

let folder = '';

beforeAll(async () => {
  await useBackend('cpu');
  folder = await mkdtemp(join(tmpdir(), 'semblance-file-sampler-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Class 0 has a0, a1, …, class 1 has b0, b1, … */
function named(...counts: readonly number[]): { paths: string[]; y: number[] } {
  const files = counts.flatMap((count, label) =>
    Array.from({ length: count }, (_, i) => ({ path: `${'abcdefgh'[label] ?? ''}${i}`, label })),
  );
  return { paths: files.map(({ path }) => path), y: files.map(({ label }) => label) };
}

/** What a path is decoded to: its class's letter and its number. */
function decode(path: string): tf.Tensor {
  return tf.tensor1d([path.charCodeAt(0), Number(path.slice(1))]);
}

function sampler(options: Partial<FileSamplerOptions> = {}): FileSampler {
  return new FileSampler({ ...named(4, 4, 4), load: decode, ...options });
}

function pathsOf({ views, labels }: Batch): string[] {
  const rows = (views[0] as tf.Tensor2D).arraySync();
  tf.dispose([...views]);
  expect(rows.map(([letter]) => (letter as number) - 97)).toEqual([...labels]);
  return rows.map(([letter, number]) => `${String.fromCharCode(letter as number)}${number as number}`);
}

function classesOf(paths: readonly string[]): string[] {
  return [...new Set(paths.map((path) => path.charAt(0)))].toSorted();
}

describe('a batch of files', () => {
  it('has exactly so many classes and so many examples of each, none twice', async () => {
    const counts = fc.array(fc.integer({ min: 3, max: 6 }), { minLength: 2, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(counts, fc.integer(), fc.nat(), async (files, seed, draw) => {
        const classesPerBatch = 1 + (draw % files.length);
        const balanced = sampler({ ...named(...files), classesPerBatch, examplesPerClassPerBatch: 3, seed });
        const paths = pathsOf(await balanced.nextBatch());
        expect(new Set(paths).size).toBe(3 * classesPerBatch);
        expect(classesOf(paths)).toHaveLength(classesPerBatch);
      }),
      { numRuns: 30 },
    );
  });

  it('is the same with the same seed, however long each file takes and also when asked for ahead', async () => {
    const drawn = async (seed: number, slow: string): Promise<string[][]> => {
      const seeded = sampler({
        seed,
        load: async (path) => {
          if (path.startsWith(slow)) for (let turn = 0; turn < 5; turn++) await setImmediate();
          return decode(path);
        },
      });
      return (await Promise.all([1, 2, 3].map(() => seeded.nextBatch()))).map(pathsOf);
    };
    expect(await drawn(1, 'a')).toEqual(await drawn(1, 'b'));
    expect(await drawn(1, 'a')).not.toEqual(await drawn(2, 'a'));
  });

  it('is loaded so many at a time', async () => {
    let [running, most] = [0, 0];
    const load = async (path: string): Promise<tf.Tensor> => {
      most = Math.max(most, ++running);
      await setImmediate();
      running--;
      return decode(path);
    };
    pathsOf(await sampler({ load, concurrency: 3, classesPerBatch: 3, examplesPerClassPerBatch: 4 }).nextBatch());
    expect(most).toBe(3);
  });

  it('can be read from real files, in plain memory, and leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const { paths, y } = named(2, 2);
    await Promise.all(paths.map((path) => writeFile(join(folder, path), `${path.charCodeAt(0)} ${path.slice(1)}`)));
    const load = async (path: string): Promise<Examples> => {
      const data = Float32Array.from((await readFile(path, 'utf8')).split(' ').map(Number));
      return { data, shape: [2] };
    };
    const read = new FileSampler({ paths: paths.map((path) => join(folder, path)), y, load });
    expect(pathsOf(await read.nextBatch()).toSorted()).toEqual(['a0', 'a1', 'b0', 'b1']);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('a file that cannot be decoded', () => {
  const failing =
    (broken: RegExp) =>
    (path: string): tf.Tensor => {
      if (broken.test(path)) throw new Error('not a picture');
      return decode(path);
    };

  it('ends the batch with an error that names it, and leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const error: unknown = await sampler({ load: failing(/[abc]2/), classesPerBatch: 3, examplesPerClassPerBatch: 4 })
      .nextBatch()
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'FILE_DAMAGED', cause: new Error('not a picture') });
    expect((error as { argument: string }).argument).toMatch(/^[abc]2$/);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is said to be missing where it is', async () => {
    const load = async (path: string): Promise<tf.Tensor> => decode(await readFile(join(folder, 'none', path), 'utf8'));
    await expect(sampler({ load }).nextBatch()).rejects.toMatchObject({ code: 'FILE_MISSING' });
  });

  it('is replaced by another of its class, and not tried again', async () => {
    const reported: string[] = [];
    const tolerant = sampler({
      load: failing(/[ab][01]/),
      onError: (error, path) => {
        expect(error).toMatchObject({ code: 'FILE_DAMAGED', argument: path });
        reported.push(path);
      },
    });
    for (let step = 0; step < 30; step++) {
      const paths = pathsOf(await tolerant.nextBatch());
      expect(new Set(paths).size).toBe(4);
      expect(classesOf(paths)).toHaveLength(2);
      expect(paths.filter((path) => /[ab][01]/.test(path))).toEqual([]);
    }
    expect(reported.toSorted()).toEqual(['a0', 'a1', 'b0', 'b1']);
  });

  it('takes its class with it where it was the last of it', async () => {
    const tolerant = sampler({ load: failing(/a/), onError: () => undefined });
    for (let step = 0; step < 10; step++) expect(classesOf(pathsOf(await tolerant.nextBatch()))).toEqual(['b', 'c']);
  });

  it('is repeated by those that are left of a small class', async () => {
    const tolerant = sampler({ load: failing(/a[012]/), onError: () => undefined, classList: [0, 1] });
    expect(pathsOf(await tolerant.nextBatch()).filter((path) => path.startsWith('a'))).toEqual(['a3', 'a3']);
  });

  it('ends the batch where too few classes are left', async () => {
    const hopeless = sampler({ load: failing(/[ab]/), onError: () => undefined });
    await expect(
      (async () => {
        for (let step = 0; step < 10; step++) pathsOf(await hopeless.nextBatch());
      })(),
    ).rejects.toMatchObject({ code: 'EMPTY', argument: 'paths' });
  });

  it('counts an example of another shape, or with NaN, as such', async () => {
    const reported: [string, string][] = [];
    const odd = sampler({
      load: (path) => (path === 'a0' ? tf.zeros([3]) : path === 'b0' ? tf.fill([2], NaN) : decode(path)),
      onError: ({ code }, path) => reported.push([path, code]),
      classesPerBatch: 3,
      examplesPerClassPerBatch: 4,
      seed: 1,
    });
    pathsOf(await odd.nextBatch());
    expect(reported.toSorted()).toEqual([
      ['a0', 'WRONG_SHAPE'],
      ['b0', 'NOT_FINITE'],
    ]);
  });
});

describe('what is refused', () => {
  it.each([
    [{ y: [1] }, { code: 'WRONG_LENGTH', argument: 'y' }],
    [{ classesPerBatch: 4 }, { code: 'OUT_OF_RANGE', argument: 'classesPerBatch' }],
    [{ classList: [0, 7] }, { code: 'EMPTY', argument: 'classList' }],
    [{ concurrency: 0 }, { code: 'OUT_OF_RANGE', argument: 'concurrency' }],
  ])('%j', (options, error) => {
    expect(() => sampler(options)).toThrow(expect.objectContaining(error));
  });
});
