/** The map leaves a margin, so that what comes later can lie at its edge. */
const FILLED = 0.95;

/**
 * Brings points into the square from -1 to 1 by one factor for both directions, and their middle to its middle.
 *
 * @param points x and y of each in turn; finite
 * @returns the same in the square, and the factor: 1 where all are at one place
 */
export function fitSquare(points: Float32Array): { readonly positions: Float32Array; readonly factor: number } {
  const low = [Infinity, Infinity];
  const high = [-Infinity, -Infinity];
  for (const [i, value] of points.entries()) {
    low[i % 2] = Math.min(low[i % 2] ?? 0, value);
    high[i % 2] = Math.max(high[i % 2] ?? 0, value);
  }
  const [width = 0, height = 0] = high.map((value, i) => value - (low[i] ?? 0));
  const extent = Math.max(width, height);
  const factor = extent > 0 ? (2 * FILLED) / extent : 1;
  const middle = low.map((value, i) => (value + (high[i] ?? 0)) / 2);
  return { positions: points.map((value, i) => (value - (middle[i % 2] ?? 0)) * factor), factor };
}
