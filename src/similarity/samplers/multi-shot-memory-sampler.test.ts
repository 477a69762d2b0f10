import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Augmenter } from '../augmenters/augmenter.ts';
import { useBackend } from '../backends/index.ts';
import { MultiShotMemorySampler, type MultiShotMemorySamplerOptions } from './multi-shot-memory-sampler.ts';
import type { Batch } from './sampler.ts';

beforeAll(() => useBackend('cpu'));

/** `examples[c]` examples of class c, each of two values: its class and its number. */
function classes(...examples: readonly number[]): { x: { data: Float32Array; shape: number[] }; y: number[] } {
  const y = examples.flatMap((count, label) => Array.from({ length: count }, () => label));
  return { x: { data: Float32Array.from(y.flatMap((label, i) => [label, i])), shape: [y.length, 2] }, y };
}

function rowsOf({ views, labels }: Batch): { label: number; row: number[] }[] {
  const rows = (views[0] as tf.Tensor2D).arraySync();
  tf.dispose([...views]);
  return rows.map((row, i) => ({ label: labels[i] as number, row }));
}

function sampler(options: Partial<MultiShotMemorySamplerOptions> = {}): MultiShotMemorySampler {
  return new MultiShotMemorySampler({ ...classes(5, 6, 7, 8), ...options });
}

