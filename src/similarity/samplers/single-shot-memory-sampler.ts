import type { Augmenter } from '../augmenters/augmenter.ts';
import { checkCount } from '../checks.ts';
import type { Random } from '../random.ts';
import { EpochSampler, type SamplerOptions } from './epoch-sampler.ts';
import { gatherRows, toPlain, type Examples, type PlainExamples } from './examples.ts';
import type { Batch } from './sampler.ts';

export interface SingleShotMemorySamplerOptions extends SamplerOptions {
  /** [n, …], finite. A tensor may be disposed of afterwards; plain memory is kept and must not be changed. */
  readonly x: Examples;
  /** Makes the examples that are alike. */
  readonly augmenter: Augmenter;
  /** Examples drawn for each batch, before augmentation. */
  readonly examplesPerBatch: number;
  /** How many augmented versions of each example the augmenter is asked for. Default 2. */
  readonly augmentationsPerExample?: number;
}

/**
 * Batches from examples without labels: each example is a class of its own, and what is alike is made by the augmenter. The
 * label of an example is its number in `x`. No example is drawn twice for one batch.
 */
export class SingleShotMemorySampler extends EpochSampler {
  readonly examplesPerBatch: number;
  readonly #examples: PlainExamples;

  /** @throws SimilarityError OUT_OF_RANGE (more examples a batch than there are), WRONG_RANK, WRONG_LENGTH or NOT_FINITE */
  constructor(options: SingleShotMemorySamplerOptions) {
    super(options, 2);
    this.#examples = toPlain('x', options.x);
    this.examplesPerBatch = checkCount('examplesPerBatch', options.examplesPerBatch, 1, this.numExamples);
  }

  get numExamples(): number {
    return this.#examples.shape[0] ?? 0;
  }

  /** Shape of one example. */
  get exampleShape(): readonly number[] {
    return this.#examples.shape.slice(1);
  }

  nextBatch(): Batch {
    this.checkUsable();
    return this.#batchOf(drawDistinct(this.random, this.numExamples, this.examplesPerBatch));
  }

  /**
   * Augmented examples, in the order of `x`.
   *
   * @param begin number of the first
   * @param size how many, before augmentation; all from `begin` on where it is left out
   * @throws SimilarityError OUT_OF_RANGE or NOT_AN_INTEGER
   */
  getSlice(begin = 0, size = this.numExamples - begin): Batch {
    this.checkUsable();
    checkCount('begin', begin, 0, this.numExamples);
    checkCount('size', size, 0, this.numExamples - begin);
    return this.#batchOf(Array.from({ length: size }, (_, i) => begin + i));
  }

  #batchOf(rows: readonly number[]): Batch {
    return this.augmented(gatherRows(this.#examples, rows), Int32Array.from(rows));
  }
}

/** `count` different whole numbers below `bound`. Floyd's algorithm: its cost does not grow with the bound. */
function drawDistinct(random: Random, bound: number, count: number): number[] {
  const drawn = new Set<number>();
  for (let last = bound - count; last < bound; last++) {
    const candidate = random.below(last + 1);
    drawn.add(drawn.has(candidate) ? last : candidate);
  }
  return random.shuffled([...drawn]);
}
