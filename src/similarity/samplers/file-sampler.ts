import * as tf from '@tensorflow/tfjs-core';
import { checkCount, checkLabels, type Labels } from '../checks.ts';
import { SimilarityError } from '../errors.ts';
import { checkBalance, type BalancedOptions } from './balanced-options.ts';
import { settleBounded } from './bounded-concurrency.ts';
import { ClassPool } from './class-pool.ts';
import { EpochSampler } from './epoch-sampler.ts';
import { stackRows, toPlain, type Examples, type PlainExamples } from './examples.ts';
import type { Batch } from './sampler.ts';
import { selectRows } from './select-examples.ts';

export interface FileSamplerOptions extends BalancedOptions {
  /** [n] where the examples are: what `load` takes */
  readonly paths: readonly string[];
  /** [n] class ids */
  readonly y: Labels;
  /** Reads and decodes one example, of the same shape for every path. A tensor is disposed of by the sampler. */
  readonly load: (path: string) => Promise<Examples> | Examples;
  /**
   * Told of an example that `load` fails on. The example is then left out for good, and another of its class takes its
   * place; a class without any left is left out too. Without this, the failure ends the batch.
   */
  readonly onError?: (error: SimilarityError, path: string) => void;
  /** How many examples are loaded at a time. Default 4. */
  readonly concurrency?: number;
  /** Keep at most so many examples of each class, drawn once. Default all. */
  readonly totalExamplesPerClass?: number;
  /** How many augmented versions of each example the augmenter is asked for. Default 1. */
  readonly augmentationsPerExample?: number;
}

/** An example of a batch in the making. */
interface Slot {
  readonly label: number;
  readonly example: number;
}

/**
 * Balanced batches of examples that are loaded when their turn comes: for sets that do not fit into memory. What is drawn
 * depends on the seed alone, not on which file is read first.
 */
export class FileSampler extends EpochSampler {
  readonly classesPerBatch: number;
  readonly examplesPerClassPerBatch: number;
  /** Class ids that batches were to be drawn from, rising. */
  readonly classList: readonly number[];
  readonly #options: FileSamplerOptions;
  readonly #concurrency: number;
  readonly #pool: ClassPool;
  readonly #paths: readonly string[];
  readonly #warmupClasses: readonly number[] | undefined;
  #exampleShape: readonly number[] | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /**
   * @throws SimilarityError WRONG_LENGTH (y has another length than paths), OUT_OF_RANGE (more classes a batch than there
   *   are), EMPTY (no example of a listed class) or NOT_AN_INTEGER
   */
  constructor(options: FileSamplerOptions) {
    super(options, 1);
    const { paths, classList, totalExamplesPerClass } = options;
    this.#options = options;
    this.#concurrency = checkCount('concurrency', options.concurrency ?? 4);
    const labels = checkLabels('y', options.y, paths.length);
    const rows = selectRows(labels, this.random, {
      ...(classList && { classList }),
      ...(totalExamplesPerClass !== undefined && { examplesPerClass: totalExamplesPerClass }),
    });
    this.#paths = rows.map((row) => paths[row] as string);
    this.#pool = new ClassPool(rows.map((row) => labels[row] as number));
    this.classList = this.#pool.classes;
    const balance = checkBalance(options, this.classList);
    this.classesPerBatch = balance.classesPerBatch;
    this.examplesPerClassPerBatch = balance.examplesPerClassPerBatch;
    this.#warmupClasses = balance.warmupClasses;
  }

  /**
   * One batch after the other, also where the next is asked for before the last is there.
   *
   * @throws SimilarityError FILE_DAMAGED or FILE_MISSING with the path as its argument and `load`'s error as its cause; WRONG_SHAPE, where
   *   an example has another shape than those before it; EMPTY, where failures have left too few classes
   */
  nextBatch(): Promise<Batch> {
    const batch = this.#last.then(() => this.#loadBatch());
    this.#last = batch.catch(() => undefined);
    return batch;
  }

