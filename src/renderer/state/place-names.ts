import type { DrawnPoint } from './earth-view.ts';

/** A place on the drawing, as a circle of some radius. */
export interface NamedSpot extends DrawnPoint {
  readonly name: string;
  readonly radius: number;
}

/** A name where it is drawn: from x on, or up to it. */
interface PlacedName extends DrawnPoint {
  readonly text: string;
  readonly anchor: 'start' | 'end';
}

/** Names that are drawn; the others are told when their place is chosen. */
const MOST = 12;
/** CSS pixels between a circle and its name, of a letter about, and of a line. */
const GAP = 8;
const LETTER = 7;
const LINE = 16;

/** The names of the first spots that have room, none on another: to the right of the circle, or to its left where that is the edge. */
export function placedNames(spots: readonly NamedSpot[], width: number): PlacedName[] {
  const kept: (PlacedName & { readonly left: number; readonly right: number })[] = [];
  for (const { name, radius, x, y } of spots) {
    if (kept.length >= MOST) break;
    const length = LETTER * name.length;
    const isLeft = x + radius + GAP + length > width;
    const at = isLeft ? x - radius - GAP : x + radius + GAP;
    const [left, right] = isLeft ? [at - length, at] : [at, at + length];
    const isFree = kept.every((one) => right < one.left || left > one.right || Math.abs(y - one.y) > LINE);
    if (isFree && left > 0) kept.push({ text: name, x: at, y, anchor: isLeft ? 'end' : 'start', left, right });
  }
  return kept.map(({ text, x, y, anchor }) => ({ text, x, y, anchor }));
}
