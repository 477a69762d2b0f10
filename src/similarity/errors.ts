/**
 * Every way in which the similarity module says that something was asked of it that it cannot do.
 *
 * The module stands alone, so its errors do too: a code, the argument that is wrong, what was expected of it and, where it
 * has one, its shape. Each code has an entry in `docs/errors.md`.
 */
export const SIMILARITY_ERRORS = {
  WRONG_RANK: 'has another number of dimensions than was asked for',
  WRONG_SHAPE: 'has another shape than was asked for',
  WRONG_LENGTH: 'has another length than what belongs to it',
  WRONG_TYPE: 'holds values of another type than was asked for',
  NOT_FINITE: 'holds a value that is not a finite number',
  NOT_AN_INTEGER: 'holds a value that is not a whole number',
  OUT_OF_RANGE: 'is outside its range',
  UNKNOWN_NAME: 'names something that does not exist',
  EMPTY: 'is empty',
  DUPLICATE: 'is there already',
  NO_POSITIVE_PAIR: 'holds no two examples of one class',
  NOT_COMPILED: 'was not compiled',
  NOT_INDEXED: 'has nothing indexed',
  NOT_CALIBRATED: 'was not calibrated',
  DISPOSED: 'was disposed of',
  DIVERGED: 'is no finite number any more',
  FILE_MISSING: 'is not there',
  FILE_DAMAGED: 'is damaged, or was not written by this module',
  BACKEND_UNAVAILABLE: 'cannot be used on this machine',
} as const;

export type SimilarityErrorCode = keyof typeof SIMILARITY_ERRORS;

/** What an error is about. */
export interface SimilarityErrorContext {
  /** What was expected, or what to do about it: the second half of the sentence. */
  readonly expected: string;
  /** The shape of the argument, where it has one. */
  readonly shape?: readonly (number | null)[];
}

/** An error of the similarity module: its code, the name of the argument and, where it has one, the argument's shape. */
export class SimilarityError extends Error {
  readonly code: SimilarityErrorCode;
  readonly argument: string;
  readonly shape: readonly (number | null)[] | undefined;

  constructor(
    code: SimilarityErrorCode,
    argument: string,
    { expected, shape }: SimilarityErrorContext,
    options?: ErrorOptions,
  ) {
    const got = shape === undefined ? '' : ` (its shape is [${shape.map(String).join(', ')}])`;
    super(`${argument} ${SIMILARITY_ERRORS[code]}: ${expected}${got}`, options);
    this.name = 'SimilarityError';
    this.code = code;
    this.argument = argument;
    this.shape = shape;
  }
}
