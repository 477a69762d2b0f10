import type { Examples } from '../samplers/examples.ts';
import { pickExamples } from '../models/example-rows.ts';

/** Some of the examples, with their classes, in plain memory. */
export interface ValidationPart {
  /** What the names of its columns end with: `_known_classes`, `_unknown_classes`, or nothing where there is no split. */
  readonly suffix: string;
  /** [n, …] */
  readonly x: Examples;
  /** [n] class ids */
  readonly y: Int32Array;
}

/** Which rows are of classes that a model was trained on, and which are of others, both in order. */
export function splitValidation(
  labels: ArrayLike<number>,
  knownClasses: Iterable<number>,
): { readonly known: number[]; readonly unknown: number[] } {
  const classes = new Set(knownClasses);
  const rows = Array.from(labels, (_, row) => row);
  return {
    known: rows.filter((row) => classes.has(labels[row] as number)),
    unknown: rows.filter((row) => !classes.has(labels[row] as number)),
  };
}

/** The examples, split where the known classes are said; a part without any example is left out. */
export async function validationParts(
  x: Examples,
  y: Int32Array,
  knownClasses: Iterable<number> | undefined,
): Promise<ValidationPart[]> {
  const part = async (suffix: string, rows: readonly number[]): Promise<ValidationPart> => ({
    suffix,
    x: await pickExamples(x, rows),
    y: Int32Array.from(rows, (row) => y[row] as number),
  });
  if (knownClasses === undefined) return [await part('', [...y.keys()])];
  const { known, unknown } = splitValidation(y, knownClasses);
  const parts = [await part('_known_classes', known), await part('_unknown_classes', unknown)];
  return parts.filter(({ y: labels }) => labels.length > 0);
}
