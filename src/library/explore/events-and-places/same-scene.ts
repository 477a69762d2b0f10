import { dot } from '../../vectors/vector-index.ts';
import { meanVector } from '../mean-vector.ts';

/**
 * Whether pictures before and after a gap show the same: the cosine of their means is what a search calls related.
 *
 * @param vectorOf unit vectors; null where there is none yet
 * @param related the cosine from which two pictures are related
 * @returns null where nothing is known of one side
 */
export function sceneJudge(
  vectorOf: (id: number) => ArrayLike<number> | null,
  related: number,
): (before: readonly number[], after: readonly number[]) => boolean | null {
  return (before, after) => {
    const [a, b] = [meanVector(before, vectorOf), meanVector(after, vectorOf)];
    return a && b ? dot(a, b) >= related : null;
  };
}
