import { pictureTime } from '../../catalog/picture-time.ts';

interface Taken {
  readonly takenAt: string | null;
}

/** A burst: two that are this much alike (cosine) were taken within these seconds. */
const BURST_S = 60;
const BURST_SCORE = 0.8;

/** Where it is not known when they were taken, they have to be alike to this. */
const NEAR_SCORE = 0.92;

/** What is less alike is never near. */
export const LEAST_NEAR_SCORE = Math.min(BURST_SCORE, NEAR_SCORE);

/** Whether two different pictures are of one moment, or as good as the same. @param score cosine of their vectors */
export function areNear(a: Taken, b: Taken, score: number): boolean {
  if (a.takenAt === null || b.takenAt === null) return score >= NEAR_SCORE;
  const apart = Math.abs(pictureTime(a.takenAt, 0) - pictureTime(b.takenAt, 0));
  return score >= BURST_SCORE && apart <= 1000 * BURST_S;
}