describe('a batch', () => {
  it('has exactly so many classes, so many examples of each, and their labels', () => {
    const shape = fc.record({
      counts: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }),
      perClass: fc.integer({ min: 1, max: 5 }),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(shape, fc.nat(), ({ counts, perClass, seed }, draw) => {
        const classesPerBatch = 1 + (draw % counts.length);
        const balanced = new MultiShotMemorySampler({
          ...classes(...counts),
          classesPerBatch,
          examplesPerClassPerBatch: perClass,
          seed,
        });
        const rows = rowsOf(balanced.nextBatch());
        const byClass = Map.groupBy(rows, ({ label }) => label);
        expect(byClass.size).toBe(classesPerBatch);
        for (const [label, members] of byClass) {
          expect(members).toHaveLength(perClass);
          for (const { row } of members) expect(row[0]).toBe(label);
          const distinct = new Set(members.map(({ row }) => row[1])).size;
          if ((counts[label] as number) >= perClass) expect(distinct).toBe(perClass);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is the same with the same seed and another with another', () => {
    const drawn = (seed: number): unknown[] => {
      const seeded = sampler({ seed });
      return Array.from({ length: 5 }, () => rowsOf(seeded.nextBatch()));
    };
    expect(drawn(3)).toEqual(drawn(3));
    expect(drawn(3)).not.toEqual(drawn(4));
  });

  it('comes to every example in the end', () => {
    const balanced = sampler();
    const seen = new Set<number>();
    for (let step = 0; step < 100; step++)
      for (const { row } of rowsOf(balanced.nextBatch())) seen.add(row[1] as number);
    expect(seen.size).toBe(26);
  });

  it('repeats examples of a class that has too few, and says which classes these are', () => {
    const balanced = sampler({ ...classes(1, 4), examplesPerClassPerBatch: 3 });
    expect(balanced.smallClasses).toEqual([0]);
    const ofSmall = rowsOf(balanced.nextBatch()).filter(({ label }) => label === 0);
    expect(ofSmall.map(({ row }) => row[1])).toEqual([0, 0, 0]);
  });

  it('draws from the class list alone, and from another one while warming up', () => {
    const balanced = sampler({ classList: [3, 1, 2, 1], warmup: 1, warmupClassList: [2, 3] });
    expect(balanced.classList).toEqual([1, 2, 3]);
    const labels = (): Set<number> =>
      new Set(Array.from({ length: 30 }, () => rowsOf(balanced.nextBatch()).map(({ label }) => label)).flat());
    expect([...labels()].sort()).toEqual([2, 3]);
    balanced.onEpochEnd();
    expect([...labels()].sort()).toEqual([1, 2, 3]);
  });

  it('keeps whole numbers whole', () => {
    const { views } = sampler({ x: { data: new Int32Array(26), shape: [26] } }).nextBatch();
    expect(views[0]?.dtype).toBe('int32');
    tf.dispose([...views]);
  });
});

describe('the augmenter', () => {
  /** Two views, the second with the sign turned, and a note of what it was told. */
  function recording(told: unknown[]): Augmenter {
    return {
      augment: (examples, labels, copies, warmup, random) => {
        told.push({ copies, warmup, random: random.next() });
        return { views: [tf.clone(examples), tf.neg(examples)], labels };
      },
    };
  }

  it('is told of the warm-up and of how many versions are wanted, and gives the views', () => {
    const told: { warmup?: boolean; copies?: number }[] = [];
    const balanced = sampler({ augmenter: recording(told), augmentationsPerExample: 3, warmup: 2 });
    for (let epoch = 0; epoch < 4; epoch++) {
      expect(balanced.isWarmup).toBe(epoch < 2);
      const { views } = balanced.nextBatch();
      expect(views).toHaveLength(2);
      tf.dispose([...views]);
      balanced.onEpochEnd();
    }
    expect(told.map(({ warmup }) => warmup)).toEqual([true, true, false, false]);
    expect(told.map(({ copies }) => copies)).toEqual([3, 3, 3, 3]);
  });

  it('changes nothing about which examples are drawn', () => {
    const plain = sampler();
    const augmented = sampler({ augmenter: recording([]) });
    for (let step = 0; step < 3; step++) expect(rowsOf(augmented.nextBatch())).toEqual(rowsOf(plain.nextBatch()));
  });

  it('leaves no tensor behind where it fails', () => {
    const failing: Augmenter = {
      augment: () => {
        throw new Error('no');
      },
    };
    const before = tf.memory().numTensors;
    expect(() => sampler({ augmenter: failing }).nextBatch()).toThrow('no');
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('the pool', () => {
  it('is a mixture of the classes, each example once, and slices of it come one after the other', () => {
    const balanced = sampler();
    expect(balanced.numExamples).toBe(26);
    expect(balanced.exampleShape).toEqual([2]);
    const all = rowsOf({ views: [balanced.getSlice().x], labels: balanced.getSlice().labels });
    expect(new Set(all.map(({ row }) => row[1])).size).toBe(26);
    expect(all.map(({ label }) => label)).not.toEqual(classes(5, 6, 7, 8).y);
    const { x, labels } = balanced.getSlice(3, 2);
    expect(rowsOf({ views: [x], labels })).toEqual(all.slice(3, 5));
  });

  it('can be kept small', () => {
    const balanced = sampler({ totalExamplesPerClass: 3, classList: [0, 2] });
    expect(balanced.numExamples).toBe(6);
  });

  it('takes a tensor, which may be disposed of afterwards, and leaves none behind', () => {
    const before = tf.memory().numTensors;
    const x = tf.tensor2d([
      [0, 0],
      [0, 1],
      [1, 2],
      [1, 3],
    ]);
    const y = tf.tensor1d([0, 0, 1, 1], 'int32');
    const balanced = new MultiShotMemorySampler({ x, y });
    tf.dispose([x, y]);
    expect(rowsOf(balanced.nextBatch())).toHaveLength(4);
    tf.dispose(balanced.getSlice().x);
    balanced.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('what is refused', () => {
  const cases: [string, Partial<MultiShotMemorySamplerOptions>, object][] = [
    ['labels of another length', { y: [1, 2] }, { code: 'WRONG_LENGTH', argument: 'y', shape: [2] }],
    ['half a label', { y: Array.from({ length: 26 }, () => 0.5) }, { code: 'NOT_AN_INTEGER', argument: 'y' }],
    ['more classes than there are', { classesPerBatch: 5 }, { code: 'OUT_OF_RANGE', argument: 'classesPerBatch' }],
    ['no classes', { classesPerBatch: 0 }, { code: 'OUT_OF_RANGE', argument: 'classesPerBatch' }],
    ['no examples of a class', { examplesPerClassPerBatch: 0 }, { code: 'OUT_OF_RANGE' }],
    ['a class list without examples', { classList: [0, 1, 9] }, { code: 'EMPTY', argument: 'classList' }],
    ['an empty class list', { classList: [] }, { code: 'EMPTY', argument: 'classList' }],
    [
      'a warm-up class outside the list',
      { classList: [0, 1], warmupClassList: [2, 3] },
      { argument: 'warmupClassList' },
    ],
    ['a single warm-up class', { warmupClassList: [2] }, { code: 'OUT_OF_RANGE', argument: 'classesPerBatch' }],
    ['NaN', { x: { data: new Float32Array(52).fill(NaN), shape: [26, 2] } }, { code: 'NOT_FINITE', argument: 'x' }],
    ['values for another shape', { x: { data: new Float32Array(51), shape: [26, 2] } }, { code: 'WRONG_LENGTH' }],
    ['no example', { x: { data: new Float32Array(0), shape: [0, 2] }, y: [] }, { code: 'EMPTY', argument: 'x' }],
    ['a scalar', { x: { data: new Float32Array(1), shape: [] } }, { code: 'WRONG_RANK', argument: 'x' }],
    ['half a step', { stepsPerEpoch: 1.5 }, { code: 'NOT_AN_INTEGER', argument: 'stepsPerEpoch' }],
    ['a negative warm-up', { warmup: -1 }, { code: 'OUT_OF_RANGE', argument: 'warmup' }],
  ];

  it.each(cases)('%s', (_what, options, error) => {
    expect(() => sampler(options)).toThrow(expect.objectContaining({ name: 'SimilarityError', ...error }));
  });

  it('a slice beyond the pool', () => {
    expect(() => sampler().getSlice(20, 7)).toThrow(
      expect.objectContaining({ code: 'OUT_OF_RANGE', argument: 'size' }),
    );
    expect(() => sampler().getSlice(27)).toThrow(expect.objectContaining({ code: 'OUT_OF_RANGE', argument: 'begin' }));
  });

  it('a batch after it was disposed of', () => {
    const disposed = sampler();
    disposed.dispose();
    expect(() => disposed.nextBatch()).toThrow(expect.objectContaining({ code: 'DISPOSED' }));
  });
});
