interface PlanePoint {
  readonly x: number;
  readonly y: number;
}

export type Direction = 'left' | 'right' | 'up' | 'down';

const STEPS: Readonly<Record<Direction, PlanePoint>> = {
  left: { x: -1, y: 0 },
  right: { x: 1, y: 0 },
  // y grows downwards, as it is drawn
  up: { x: 0, y: -1 },
  down: { x: 0, y: 1 },
};

/** The direction that a key asks for; null for all others. */
export function directionOfKey(key: string): Direction | null {
  const found = /^Arrow(Left|Right|Up|Down)$/.exec(key)?.[1]?.toLowerCase();
  return (found as Direction | undefined) ?? null;
}

/**
 * The nearest point in a direction: among those that lie within 45° of it, by distance. From `from` itself where there is none. Points in one
 * place lie to the right of one another in their order, so that the walk comes to each. One pass, about 2 ms for 500,000 points.
 *
 * @param positions x and y of each point, one after the other; y grows downwards
 * @param from place of a point among the points
 */
export function nearestTowards(positions: ArrayLike<number>, from: number, direction: Direction): number {
  const [x, y] = [positions[2 * from], positions[2 * from + 1]];
  if (x === undefined || y === undefined) return from;
  const step = STEPS[direction];
  const beside = sameNextTo(positions, from, step.x);
  if (beside >= 0) return beside;
  let best = from;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0, at = 0; at + 1 < positions.length; i++, at += 2) {
    const dx = (positions[at] ?? 0) - x;
    const dy = (positions[at + 1] ?? 0) - y;
    const along = dx * step.x + dy * step.y;
    const distance = dx * dx + dy * dy;
    if (along <= 0 || distance >= least || Math.abs(dx * step.y) + Math.abs(dy * step.x) > along) continue;
    best = i;
    least = distance;
  }
  return best;
}

/** The next point (`step` 1) or the one before it (−1) that lies in the same place; −1 where there is none, and for other steps. */
function sameNextTo(positions: ArrayLike<number>, from: number, step: number): number {
  if (step === 0) return -1;
  for (let i = from + step; i >= 0 && 2 * i + 1 < positions.length; i += step) {
    if (positions[2 * i] === positions[2 * from] && positions[2 * i + 1] === positions[2 * from + 1]) return i;
  }
  return -1;
}

/** The points in a square from 0 to `size`, with a margin, as they lie to one another: x and y of each. */
export function fitted(points: readonly PlanePoint[], size: number, margin: number): number[] {
  const range = (of: (point: PlanePoint) => number): [number, number] =>
    points.reduce(
      ([low, high], point) => [Math.min(low, of(point)), Math.max(high, of(point))],
      [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    );
  const [left, right] = range(({ x }) => x);
  const [top, bottom] = range(({ y }) => y);
  const scale = (size - 2 * margin) / Math.max(right - left, bottom - top, Number.EPSILON);
  return points.flatMap(({ x, y }) => [
    size / 2 + scale * (x - (left + right) / 2),
    size / 2 + scale * (y - (top + bottom) / 2),
  ]);
}
