import type { PictureAlignment } from '../../../contract/explore-schemas.ts';
import type { Window } from './window.ts';
import type { Symmetry } from './grey-grid.ts';

/** Takes a point (u, v) to (m0 u + m2 v + m4, m1 u + m3 v + m5). */
export type Affine = NonNullable<PictureAlignment>;

/** Where a point of B is in A, both as fractions: B shows this window of A as it is after it was turned. */
export function windowAffine({ x, y, width, height }: Window, symmetry: Symmetry): Affine {
  // in the turned A: along with u from left, along with v from top
  const [left, top] = [x - width / 2, y - height / 2];
  // mirrored back, then along the diagonal: the reverse of `turned`
  const across = (symmetry & 1) === 0 ? { from: left, by: width } : { from: 1 - left, by: -width };
  const down = (symmetry & 2) === 0 ? { from: top, by: height } : { from: 1 - top, by: -height };
  return (symmetry & 4) === 0
    ? [across.by, 0, 0, down.by, across.from, down.from]
    : [0, across.by, down.by, 0, down.from, across.from];
}

/** The way back. RangeError where there is none. */
export function inverse([a, b, c, d, e, f]: Affine): Affine {
  const determinant = a * d - b * c;
  if (determinant === 0) throw new RangeError('it cannot be turned round');
  const [ia, ib, ic, id] = [d / determinant, -b / determinant, -c / determinant, a / determinant];
  return [ia, ib, ic, id, -(ia * e + ic * f), -(ib * e + id * f)];
}

/** Where a point goes. */
export function moved([a, b, c, d, e, f]: Affine, u: number, v: number): { readonly x: number; readonly y: number } {
  return { x: a * u + c * v + e, y: b * u + d * v + f };
}
