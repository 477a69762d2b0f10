/** Fewer points say nothing of how a map lay. */
const FEWEST = 3;

/**
 * Turns points, and mirrors them where that is nearer, so that they lie as near as can be to where they lay before (the orthogonal Procrustes problem): a map
 * that is laid out anew has no direction of its own.
 *
 * @param points x and y of each in turn
 * @param before the same points where they lay; NaN of those that did not
 */
export function turnTowards(points: Float32Array, before: Float32Array): Float32Array {
  const common = [...points.keys()].filter((i) => i % 2 === 0 && !Number.isNaN(before[i] ?? Number.NaN));
  if (common.length < FEWEST) return points;
  const [fromX, fromY] = meanOf(points, common);
  const [toX, toY] = meanOf(before, common);
  let [xx, xy, yx, yy] = [0, 0, 0, 0];
  for (const i of common) {
    const [x, y] = [(points[i] ?? 0) - fromX, (points[i + 1] ?? 0) - fromY];
    const [u, v] = [(before[i] ?? 0) - toX, (before[i + 1] ?? 0) - toY];
    xx += x * u;
    xy += x * v;
    yx += y * u;
    yy += y * v;
  }
  // how well they agree, turned by the best angle, is the length of this
  const plain = [xx + yy, xy - yx] as const;
  const mirrored = [xx - yy, xy + yx] as const;
  const flip = Math.hypot(...mirrored) > Math.hypot(...plain) ? -1 : 1;
  const [along, across] = flip < 0 ? mirrored : plain;
  const length = Math.hypot(along, across);
  const [cos, sin] = length > 0 ? [along / length, across / length] : [1, 0];
  return points.map((_, i) => {
    const [x, y] = [points[i - (i % 2)] ?? 0, flip * (points[i - (i % 2) + 1] ?? 0)];
    return i % 2 === 0 ? cos * x - sin * y : sin * x + cos * y;
  });
}

function meanOf(points: Float32Array, of: readonly number[]): [x: number, y: number] {
  let [x, y] = [0, 0];
  for (const i of of) {
    x += points[i] ?? 0;
    y += points[i + 1] ?? 0;
  }
  return [x / of.length, y / of.length];
}
