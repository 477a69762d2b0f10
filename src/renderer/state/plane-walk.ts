export interface PlanePoint {
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
 * The nearest point in a direction: among those that lie within 45° of it, by distance. From `from` itself where there is none.
 *
 * @param from place of a point
 */
export function nearestTowards(points: readonly PlanePoint[], from: number, direction: Direction): number {
  const here = points[from];
  if (here === undefined) return from;
  const step = STEPS[direction];
  let best = from;
  let least = Number.POSITIVE_INFINITY;
  for (const [i, point] of points.entries()) {
    const [dx, dy] = [point.x - here.x, point.y - here.y];
    const along = dx * step.x + dy * step.y;
    const across = Math.abs(dx * step.y) + Math.abs(dy * step.x);
    const distance = dx * dx + dy * dy;
    if (along <= 0 || across > along || distance >= least) continue;
    [best, least] = [i, distance];
  }
  return best;
}

/** The points in a square from 0 to `size`, with a margin, as they lie to one another. */
export function fitted(points: readonly PlanePoint[], size: number, margin: number): PlanePoint[] {
  const range = (of: (point: PlanePoint) => number): [number, number] =>
    points.reduce(
      ([low, high], point) => [Math.min(low, of(point)), Math.max(high, of(point))],
      [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    );
  const [left, right] = range(({ x }) => x);
  const [top, bottom] = range(({ y }) => y);
  const scale = (size - 2 * margin) / Math.max(right - left, bottom - top, Number.EPSILON);
  return points.map(({ x, y }) => ({
    x: size / 2 + scale * (x - (left + right) / 2),
    y: size / 2 + scale * (y - (top + bottom) / 2),
  }));
}
