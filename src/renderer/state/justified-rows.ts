/**
 * Justified rows: pictures side by side at their own aspect ratio, each row scaled to fill the width exactly. One pass over
 * the aspect ratios, typed arrays only: 200,000 pictures take a few milliseconds, so that a resize lays out everything anew.
 */

/** Beyond these a picture would be a thread or a hair: it is shown cropped to the limit. */
export const NARROWEST_ASPECT = 0.3;
export const WIDEST_ASPECT = 5;

export interface RowOptions {
  /** Of the whole grid, in CSS pixels, positive. */
  readonly width: number;
  /** What a row's height should be near to, in CSS pixels. */
  readonly targetHeight: number;
  /** No justified row is higher, so that a thumbnail is not enlarged. */
  readonly maxHeight: number;
  /** Between pictures and between rows, in CSS pixels. */
  readonly gap: number;
  /** Height under each picture that is not picture: a result's score. */
  readonly caption?: number;
}

export interface JustifiedRows extends RowOptions {
  readonly caption: number;
  readonly rowCount: number;
  /** Index of each row's first picture; one more entry at the end holds the number of pictures. */
  readonly starts: Uint32Array;
  /** Top of each row in CSS pixels; the last entry is where a further row would begin. */
  readonly tops: Float64Array;
  /** Height of the pictures of each row, whole CSS pixels, without the caption. */
  readonly heights: Float32Array;
  /** Of the content, without a gap after the last row. */
  readonly totalHeight: number;
  /** Whether the last row is left unfilled, at the target height. */
  readonly lastRowRagged: boolean;
}

export interface Tile {
  readonly index: number;
  readonly left: number;
  readonly width: number;
}

export function clampAspect(aspect: number): number {
  // Not-a-number fails both comparisons and is shown square.
  return aspect > 0 ? Math.min(WIDEST_ASPECT, Math.max(NARROWEST_ASPECT, aspect)) : 1;
}

/** Lays out pictures of the given aspect ratios (width / height) in the order given. */
export function justifyRows(aspects: ArrayLike<number>, options: RowOptions): JustifiedRows {
  const { width, targetHeight, maxHeight, gap, caption = 0 } = options;
  const count = aspects.length;
  const starts: number[] = [];
  const heights: number[] = [];
  let sum = 0;
  let first = 0;
  for (let i = 0; i < count; i++) {
    const aspect = clampAspect(aspects[i] ?? 1);
    const before = heightFor(sum, i - first, width, gap);
    sum += aspect;
    const after = heightFor(sum, i + 1 - first, width, gap);
    if (after > targetHeight) continue;
    // The row is full. Break before this picture where that comes nearer to the target, and does not enlarge thumbnails.
    const breakBefore = i > first && before <= maxHeight && before - targetHeight < targetHeight - after;
    starts.push(first);
    heights.push(breakBefore ? before : after);
    first = breakBefore ? i : i + 1;
    sum = breakBefore ? aspect : 0;
    if (breakBefore && heightFor(sum, 1, width, gap) <= targetHeight) {
      starts.push(i);
      heights.push(heightFor(sum, 1, width, gap));
      first = i + 1;
      sum = 0;
    }
  }
  const lastRowRagged = first < count;
  if (lastRowRagged) {
    starts.push(first);
    heights.push(Math.min(targetHeight, heightFor(sum, count - first, width, gap)));
  }
  return { ...options, caption, lastRowRagged, ...stack(starts, heights, count, gap, caption) };
}

/** The pictures of one row with their places, in whole CSS pixels: the last one of a filled row ends at the width exactly. */
export function tilesOfRow(rows: JustifiedRows, aspects: ArrayLike<number>, row: number): Tile[] {
  const start = rows.starts[row] ?? 0;
  const end = rows.starts[row + 1] ?? start;
  let sum = 0;
  for (let i = start; i < end; i++) sum += clampAspect(aspects[i] ?? 1);
  const ragged = rows.lastRowRagged && row === rows.rowCount - 1;
  const room = rows.width - rows.gap * (end - start - 1);
  const scale = ragged ? Math.min(rows.heights[row] ?? 0, room / sum) : room / sum;
  const tiles: Tile[] = [];
  let passed = 0;
  for (let i = start; i < end; i++) {
    const left = Math.round(passed * scale);
    passed += clampAspect(aspects[i] ?? 1);
    tiles.push({ index: i, left: left + rows.gap * (i - start), width: Math.round(passed * scale) - left });
  }
  return tiles;
}

/** The row that covers `y`, found by bisection; the nearest one outside the content. */
export function rowAt(rows: JustifiedRows, y: number): number {
  let low = 0;
  let high = rows.rowCount - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((rows.tops[middle] ?? 0) <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The row that holds picture `index`. */
export function rowOfIndex(rows: JustifiedRows, index: number): number {
  let low = 0;
  let high = Math.max(0, rows.rowCount - 1);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((rows.starts[middle] ?? 0) <= index) low = middle;
    else high = middle - 1;
  }
  return low;
}

function heightFor(sum: number, pictures: number, width: number, gap: number): number {
  return pictures === 0 ? Number.POSITIVE_INFINITY : Math.max(1, width - gap * (pictures - 1)) / sum;
}

function stack(starts: number[], heights: number[], count: number, gap: number, caption: number) {
  const rowCount = starts.length;
  const tops = new Float64Array(rowCount + 1);
  const rounded = new Float32Array(rowCount);
  for (let row = 0; row < rowCount; row++) {
    const height = Math.max(1, Math.round(heights[row] ?? 0));
    rounded[row] = height;
    tops[row + 1] = (tops[row] ?? 0) + height + caption + gap;
  }
  const totalHeight = rowCount === 0 ? 0 : (tops[rowCount] ?? 0) - gap;
  return { rowCount, starts: Uint32Array.from([...starts, count]), tops, heights: rounded, totalHeight };
}
