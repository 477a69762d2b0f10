import type * as tf from '@tensorflow/tfjs-core';
import { checkEmbeddings, checkLabels, type Labels } from '../checks.ts';
import { SimilarityError } from '../errors.ts';
import { className, type ClassNames } from './class-names.ts';
import { checkValueRange, embedPicture, UNIT_RANGE, type Picture, type ValueRange } from './picture.ts';
import { principalComponents } from './principal-components.ts';
import { projectorPage, type ProjectedPoint } from './projector-page.ts';

export interface ProjectorOptions {
  /** [n] class ids. Without them every point looks the same. */
  readonly labels?: Labels;
  /** Names to show in the place of class ids. */
  readonly classNames?: ClassNames;
  /** [n] the picture of each example. */
  readonly images?: readonly Picture[];
  readonly valueRange?: ValueRange;
  /** [n] anything else to be said of each example. */
  readonly tooltips?: readonly string[];
  /** Default "Embeddings". */
  readonly title?: string;
}

/**
 * Embeddings as points of a plane, as an HTML page that needs nothing else: marked by class, with picture and label of the one
 * that is pointed at, classes to be shown and hidden, and a table of all for the keyboard and for who cannot see the plane.
 *
 * The plane is that of the two principal components: distances in it are distances between the embeddings as far as two
 * dimensions can show them, and the same embeddings always give the same page. (The original uses UMAP, whose distances have
 * no such meaning.)
 *
 * @param embeddings [n, dimensions]
 * @returns HTML; of a few thousand examples a page of some megabytes
 * @throws SimilarityError WRONG_RANK, WRONG_TYPE, WRONG_SHAPE, WRONG_LENGTH, EMPTY, NOT_FINITE, NOT_AN_INTEGER or OUT_OF_RANGE
 */
export function projector(
  embeddings: tf.Tensor,
  { classNames, images, tooltips, title = 'Embeddings', valueRange = UNIT_RANGE, ...options }: ProjectorOptions = {},
): string {
  const matrix = checkEmbeddings('embeddings', embeddings);
  const [rows, columns] = matrix.shape;
  const labels = options.labels && checkLabels('labels', options.labels, rows);
  checkOneEach('images', images, rows);
  checkOneEach('tooltips', tooltips, rows);
  checkValueRange(valueRange);
  const { coordinates, explained } = principalComponents({ data: matrix.dataSync<'float32'>(), rows, columns }, 2);
  const classes = labels && [...new Set(labels)].sort((a, b) => a - b);
  const places = new Map(classes?.map((label, place) => [label, place]));
  const points = Array.from({ length: rows }, (_, i): ProjectedPoint => {
    const image = images?.[i];
    return {
      x: coordinates[2 * i] as number,
      y: coordinates[2 * i + 1] as number,
      classPlace: places.get(labels?.[i] ?? NaN) ?? 0,
      picture: image && embedPicture(`images[${i}]`, image, valueRange),
      tooltip: tooltips?.[i],
    };
  });
  return projectorPage({
    title,
    points,
    classes: classes?.map((label) => className(label, classNames)),
    explained: explained as [number, number],
  });
}

function checkOneEach(argument: string, entries: readonly unknown[] | undefined, rows: number): void {
  if (entries === undefined || entries.length === rows) return;
  const expected = `one entry for each of ${rows} embeddings was expected`;
  throw new SimilarityError('WRONG_LENGTH', argument, { expected, shape: [entries.length] });
}
