import type { ModelConfusion } from '../../contract/teach-schemas.ts';
import { confusionCounts } from '../../similarity/visualization/confusion-matrix.ts';
import { principalComponents } from '../../similarity/visualization/principal-components.ts';
import { rankedSearch } from '../search/ranked-search.ts';
import type { AnsweredPicture } from './model-description.ts';
import { searchedRows } from './searched-rows.ts';

type Cells = ModelConfusion['before'];

/** Stands for "no result has a group" among the places of groups. */
const NONE = -1;

/** What one picture was answered, as the table counts it. */
interface Answer {
  readonly groups: readonly number[];
  readonly answered: readonly number[];
}

/** The group that a picture counts as answered with: one of its own where the result has one. Null where there is no result. */
export function answeredGroup({ groups, answered }: Answer, actual: number): number | null {
  if (answered.includes(actual)) return actual;
  return answered.find((group) => groups.includes(group)) ?? answered[0] ?? null;
}

/** Which groups are taken for which. A picture of several groups counts once in each. */
export function confusionCells(pictures: readonly Answer[]): Cells {
  const pairs = pictures.flatMap((picture) =>
    picture.groups.map((actual) => ({ actual, answered: answeredGroup(picture, actual) })),
  );
  if (pairs.length === 0) return [];
  const { classes, counts } = confusionCounts(
    pairs.map(({ answered }) => answered ?? NONE),
    pairs.map(({ actual }) => actual),
  );
  return counts.flatMap((row, i) =>
    row.flatMap((count, j) => {
      const [actual = NONE, answered = NONE] = [classes[i], classes[j]];
      return count === 0 ? [] : [{ actual, answered: answered === NONE ? null : answered, count }];
    }),
  );
}

/** Share of pictures that are answered with a group of their own, 0–1; 0 where there is none. */
export function rightShare(pictures: readonly Answer[]): number {
  const right = pictures.filter(({ groups, answered }) => answered.some((group) => groups.includes(group)));
  return right.length / Math.max(1, pictures.length);
}

/** Vectors of labelled pictures: n unit rows. */
export interface LabelledVectors {
  readonly rows: Float32Array;
  readonly dimensions: number;
  /** Places of groups of each row. */
  readonly groupsOf: readonly (readonly number[])[];
  /** See `Smoothing.ceiling`; null where scores are plain cosines. */
  readonly ceiling: number | null;
}

/** What each picture finds first among the others: the groups of that. */
export async function answersAmong({ rows, dimensions, groupsOf, ceiling }: LabelledVectors): Promise<number[][]> {
  const library = searchedRows(rows, dimensions, ceiling);
  const answers: number[][] = [];
  for (const id of groupsOf.keys()) {
    const vector = library.vectors.vector(id) ?? new Float32Array(dimensions);
    const asked = { vector, signature: null, without: new Set([id]), k: 1, exact: true };
    const [first] = (await rankedSearch(library, asked)).neighbors;
    answers.push(first ? [...(groupsOf[first.id] ?? [])] : []);
  }
  return answers;
}

/** Points of a plane. */
export interface Plane {
  /** n × 2, the largest distance from the middle along an axis being 1. */
  readonly coordinates: Float32Array;
  /** Share of all differences that the plane shows, 0–1. */
  readonly explained: number;
}

/**
 * Vectors along the two directions in which they vary most.
 *
 * @param like a plane of the same pictures: axes are turned round where that makes the two alike, so that they can be compared
 */
export function planeOf(rows: Float32Array, dimensions: number, like?: Plane): Plane {
  const count = rows.length / dimensions;
  if (count === 0) return { coordinates: new Float32Array(), explained: 0 };
  const { coordinates, explained } = principalComponents({ data: rows, rows: count, columns: dimensions }, 2);
  const most = coordinates.reduce((largest, value) => Math.max(largest, Math.abs(value)), Number.MIN_VALUE);
  const scaled = Float32Array.from(coordinates, (value) => value / most);
  if (like) for (const axis of [0, 1]) alignAxis(scaled, like.coordinates, axis);
  return { coordinates: scaled, explained: explained.reduce((sum, share) => sum + share, 0) };
}

function alignAxis(points: Float32Array, like: Float32Array, axis: number): void {
  let along = 0;
  for (let i = axis; i < points.length; i += 2) along += (points[i] ?? 0) * (like[i] ?? 0);
  if (along < 0) for (let i = axis; i < points.length; i += 2) points[i] = -(points[i] ?? 0);
}

/** Held-out answers as `ModelDescription.answered` keeps them, of one moment. */
export function answersOf(pictures: readonly AnsweredPicture[], when: 'before' | 'after'): Answer[] {
  return pictures.map((picture) => ({ groups: picture.groups, answered: picture[when] }));
}
