import * as tf from '@tensorflow/tfjs-core';
import { checkCount } from '../checks.ts';
import { SimilarityError } from '../errors.ts';
import type { BalancedOptions } from './balanced-options.ts';
import { ClassBuffer } from './class-buffer.ts';
import { EpochSampler } from './epoch-sampler.ts';
import { stackRows, toPlain, type Examples, type PlainExamples } from './examples.ts';
import type { Batch } from './sampler.ts';

/** One example of a stream. */
export interface StreamedExample {
  /** […], the same shape for every example. A tensor is disposed of by the sampler. */
  readonly x: Examples;
  /** Class id. */
  readonly y: number;
}

export type ExampleStream = AsyncIterable<StreamedExample> | Iterable<StreamedExample>;

export interface IterableSamplerOptions extends Omit<BalancedOptions, 'warmupClassList'> {
  /**
   * Where the examples come from. A function is called for a new stream whenever one has ended; a stream that is given by
   * itself is read once, and batches are then drawn from what the buffer holds.
   */
  readonly examples: ExampleStream | (() => ExampleStream);
  /** How many examples are kept in memory to draw from. Default 1024; at least a batch. */
  readonly bufferSize?: number;
  /** How many augmented versions of each example the augmenter is asked for. Default 1. */
  readonly augmentationsPerExample?: number;
}

/** After so many buffers' worth of examples without enough classes there is little hope of a batch. */
const BUFFERS_WITHOUT_A_BATCH = 10;

/**
 * Balanced batches from a stream of examples: for sets that are generated, downloaded, or larger than memory.
 *
 * A buffer of `bufferSize` examples is filled first; then, for each batch, as many examples are read as the batch holds, each
 * taking the place of one of the class that has most in the buffer. So a stream that is not mixed, or in which some classes
 * are rare, still gives balanced batches, as long as the buffer holds enough classes at a time. A stream that fits into the
 * buffer is read once and drawn from like examples in memory. Of a class with fewer examples in the buffer than are asked
 * for, each is drawn from all of them.
 */
export class IterableSampler extends EpochSampler {
  readonly classesPerBatch: number;
  readonly examplesPerClassPerBatch: number;
  readonly #source: ExampleStream | (() => ExampleStream);
  readonly #classes: ReadonlySet<number> | undefined;
  readonly #buffer: ClassBuffer<PlainExamples>;
  #stream: Iterator<StreamedExample> | AsyncIterator<StreamedExample> | undefined;
  /** Nothing more is going to be read. */
  #complete = false;
  #takenFromStream = 0;
  #exampleShape: readonly number[] | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** @throws SimilarityError OUT_OF_RANGE or NOT_AN_INTEGER */
  constructor(options: IterableSamplerOptions) {
    super(options, 1);
    const { classesPerBatch = 2, examplesPerClassPerBatch = 2, bufferSize = 1024, classList } = options;
    this.#classes = classList && new Set(classList);
    this.classesPerBatch = checkCount('classesPerBatch', classesPerBatch, 1, this.#classes?.size);
    this.examplesPerClassPerBatch = checkCount('examplesPerClassPerBatch', examplesPerClassPerBatch);
    checkCount('bufferSize', bufferSize, classesPerBatch * examplesPerClassPerBatch);
    this.#source = options.examples;
    this.#buffer = new ClassBuffer(bufferSize, this.random.fork());
  }

  /**
   * One batch after the other, also where the next is asked for before the last is there. What the stream throws is passed on.
   *
   * @throws SimilarityError OUT_OF_RANGE, where the stream does not hold enough classes; WRONG_SHAPE, where an example has
   *   another shape than those before it; NOT_AN_INTEGER, NOT_FINITE or WRONG_LENGTH
   */
  nextBatch(): Promise<Batch> {
    const batch = this.#last.then(() => this.#makeBatch());
    this.#last = batch.catch(() => undefined);
    return batch;
  }

  override dispose(): void {
    super.dispose();
    this.#buffer.clear();
    // Lets a generator close what it has open; there is nobody left to tell where that fails.
    void Promise.resolve(this.#stream?.return?.()).catch(() => undefined);
    this.#stream = undefined;
  }

  async #makeBatch(): Promise<Batch> {
    this.checkUsable();
    await this.#fillBuffer();
    this.checkUsable();
    const drawn = this.#buffer.draw(this.random, this.classesPerBatch, this.examplesPerClassPerBatch);
    const examples = stackRows(
      drawn.map(({ example }) => example.data),
      this.#exampleShape ?? [],
    );
    return this.augmented(
      examples,
      Int32Array.from(drawn, ({ label }) => label),
    );
  }

  async #fillBuffer(): Promise<void> {
    const { capacity, size } = this.#buffer;
    const enough = size < capacity ? capacity - size : this.classesPerBatch * this.examplesPerClassPerBatch;
    let taken = 0;
    for (let read = 0; read < capacity * BUFFERS_WITHOUT_A_BATCH && !this.#complete; read++) {
      if (taken >= enough && this.#buffer.classes.length >= this.classesPerBatch) return;
      if (await this.#readOne()) taken++;
    }
    const found = this.#buffer.classes.length;
    if (found >= this.classesPerBatch) return;
    const expected = `the stream has ${found} classes to draw ${this.classesPerBatch} from`;
    throw new SimilarityError('OUT_OF_RANGE', 'classesPerBatch', { expected });
  }

  /** @returns whether an example of a listed class was read */
  async #readOne(): Promise<boolean> {
    this.#stream ??= open(typeof this.#source === 'function' ? this.#source() : this.#source);
    const next: IteratorResult<StreamedExample, unknown> = await this.#stream.next();
    if (next.done === true) {
      this.#endStream();
      return false;
    }
    const { x, y } = next.value;
    const example = takeOver(x);
    if (this.#classes?.has(y) === false) return false;
    if (!Number.isInteger(y)) throw new SimilarityError('NOT_AN_INTEGER', 'y', { expected: `it is ${y}` });
    this.#checkShape(example.shape);
    this.#buffer.add(y, example);
    this.#takenFromStream++;
    return true;
  }

  #endStream(): void {
    const nothingNew = !this.#buffer.overflowed || this.#takenFromStream === 0;
    this.#complete = typeof this.#source !== 'function' || nothingNew;
    this.#stream = undefined;
    this.#takenFromStream = 0;
  }

  #checkShape(shape: readonly number[]): void {
    this.#exampleShape ??= shape;
    if (shape.join() === this.#exampleShape.join()) return;
    const expected = `the others have [${this.#exampleShape.join(', ')}]`;
    throw new SimilarityError('WRONG_SHAPE', 'x', { expected, shape });
  }
}

function open(stream: ExampleStream): Iterator<StreamedExample> | AsyncIterator<StreamedExample> {
  return Symbol.asyncIterator in stream ? stream[Symbol.asyncIterator]() : stream[Symbol.iterator]();
}

function takeOver(x: Examples): PlainExamples {
  try {
    return toPlain('x', x);
  } finally {
    if (x instanceof tf.Tensor) x.dispose();
  }
}
