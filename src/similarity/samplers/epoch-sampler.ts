import type * as tf from '@tensorflow/tfjs-core';
import type { Augmenter } from '../augmenters/augmenter.ts';
import { checkCount } from '../checks.ts';
import { SimilarityError } from '../errors.ts';
import { createRandom, type Random } from '../random.ts';
import type { Batch, Sampler } from './sampler.ts';

/** What every sampler can be told. */
export interface SamplerOptions {
  /** Batches an epoch. Default 1000. */
  readonly stepsPerEpoch?: number;
  /** Changes each batch before it is given out. Default none. */
  readonly augmenter?: Augmenter;
  /** How many augmented versions of each example the augmenter is asked for. */
  readonly augmentationsPerExample?: number;
  /** How many epochs, from the first on, the augmenter is told to be warm-up. Default 0. */
  readonly warmup?: number;
  /** The same seed gives the same batches. Default 0. */
  readonly seed?: number;
}

/** What samplers share: epochs, warm-up, augmentation, and the random numbers that all of it is drawn from. */
export abstract class EpochSampler implements Sampler {
  readonly stepsPerEpoch: number;
  readonly augmentationsPerExample: number;
  readonly warmup: number;
  /** Draws the examples. */
  protected readonly random: Random;
  readonly #augmenterRandom: Random;
  readonly #augmenter: Augmenter | undefined;
  #epoch = 0;
  #disposed = false;

  constructor(options: SamplerOptions, augmentationsPerExample: number) {
    this.stepsPerEpoch = checkCount('stepsPerEpoch', options.stepsPerEpoch ?? 1000);
    this.augmentationsPerExample = checkCount(
      'augmentationsPerExample',
      options.augmentationsPerExample ?? augmentationsPerExample,
    );
    this.warmup = checkCount('warmup', options.warmup ?? 0, 0);
    this.#augmenter = options.augmenter;
    this.random = createRandom(checkCount('seed', options.seed ?? 0, -Infinity));
    // Its own, so that an augmenter does not change which examples are drawn.
    this.#augmenterRandom = this.random.fork();
  }

  /** Epochs ended so far. */
  get epoch(): number {
    return this.#epoch;
  }

  /** True while the current epoch is one of warm-up. */
  get isWarmup(): boolean {
    return this.#epoch < this.warmup;
  }

  abstract nextBatch(): Promise<Batch> | Batch;

  onEpochEnd(): void {
    this.#epoch++;
  }

  dispose(): void {
    this.#disposed = true;
  }

  /** @throws SimilarityError DISPOSED */
  protected checkUsable(): void {
    if (this.#disposed) throw new SimilarityError('DISPOSED', 'sampler', { expected: 'make another one' });
  }

  /** The batch that the augmenter makes of these examples, which it takes over. */
  protected augmented(examples: tf.Tensor, labels: Int32Array): Batch {
    if (this.#augmenter === undefined) return { views: [examples], labels };
    try {
      return this.#augmenter.augment(
        examples,
        labels,
        this.augmentationsPerExample,
        this.isWarmup,
        this.#augmenterRandom,
      );
    } finally {
      examples.dispose();
    }
  }
}
