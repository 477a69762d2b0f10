/**
 * Which moments of a video stand for it: one for each scene, the first that shows something as its poster. Pure; frames are compared by a
 * glance at them, mean colours on a grid of 8 × 8 cells.
 */

/** A frame at a glance. */
export interface Glance {
  /** Seconds from the start. */
  readonly at: number;
  /** {@link glanceAt}. */
  readonly grid: Uint8Array;
}

const SIDE = 8;

/** From here the picture is another: mean difference of the cells, 0 to 1. A cut mostly gives 0.15 and more, a hand that shakes 0.03. */
const OTHER_SCENE = 0.08;

/** Below this mean and this brightest cell (of 255) a frame is black: videos fade in. */
const BLACK_MEAN = 20;
const BLACK_CELL = 48;

/** What the whole length of the video counts beside how different two frames are, where only some scenes can be taken. */
const TIME_WEIGHT = 0.15;

/** However long a video is: so many moments show it, and cost a query and an index no more than so many pictures. */
const MOST = 24;

/** The most moments of a video: 6, one more for each 10 seconds, at most 24. */
export function mostMoments(seconds: number): number {
  return Math.min(MOST, 6 + Math.floor(Math.max(0, seconds) / 10));
}

/** Samples for each moment that can be taken, and what lies at least between two of them. */
const SAMPLES = 3;
const LEAST_STEP = 0.25;

/**
 * When to look at a video of this length: evenly spread, in an order in which what was looked at so far is spread evenly too, so that it
 * can end early.
 *
 * @returns seconds from the start
 */
export function sampleTimes(seconds: number): number[] {
  const wanted = SAMPLES * mostMoments(seconds);
  const count = Math.max(1, Math.min(wanted, Math.floor(seconds / LEAST_STEP)));
  return spreadOrder(count).map((i) => (i * seconds) / count);
}

/** 0 to `count` - 1 by their bits reversed: halves first, then quarters, … (van der Corput). */
function spreadOrder(count: number): number[] {
  const bits = Math.ceil(Math.log2(Math.max(2, count)));
  const reversed = (i: number): number => {
    let result = 0;
    for (let bit = 0; bit < bits; bit++) if (i & (1 << bit)) result |= 1 << (bits - 1 - bit);
    return result;
  };
  return Array.from({ length: 1 << bits }, (_, i) => reversed(i)).filter((i) => i < count);
}

/** The mean colours of packed RGB pixels on the grid, three bytes a cell. */
export function glanceAt(pixels: Uint8Array, width: number, height: number): Uint8Array {
  const sums = new Float64Array(3 * SIDE * SIDE);
  const counts = new Uint32Array(SIDE * SIDE);
  for (let y = 0; y < height; y++) {
    const row = SIDE * Math.floor((y * SIDE) / height);
    for (let x = 0; x < width; x++) {
      const cell = row + Math.floor((x * SIDE) / width);
      const at = 3 * (y * width + x);
      for (let c = 0; c < 3; c++) sums[3 * cell + c] = (sums[3 * cell + c] ?? 0) + (pixels[at + c] ?? 0);
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
  }
  return Uint8Array.from(sums, (sum, i) => Math.round(sum / Math.max(1, counts[Math.floor(i / 3)] ?? 1)));
}

/**
 * The moments of a video.
 *
 * @param glances in the order of time, at least one
 * @param most as {@link mostMoments} says
 * @returns which of the glances, ascending; the first is the poster
 */
export function chooseMoments(glances: readonly Glance[], most: number): number[] {
  const shown = glances.map((_, i) => i).filter((i) => !isBlack(gridOf(glances, i)));
  if (shown.length === 0) return [0];
  const scenes: number[] = [];
  let scene: number | null = null;
  for (const i of shown) {
    if (scene !== null && difference(gridOf(glances, scene), gridOf(glances, i)) < OTHER_SCENE) continue;
    scene = i;
    // where two cameras take turns, each is one moment
    if (scenes.every((other) => difference(gridOf(glances, other), gridOf(glances, i)) >= OTHER_SCENE / 2))
      scenes.push(i);
  }
  return scenes.length <= most ? scenes : spread(glances, scenes, most);
}

/** Some of the scenes: the first, then always the one that is farthest from all that were taken, in looks and in time. */
function spread(glances: readonly Glance[], scenes: readonly number[], most: number): number[] {
  const length = Math.max(Number.EPSILON, glances.at(-1)?.at ?? 0);
  const apart = (a: number, b: number): number =>
    difference(gridOf(glances, a), gridOf(glances, b)) +
    (TIME_WEIGHT * Math.abs((glances[a]?.at ?? 0) - (glances[b]?.at ?? 0))) / length;
  const taken = scenes.slice(0, 1);
  const left = new Map(scenes.slice(1).map((i) => [i, apart(i, taken[0] ?? 0)]));
  while (taken.length < most) {
    const [next] = [...left].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [-1, -1]);
    if (next < 0) break;
    taken.push(next);
    left.delete(next);
    for (const [i, distance] of left) left.set(i, Math.min(distance, apart(i, next)));
  }
  return taken.sort((a, b) => a - b);
}

function gridOf(glances: readonly Glance[], i: number): Uint8Array {
  return glances[i]?.grid ?? new Uint8Array();
}

function difference(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs((a[i] ?? 0) - (b[i] ?? 0));
  return sum / (255 * Math.max(1, a.length));
}

function isBlack(grid: Uint8Array): boolean {
  let sum = 0;
  let brightest = 0;
  for (const value of grid) {
    sum += value;
    brightest = Math.max(brightest, value);
  }
  return sum / Math.max(1, grid.length) < BLACK_MEAN && brightest < BLACK_CELL;
}
