import { checkCount } from '../checks.ts';
import { checkClassesPerBatch, chosenClasses } from './class-pool.ts';
import type { SamplerOptions } from './epoch-sampler.ts';

/** How a balanced batch is made up: `classesPerBatch` × `examplesPerClassPerBatch` examples, before augmentation. */
export interface BalancedOptions extends SamplerOptions {
  /** Classes in each batch. Default 2. */
  readonly classesPerBatch?: number;
  /** Examples of each of these classes. Default 2. */
  readonly examplesPerClassPerBatch?: number;
  /** Draw from these classes alone. Default all. */
  readonly classList?: readonly number[];
  /** Draw from these classes alone while warming up. Default those of `classList`. */
  readonly warmupClassList?: readonly number[];
}

/** The numbers of a balanced batch, checked against the classes that there are. */
export interface Balance {
  readonly classesPerBatch: number;
  readonly examplesPerClassPerBatch: number;
  readonly warmupClasses: readonly number[] | undefined;
}

/**
 * @param classes those that are drawn from
 * @throws SimilarityError OUT_OF_RANGE, NOT_AN_INTEGER or EMPTY
 */
export function checkBalance(options: BalancedOptions, classes: readonly number[]): Balance {
  const { classesPerBatch = 2, examplesPerClassPerBatch = 2, warmupClassList } = options;
  checkClassesPerBatch(classesPerBatch, classes.length);
  checkCount('examplesPerClassPerBatch', examplesPerClassPerBatch);
  if (warmupClassList === undefined) {
    return { classesPerBatch, examplesPerClassPerBatch, warmupClasses: undefined };
  }
  const warmupClasses = [...chosenClasses('warmupClassList', classes, warmupClassList)].sort((a, b) => a - b);
  checkClassesPerBatch(classesPerBatch, warmupClasses.length);
  return { classesPerBatch, examplesPerClassPerBatch, warmupClasses };
}
