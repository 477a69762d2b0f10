import { unknownName } from '../checks.ts';
import { cosineDistance, innerProduct } from './angular.ts';
import type { Distance } from './distance.ts';
import { euclideanDistance, manhattanDistance, squaredEuclideanDistance } from './minkowski.ts';
import { snrDistance } from './snr.ts';

export type { Distance, DistanceName } from './distance.ts';
export { cosineDistance, euclideanDistance, innerProduct, manhattanDistance, snrDistance, squaredEuclideanDistance };

/** Every name that a distance goes by, in lower case: TensorFlow Similarity's aliases and class names. */
const NAMES: readonly (readonly [Distance, ...string[]])[] = [
  [cosineDistance, 'cosine', 'cosinedistance'],
  [innerProduct, 'inner_product', 'innerproductsimilarity', 'ip'],
  [euclideanDistance, 'euclidean', 'euclideandistance', 'l2', 'pythagorean'],
  [squaredEuclideanDistance, 'squared_euclidean', 'squaredeuclideandistance', 'sql2', 'sqeuclidean'],
  [manhattanDistance, 'manhattan', 'manhattandistance', 'l1', 'taxicab'],
  [snrDistance, 'snr', 'snrdistance', 'signal-to-noise-ratio'],
];

const DISTANCES = new Map(NAMES.flatMap(([distance, ...names]) => names.map((name) => [name, distance] as const)));

/**
 * The distance of that name, in any case; a distance is returned as it is.
 *
 * @throws SimilarityError UNKNOWN_NAME
 */
export function getDistance(distance: Distance | string): Distance {
  if (typeof distance !== 'string') return distance;
  const found = DISTANCES.get(distance.toLowerCase());
  if (found === undefined) throw unknownName('distance', distance, DISTANCES.keys());
  return found;
}