  async #loadBatch(): Promise<Batch> {
    this.checkUsable();
    const filled: { slot: Slot; example: PlainExamples }[] = [];
    let open = this.#drawClasses(this.classesPerBatch, new Set());
    while (open.length > 0) {
      const failed: Slot[] = [];
      for (const [slot, example] of await this.#loadSlots(open)) {
        if (example === undefined) failed.push(slot);
        else filled.push({ slot, example });
      }
      for (const { label, example } of failed) this.#pool.remove(label, example);
      open = this.#replace(failed, filled);
    }
    // What had to be loaded again came last.
    const order = Map.groupBy(filled, ({ slot }) => slot.label);
    const batch = [...order.values()].flat();
    const examples = stackRows(
      batch.map(({ example }) => example.data),
      this.#exampleShape ?? [],
    );
    return this.augmented(
      examples,
      Int32Array.from(batch, ({ slot }) => slot.label),
    );
  }

  #drawClasses(count: number, inBatch: ReadonlySet<number>): Slot[] {
    const present = this.#pool.classes;
    const among = (this.isWarmup ? this.#warmupClasses : undefined) ?? present;
    const left = among.filter((label) => present.includes(label) && !inBatch.has(label));
    if (left.length < count) {
      throw new SimilarityError('EMPTY', 'paths', {
        expected: `too many could not be loaded: ${count} more classes were needed and ${left.length} are left`,
      });
    }
    return this.#pool
      .draw(this.random, count, this.examplesPerClassPerBatch, left)
      .flatMap(({ label, examples }) => examples.map((example) => ({ label, example })));
  }

  /** Others for those that failed: of the same class or, where nothing is left of it, a whole other class. */
  #replace(failed: readonly Slot[], filled: { slot: Slot }[]): Slot[] {
    const open: Slot[] = [];
    let classesLost = 0;
    for (const [label, slots] of Map.groupBy(failed, (slot) => slot.label)) {
      const used = new Set(filled.filter(({ slot }) => slot.label === label).map(({ slot }) => slot.example));
      const members = this.#pool.examplesOf(label);
      const unused = members.filter((example) => !used.has(example));
      if (members.length === 0) {
        classesLost++;
        continue;
      }
      const others = this.random.sample(unused, slots.length);
      while (others.length < slots.length) others.push(...this.#pool.drawOf(this.random, label, 1));
      open.push(...others.map((example) => ({ label, example })));
    }
    if (classesLost === 0) return open;
    const inBatch = new Set([...filled.map(({ slot }) => slot.label), ...open.map(({ label }) => label)]);
    return [...open, ...this.#drawClasses(classesLost, inBatch)];
  }

  /** @returns each with its example, in order; undefined where it failed and was reported */
  async #loadSlots(slots: readonly Slot[]): Promise<[Slot, PlainExamples | undefined][]> {
    const { onError } = this.#options;
    const distinct = [...new Set(slots.map(({ example }) => example))];
    const results = await settleBounded(distinct, this.#concurrency, (example) => this.#load(example));
    const loaded = new Map<number, PlainExamples>();
    for (const [i, example] of distinct.entries()) {
      const result = results[i] as PromiseSettledResult<PlainExamples>;
      const path = this.#paths[example] as string;
      try {
        if (result.status === 'rejected') throw notDecoded(path, result.reason);
        this.#checkShape(path, result.value.shape);
        loaded.set(example, result.value);
      } catch (error) {
        if (onError === undefined || !(error instanceof SimilarityError)) throw error;
        onError(error, path);
      }
    }
    return slots.map((slot) => [slot, loaded.get(slot.example)]);
  }

  async #load(example: number): Promise<PlainExamples> {
    const path = this.#paths[example] as string;
    const loaded = await this.#options.load(path);
    try {
      return toPlain(path, loaded);
    } finally {
      if (loaded instanceof tf.Tensor) loaded.dispose();
    }
  }

  #checkShape(path: string, shape: readonly number[]): void {
    this.#exampleShape ??= shape;
    if (shape.join() === this.#exampleShape.join()) return;
    const expected = `the others have [${this.#exampleShape.join(', ')}]`;
    throw new SimilarityError('WRONG_SHAPE', path, { expected, shape });
  }
}

function notDecoded(path: string, cause: unknown): SimilarityError {
  if (cause instanceof SimilarityError && cause.argument === path) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
  return new SimilarityError(
    missing ? 'FILE_MISSING' : 'FILE_DAMAGED',
    path,
    { expected: `it could not be loaded: ${reason}` },
    { cause },
  );
}
