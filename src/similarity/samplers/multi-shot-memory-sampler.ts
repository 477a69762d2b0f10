import type * as tf from '@tensorflow/tfjs-core';
import { checkLabels, checkRange, checkCount, type Labels } from '../checks.ts';
import { checkBalance, type BalancedOptions } from './balanced-options.ts';
import { ClassPool } from './class-pool.ts';
import { EpochSampler } from './epoch-sampler.ts';
import { gatherRows, toPlain, type Examples, type PlainExamples } from './examples.ts';
import type { Batch } from './sampler.ts';
import { selectRows } from './select-examples.ts';

export interface MultiShotMemorySamplerOptions extends BalancedOptions {
  /** [n, …], finite. A tensor may be disposed of afterwards; plain memory is kept and must not be changed. */
  readonly x: Examples;
  /** [n] class ids */
  readonly y: Labels;
  /** Keep at most so many examples of each class, drawn once. Default all. */
  readonly totalExamplesPerClass?: number;
  /** How many augmented versions of each example the augmenter is asked for. Default 1. */
  readonly augmentationsPerExample?: number;
}

/**
 * Balanced batches from examples in memory: `examplesPerClassPerBatch` examples of each of `classesPerBatch` classes, class
 * after class, both drawn at random. Within a batch no example is drawn twice, except of a class that has fewer examples
 * than are asked for (`smallClasses`): there each is drawn from all of them, so that some come twice and others not at all.
 *
 * The pool of examples is in random order, so that `getSlice` gives a mixture of the classes.
 */
export class MultiShotMemorySampler extends EpochSampler {
  readonly classesPerBatch: number;
  readonly examplesPerClassPerBatch: number;
  /** Class ids that batches are drawn from, rising. */
  readonly classList: readonly number[];
  /** Classes with fewer examples than a batch takes of each class. */
  readonly smallClasses: readonly number[];
  readonly #examples: PlainExamples;
  readonly #labels: Int32Array;
  readonly #rows: readonly number[];
  readonly #pool: ClassPool;
  readonly #warmupClasses: readonly number[] | undefined;

  /**
   * @throws SimilarityError WRONG_LENGTH (y has another length than x), OUT_OF_RANGE (more classes a batch than there are),
   *   EMPTY (no example of a listed class), WRONG_RANK, NOT_FINITE or NOT_AN_INTEGER
   */
  constructor(options: MultiShotMemorySamplerOptions) {
    super(options, 1);
    this.#examples = toPlain('x', options.x);
    const given = checkLabels('y', options.y, this.#examples.shape[0] ?? 0);
    const { classList, totalExamplesPerClass } = options;
    this.#rows = selectRows(given, this.random, {
      ...(classList && { classList }),
      ...(totalExamplesPerClass !== undefined && { examplesPerClass: totalExamplesPerClass }),
    });
    this.#labels = Int32Array.from(this.#rows, (row) => given[row] as number);
    this.#pool = new ClassPool(this.#labels);
    this.classList = this.#pool.classes;
    const balance = checkBalance(options, this.classList);
    this.classesPerBatch = balance.classesPerBatch;
    this.examplesPerClassPerBatch = balance.examplesPerClassPerBatch;
    this.#warmupClasses = balance.warmupClasses;
    this.smallClasses = this.#pool.smallerThan(this.examplesPerClassPerBatch);
  }

  /** Examples in the pool. */
  get numExamples(): number {
    return this.#rows.length;
  }

  /** Shape of one example. */
  get exampleShape(): readonly number[] {
    return this.#examples.shape.slice(1);
  }

  nextBatch(): Batch {
    this.checkUsable();
    const among = this.isWarmup ? this.#warmupClasses : undefined;
    const drawn = this.#pool
      .draw(this.random, this.classesPerBatch, this.examplesPerClassPerBatch, among)
      .flatMap(({ examples }) => examples);
    const { x, labels } = this.#gather(drawn);
    return this.augmented(x, labels);
  }

  /**
   * Examples of the pool as they are, not augmented.
   *
   * @param begin number of the first
   * @param size how many; all from `begin` on where it is left out
   * @returns `x` [size, …], the caller's to dispose of, and the class ids of its rows
   * @throws SimilarityError OUT_OF_RANGE or NOT_AN_INTEGER
   */
  getSlice(begin = 0, size = this.numExamples - begin): { x: tf.Tensor; labels: Int32Array } {
    this.checkUsable();
    checkCount('begin', begin, 0, this.numExamples);
    checkRange('size', checkCount('size', size, 0), 0, this.numExamples - begin);
    return this.#gather(Array.from({ length: size }, (_, i) => begin + i));
  }

  #gather(drawn: readonly number[]): { x: tf.Tensor; labels: Int32Array } {
    return {
      x: gatherRows(
        this.#examples,
        drawn.map((example) => this.#rows[example] as number),
      ),
      labels: Int32Array.from(drawn, (example) => this.#labels[example] as number),
    };
  }
}
