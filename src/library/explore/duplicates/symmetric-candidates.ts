import { HnswIndex } from '../../vectors/hnsw-index.ts';
import { greyGrid } from '../comparing/grey-grid.ts';
import type { PairCollector } from './pair-verdicts.ts';
import { signatureAt, type SharedPictures } from './shared-pictures.ts';
import { symmetricSignature, SYMMETRIC_VALUES } from '../comparing/symmetric-signature.ts';

/** Pictures that have nearly the same symmetric signature: so many of the nearest, down to this cosine. */
const NEAREST = 14;
const SCORE = 0.98;

/** For 35 values, of which only what is very near is asked: built in a fifth of the time that vectors of pictures take. */
const PARAMETERS = { m: 8, efConstruction: 40, ef: 32, seed: 100 } as const;

/** Up to so many products of a new picture and another each pair is looked at: a second. More are looked for in an index, which has to be built first. */
const EXACT_PRODUCTS = 2e8;

/** Pictures between two looks whether it was stopped. */
const SLICE = 1_000;

/**
 * Adds pairs of pictures that are nearest by what of their signatures stays the same however they are turned, mirrored or brightened.
 *
 * @param fresh by place: 1 where a picture's pairs with all others are wanted, 0 where those with fresh ones alone are
 * @returns false where it was stopped
 */
export function addSymmetricPairs(
  pictures: SharedPictures,
  fresh: Uint8Array,
  pairs: PairCollector,
  isStopped: () => boolean,
): boolean {
  const n = fresh.length;
  const wanted = fresh.reduce((sum, one) => sum + one, 0);
  if (wanted === 0) return true;
  const vectors = new Float32Array(SYMMETRIC_VALUES * n);
  const known = new Uint8Array(n);
  for (let place = 0; place < n; place++) {
    const vector = symmetricSignature(greyGrid(signatureAt(pictures, place)));
    if (vector === null) continue;
    vectors.set(vector, SYMMETRIC_VALUES * place);
    known[place] = 1;
  }
  const vectorOf = (place: number): Float32Array =>
    vectors.subarray(SYMMETRIC_VALUES * place, SYMMETRIC_VALUES * (place + 1));
  const nearestOf =
    wanted * n <= EXACT_PRODUCTS ? exactNearest(vectors, known) : indexedNearest(vectorOf, known, isStopped);
  for (let place = 0; place < n; place++) {
    if (place % SLICE === 0 && isStopped()) return false;
    if (fresh[place] === 1 && known[place] === 1) for (const other of nearestOf(place)) pairs.add(place, other);
  }
  return true;
}

type NearestOf = (place: number) => readonly number[];

function indexedNearest(
  vectorOf: (place: number) => Float32Array,
  known: Uint8Array,
  isStopped: () => boolean,
): NearestOf {
  const index = HnswIndex.empty(SYMMETRIC_VALUES, PARAMETERS);
  for (let place = 0; place < known.length; place++) {
    if (place % SLICE === 0 && isStopped()) break;
    if (known[place] === 1) index.add(place, vectorOf(place));
  }
  return (place) =>
    index
      .searchNow(vectorOf(place), NEAREST)
      .filter(({ id, score }) => id !== place && score >= SCORE)
      .map(({ id }) => id);
}

/**
 * By every picture whose first value, the strength of the longest wave, is near enough: in it pictures differ most, so that half of them are
 * passed over.
 */
function exactNearest(vectors: Float32Array, known: Uint8Array): NearestOf {
  const furthest = 2 - 2 * SCORE;
  const apart = Math.sqrt(furthest);
  const valueOf = (place: number): number => vectors[SYMMETRIC_VALUES * place] as number;
  const order = Int32Array.from(known.keys().filter((place) => known[place] === 1)).sort(
    (a, b) => valueOf(a) - valueOf(b),
  );
  const values = Float32Array.from(order, valueOf);
  // in this order, so that what is read stands side by side
  const sorted = new Float32Array(SYMMETRIC_VALUES * order.length);
  for (const [i, place] of order.entries())
    sorted.set(vectors.subarray(SYMMETRIC_VALUES * place, SYMMETRIC_VALUES * (place + 1)), SYMMETRIC_VALUES * i);
  return (place) => {
    const near: { readonly other: number; readonly distance: number }[] = [];
    const value = valueOf(place);
    for (let i = firstAtLeast(values, value - apart); i < order.length && (values[i] as number) <= value + apart; i++) {
      const other = order[i] as number;
      if (other === place) continue;
      const distance = distanceWithin(vectors, SYMMETRIC_VALUES * place, sorted, SYMMETRIC_VALUES * i, furthest);
      if (distance <= furthest) near.push({ other, distance });
    }
    const nearest = near.sort((a, b) => a.distance - b.distance || a.other - b.other).slice(0, NEAREST);
    return nearest.map(({ other }) => other);
  };
}

/** Where the first of ascending values is that is not less. */
function firstAtLeast(values: Float32Array, least: number): number {
  let [from, to] = [0, values.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((values[middle] as number) < least) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Squared distance of two unit vectors, 2 less twice their cosine; no further than it takes to be more than `furthest`. */
function distanceWithin(a: Float32Array, ofA: number, b: Float32Array, ofB: number, furthest: number): number {
  let distance = 0;
  for (let i = 0; i < SYMMETRIC_VALUES && distance <= furthest; i++) {
    const difference = (a[ofA + i] as number) - (b[ofB + i] as number);
    distance += difference * difference;
  }
  return distance;
}
