import type * as tf from '@tensorflow/tfjs-core';
import { checkCount, checkLabels, type Labels } from '../checks.ts';
import { createRandom, type Random } from '../random.ts';
import { ClassPool, chosenClasses } from './class-pool.ts';
import { type Examples, gatherRows, toPlain } from './examples.ts';

export interface SelectExamplesOptions {
  /** Keep these classes alone. Default all. */
  readonly classList?: readonly number[];
  /** At most so many examples of each class. Default all. */
  readonly examplesPerClass?: number;
  /** The same seed selects the same. Default 0. */
  readonly seed?: number;
}

/**
 * Examples of the listed classes, at most so many of each, in random order and none twice.
 *
 * @param x [n, …]
 * @param y [n] class ids
 * @returns `x`: a new tensor [selected, …]; `y`: the class ids of its rows
 * @throws SimilarityError WRONG_LENGTH (y has another length), EMPTY (no example of a listed class), NOT_FINITE,
 *   NOT_AN_INTEGER or OUT_OF_RANGE
 */
export function selectExamples(
  x: Examples,
  y: Labels,
  { seed = 0, ...options }: SelectExamplesOptions = {},
): { x: tf.Tensor; y: Int32Array } {
  const examples = toPlain('x', x);
  const labels = checkLabels('y', y, examples.shape[0] ?? 0);
  const rows = selectRows(labels, createRandom(seed), options);
  return { x: gatherRows(examples, rows), y: Int32Array.from(rows, (row) => labels[row] as number) };
}

/** The same, as row numbers. */
export function selectRows(
  labels: Int32Array,
  random: Random,
  { classList, examplesPerClass }: Omit<SelectExamplesOptions, 'seed'>,
): number[] {
  if (examplesPerClass !== undefined) checkCount('examplesPerClass', examplesPerClass);
  const chosen = chosenClasses('classList', labels, classList);
  const pool = new ClassPool(labels);
  const rows = pool.classes
    .filter((label) => chosen.has(label))
    .flatMap((label) => {
      const members = pool.examplesOf(label);
      return examplesPerClass === undefined ? members : random.sample(members, examplesPerClass);
    });
  return random.shuffled(rows);
}
