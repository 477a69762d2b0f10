import type { PictureAlignment } from '../../contract/explore-schemas.ts';

/** Takes a point (u, v) to (m0 u + m2 v + m4, m1 u + m3 v + m5), as CSS has it. */
export type Affine = NonNullable<PictureAlignment>;

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where a picture lies in the frame that is looked at. */
export interface Placed {
  /** Of the frame, in the pixels of a picture. */
  readonly frame: Size;
  /** From fractions of the picture to fractions of the frame. */
  readonly matrix: Affine;
}

/** What two panes show: the middle as fractions of the frame, and how many times it is enlarged beyond fitting in. */
export interface LockstepView {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

export const WHOLE_VIEW: LockstepView = { x: 0.5, y: 0.5, zoom: 1 };

/** A pixel of a phone's picture is 20 of the screen's by then. */
const MOST_ZOOM = 64;

const SAME: Affine = [1, 0, 0, 1, 0, 0];

/**
 * Lays two pictures in one frame, in which what they share lies in one place and which holds both whole; without an alignment each has a frame
 * of its own, so that the same fractions of both are seen.
 *
 * @param alignment from fractions of the second to fractions of the first
 */
export function placedPair(first: Size, second: Size, alignment: PictureAlignment): readonly [Placed, Placed] {
  if (alignment === null) {
    return [
      { frame: sizeOf(first), matrix: SAME },
      { frame: sizeOf(second), matrix: SAME },
    ];
  }
  const corners = [{ x: 0, y: 0 }, { x: 1, y: 1 }, ...[0, 1].flatMap((u) => [0, 1].map((v) => moved(alignment, u, v)))];
  const [xs, ys] = [corners.map(({ x }) => x), corners.map(({ y }) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [width, height] = [Math.max(...xs) - left, Math.max(...ys) - top];
  const frame = { width: width * first.width, height: height * first.height };
  const toFrame: Affine = [1 / width, 0, 0, 1 / height, -left / width, -top / height];
  return [
    { frame, matrix: toFrame },
    { frame, matrix: after(toFrame, alignment) },
  ];
}

function sizeOf({ width, height }: Size): Size {
  return { width, height };
}

/** Where a point goes. */
export function moved([a, b, c, d, e, f]: Affine, u: number, v: number): { readonly x: number; readonly y: number } {
  return { x: a * u + c * v + e, y: b * u + d * v + f };
}

/** First `inner`, then `outer`. */
function after(outer: Affine, inner: Affine): Affine {
  const [a, b, c, d, e, f] = inner;
  const [along, down, origin] = [[a, b] as const, [c, d] as const, moved(outer, e, f)];
  const turned = ([x, y]: readonly [number, number]): [number, number] => [
    outer[0] * x + outer[2] * y,
    outer[1] * x + outer[3] * y,
  ];
  return [...turned(along), ...turned(down), origin.x, origin.y];
}

/** Pixels of the pane to the whole frame, each way. */
function spanOf({ frame }: Placed, pane: Size, zoom: number): Size {
  const fit = Math.min(pane.width / frame.width, pane.height / frame.height) * zoom;
  return { width: frame.width * fit, height: frame.height * fit };
}

/** From fractions of a picture to pixels of its pane. */
export function inPane(placed: Placed, pane: Size, view: LockstepView): Affine {
  const { width, height } = spanOf(placed, pane, view.zoom);
  const toPane: Affine = [width, 0, 0, height, pane.width / 2 - view.x * width, pane.height / 2 - view.y * height];
  return after(toPane, placed.matrix);
}

/** The view moved by pixels of a pane, as far as there is something to be seen. */
export function panned(view: LockstepView, placed: Placed, pane: Size, dx: number, dy: number): LockstepView {
  const { width, height } = spanOf(placed, pane, view.zoom);
  return {
    x: limited(view.x - dx / width, pane.width / width),
    y: limited(view.y - dy / height, pane.height / height),
    zoom: view.zoom,
  };
}

/** The middle kept so that nothing beside the frame is shown that could be filled; `seen`: the share of it that a pane shows. */
function limited(middle: number, seen: number): number {
  return seen >= 1 ? 0.5 : Math.max(seen / 2, Math.min(1 - seen / 2, middle));
}

/** Enlarges around a point of the pane, which stays where it is. @param at pixels from the middle of the pane */
export function zoomed(
  view: LockstepView,
  placed: Placed,
  pane: Size,
  factor: number,
  at: { readonly x: number; readonly y: number } = { x: 0, y: 0 },
): LockstepView {
  const zoom = Math.max(1, Math.min(MOST_ZOOM, view.zoom * factor));
  const [before, now] = [spanOf(placed, pane, view.zoom), spanOf(placed, pane, zoom)];
  const x = view.x + at.x / before.width - at.x / now.width;
  const y = view.y + at.y / before.height - at.y / now.height;
  return panned({ x, y, zoom }, placed, pane, 0, 0);
}

/** What was done to the second to lie on the first, in words; empty where it lies as it is. */
export function turnedWords(alignment: PictureAlignment): string {
  if (alignment === null) return '';
  const [a, b, c, d] = alignment;
  const isMirrored = a * d - b * c < 0;
  const isTurned = Math.abs(b) > Math.abs(a) || (!isMirrored && a < 0);
  if (isMirrored && isTurned) return 'turned and mirrored';
  return isMirrored ? 'mirrored' : isTurned ? 'turned' : '';
}
