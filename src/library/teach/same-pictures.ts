import { copyScore } from '../media/signature.ts';
import { NearestHeap } from '../vectors/nearest-heap.ts';
import { dot } from '../vectors/vector-index.ts';

/** What shows that two pictures show the same. */
export interface SamePicture {
  readonly id: number;
  /** By the untaught model, unit length. */
  readonly vector: ArrayLike<number>;
  /** See `signature.ts`; empty where there is none. */
  readonly signature: Uint8Array;
  /** Seconds since any fixed time; null where the file does not say. */
  readonly takenAt: number | null;
  readonly camera: string | null;
  /** The video that it is a moment of. */
  readonly video?: number | null;
}

/** From here two vectors are one scene taken twice. Of the 240 scenes, all different, no pair comes near. */
const BURST_COSINE = 0.97;

/** Pictures of one camera so close in time are one press of the button; a vector that is unlike says they are not. */
const BURST_SECONDS = 2;
const BURST_LEAST_COSINE = 0.5;

/** Nearest pictures whose signatures are compared: see `COPY_CANDIDATES`, which must also find copies far down. */
const CANDIDATES = 20;

/**
 * Pairs of pictures that show the same: copies (by their signatures) and bursts (by vector, or by time and camera). What is taught
 * with one of them is not to be judged by the other.
 */
export function samePairs(pictures: readonly SamePicture[]): [number, number][] {
  const pairs: [number, number][] = [];
  for (const [i, picture] of pictures.entries()) {
    const nearest = new NearestHeap(CANDIDATES);
    for (const [j, other] of pictures.entries()) {
      if (i === j) continue;
      const score = dot(picture.vector, other.vector);
      if (score > nearest.threshold) nearest.push(j, score);
    }
    for (const { id: j, score } of nearest.sorted()) {
      const other = pictures[j];
      // each pair once; one of the two may be too far down in the other's list
      if (other && isSame(picture, other, score))
        pairs.push(picture.id < other.id ? [picture.id, other.id] : [other.id, picture.id]);
    }
  }
  return [...new Map(pairs.map((pair) => [pair.join(), pair])).values()];
}

/** The moments of each video, of which there is more than one: they may look like nothing of the kind, and are of one place and hour all the same. */
export function momentsOfOne(pictures: readonly SamePicture[]): number[][] {
  const videos = Map.groupBy(pictures, ({ video }) => video ?? null);
  return [...videos].flatMap(([video, moments]) =>
    video === null || moments.length < 2 ? [] : [moments.map(({ id }) => id)],
  );
}

/** @param cosine of their vectors */
export function isSame(a: SamePicture, b: SamePicture, cosine: number): boolean {
  if (cosine >= BURST_COSINE) return true;
  if (a.takenAt !== null && b.takenAt !== null && a.camera !== null && a.camera === b.camera) {
    if (Math.abs(a.takenAt - b.takenAt) <= BURST_SECONDS && cosine >= BURST_LEAST_COSINE) return true;
  }
  return copyScore(a.signature, b.signature) !== null;
}
