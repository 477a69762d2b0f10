import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Augmenter } from '../augmenters/augmenter.ts';
import { useBackend } from '../backends/index.ts';
import { SingleShotMemorySampler, type SingleShotMemorySamplerOptions } from './single-shot-memory-sampler.ts';

beforeAll(() => useBackend('cpu'));

/** As many views as copies, the i-th with i added. */
const shifting: Augmenter = {
  augment: (examples, labels, copies) => ({
    views: Array.from({ length: copies }, (_, i) => tf.add(examples, i)),
    labels,
  }),
};

function sampler(options: Partial<SingleShotMemorySamplerOptions> = {}, count = 20): SingleShotMemorySampler {
  const x = { data: Float32Array.from({ length: count }, (_, i) => i * 10), shape: [count, 1] };
  return new SingleShotMemorySampler({ x, augmenter: shifting, examplesPerBatch: 4, ...options });
}

describe('SingleShotMemorySampler', () => {
  it('draws different examples, each its own class, and gives a view of each for every copy', () => {
    const sizes = fc.record({ count: fc.integer({ min: 1, max: 40 }), seed: fc.integer() });
    fc.assert(
      fc.property(sizes, fc.nat(), ({ count, seed }, draw) => {
        const examplesPerBatch = 1 + (draw % count);
        const { views, labels } = sampler({ examplesPerBatch, seed }, count).nextBatch();
        const rows = views.map((view) => [...view.dataSync()]);
        tf.dispose([...views]);
        expect(new Set(labels).size).toBe(examplesPerBatch);
        expect(rows).toEqual([[...labels].map((label) => label * 10), [...labels].map((label) => label * 10 + 1)]);
      }),
      { numRuns: 50 },
    );
  });

  it('is the same with the same seed, another with another, and comes to every example', () => {
    const drawn = (seed: number): number[][] => {
      const seeded = sampler({ seed });
      return Array.from({ length: 40 }, () => {
        const { views, labels } = seeded.nextBatch();
        tf.dispose([...views]);
        return [...labels];
      });
    };
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(1)).not.toEqual(drawn(2));
    expect(new Set(drawn(1).flat()).size).toBe(20);
  });

  it('gives slices in order, augmented', () => {
    const { views, labels } = sampler({ augmentationsPerExample: 1 }).getSlice(3, 2);
    expect([...labels]).toEqual([3, 4]);
    expect([...(views[0] as tf.Tensor).dataSync()]).toEqual([30, 40]);
    tf.dispose([...views]);
  });

  it('leaves no tensor behind', () => {
    const before = tf.memory().numTensors;
    const single = sampler({ x: tf.tidy(() => tf.keep(tf.zeros([5, 2]))) });
    expect(single.exampleShape).toEqual([2]);
    expect(single.numExamples).toBe(5);
    tf.dispose([...single.nextBatch().views]);
    single.dispose();
    expect(tf.memory().numTensors - before).toBe(1); // the caller's own
  });

  it('refuses more examples a batch than there are', () => {
    expect(() => sampler({ examplesPerBatch: 21 })).toThrow(
      expect.objectContaining({ code: 'OUT_OF_RANGE', argument: 'examplesPerBatch' }),
    );
  });
});
