import { checkLabels, type Labels } from '../checks.ts';
import { SimilarityError } from '../errors.ts';
import { drawConfusionMatrix } from './confusion-matrix-chart.ts';
import type { ClassNames } from './class-names.ts';

export interface ConfusionMatrixOptions {
  /** Show the share of each actual class in place of counts. Default true. */
  readonly normalize?: boolean;
  /** Names to show in the place of class ids. */
  readonly classNames?: ClassNames;
  /** Default "Confusion matrix". */
  readonly title?: string;
}

export interface ConfusionCounts {
  /** Class ids of rows and columns, rising: all that were predicted or are actual. */
  readonly classes: readonly number[];
  /** counts[i][j]: how often an example of class i was predicted to be of class j. */
  readonly counts: readonly (readonly number[])[];
  /** The same as shares of the examples of class i, in [0, 1]; 0 where it has none. */
  readonly normalized: readonly (readonly number[])[];
  /** Share of the examples that were predicted rightly, in [0, 1]. */
  readonly accuracy: number;
}

export interface ConfusionMatrix extends ConfusionCounts {
  /** The picture of it, an SVG document. */
  readonly svg: string;
}

/**
 * How often each class was taken for each other: a row an actual class, a column a predicted one. A prediction that is no
 * class, as `match` gives it for what is too far from everything, has its own column.
 *
 * @param yPred [n] predicted class ids
 * @param yTrue [n] actual class ids
 * @throws SimilarityError WRONG_LENGTH, WRONG_RANK, NOT_AN_INTEGER or EMPTY
 */
export function confusionMatrix(
  yPred: Labels,
  yTrue: Labels,
  { normalize = true, classNames, title = 'Confusion matrix' }: ConfusionMatrixOptions = {},
): ConfusionMatrix {
  const matrix = confusionCounts(yPred, yTrue);
  const examples = 'shape' in yTrue ? yTrue.size : yTrue.length;
  return { ...matrix, svg: drawConfusionMatrix(matrix, { normalize, classNames, title, examples }) };
}

/**
 * The numbers of {@link confusionMatrix} without the picture, for a program that draws its own: of 500 classes the picture has
 * 250,000 cells.
 *
 * @param yPred [n] predicted class ids
 * @param yTrue [n] actual class ids
 * @throws SimilarityError WRONG_LENGTH, WRONG_RANK, NOT_AN_INTEGER or EMPTY
 */
export function confusionCounts(yPred: Labels, yTrue: Labels): ConfusionCounts {
  const examples = 'shape' in yTrue ? yTrue.size : yTrue.length;
  if (examples === 0) throw new SimilarityError('EMPTY', 'yTrue', { expected: 'there is no example', shape: [0] });
  const actual = checkLabels('yTrue', yTrue, examples);
  const predicted = checkLabels('yPred', yPred, examples);
  const classes = [...new Set([...actual, ...predicted])].sort((a, b) => a - b);
  const counts = countPairs(classes, actual, predicted);
  const normalized = counts.map((row) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count) => (total === 0 ? 0 : count / total));
  });
  const right = counts.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
  return { classes, counts, normalized, accuracy: right / examples };
}

function countPairs(classes: readonly number[], actual: Int32Array, predicted: Int32Array): number[][] {
  const places = new Map(classes.map((label, place) => [label, place]));
  const counts = classes.map(() => classes.map(() => 0));
  for (let i = 0; i < actual.length; i++) {
    const row = counts[places.get(actual[i] as number) as number] as number[];
    const column = places.get(predicted[i] as number) as number;
    row[column] = (row[column] as number) + 1;
  }
  return counts;
}
