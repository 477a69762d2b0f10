/** What of the plane is looked at: the place in the middle, and how many CSS pixels one unit of the plane takes. y grows downwards in both. */
export interface MapView {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A rectangle of the plane, or of the screen. */
export interface Extent {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** How far one can zoom in from where all is in view: two neighbors of 500,000 are a thumbnail apart. */
const DEEPEST = 4000;
/** And out: the map keeps this share of the view. */
const FURTHEST = 0.5;
/** Around what is fitted into the view, in CSS pixels: names and points at the rim have their place. */
const MARGIN = 40;

/** The rectangle around points given as x and y, one after the other. Of none: the unit square. */
export function extentOf(positions: ArrayLike<number>): Extent {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i + 1 < positions.length; i += 2) {
    const x = positions[i] ?? 0;
    const y = positions[i + 1] ?? 0;
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < top) top = y;
    if (y > bottom) bottom = y;
  }
  return left > right ? { left: 0, top: 0, right: 1, bottom: 1 } : { left, top, right, bottom };
}

/** The view in which all of an extent is seen. */
export function fittingView(extent: Extent, { width, height }: Size): MapView {
  const across = Math.max(1, width - 2 * MARGIN) / Math.max(extent.right - extent.left, 1e-6);
  const down = Math.max(1, height - 2 * MARGIN) / Math.max(extent.bottom - extent.top, 1e-6);
  return {
    x: (extent.left + extent.right) / 2,
    y: (extent.top + extent.bottom) / 2,
    // one point, or several in one place, have no extent
    scale: Math.min(across, down, 1e5),
  };
}

/** Where a place of the plane is seen, in CSS pixels from the top left. */
export function toScreen(view: MapView, size: Size, x: number, y: number): readonly [number, number] {
  return [size.width / 2 + (x - view.x) * view.scale, size.height / 2 + (y - view.y) * view.scale];
}

/** The place of the plane that is seen there; the inverse of {@link toScreen}. */
export function toPlane(view: MapView, size: Size, left: number, top: number): readonly [number, number] {
  return [view.x + (left - size.width / 2) / view.scale, view.y + (top - size.height / 2) / view.scale];
}

/** What of the plane is seen, and `margin` CSS pixels around it. */
export function shownExtent(view: MapView, size: Size, margin = 0): Extent {
  const [left, top] = toPlane(view, size, -margin, -margin);
  const [right, bottom] = toPlane(view, size, size.width + margin, size.height + margin);
  return { left, top, right, bottom };
}

/** The view nearest to one that keeps to the limits: not too near, not too far, the middle of it over the extent. */
export function limited(view: MapView, extent: Extent, size: Size): MapView {
  const all = fittingView(extent, size).scale;
  return {
    x: Math.min(extent.right, Math.max(extent.left, view.x)),
    y: Math.min(extent.bottom, Math.max(extent.top, view.y)),
    scale: Math.min(all * DEEPEST, Math.max(all * FURTHEST, view.scale)),
  };
}

/** The view `factor` times nearer; the place seen at (`left`, `top`) stays there. */
export function zoomedAt(view: MapView, size: Size, factor: number, left: number, top: number): MapView {
  const scale = view.scale * factor;
  const [x, y] = toPlane(view, size, left, top);
  return { x: x - (left - size.width / 2) / scale, y: y - (top - size.height / 2) / scale, scale };
}

/** The view after what is seen was dragged by so many CSS pixels. */
export function panned(view: MapView, dx: number, dy: number): MapView {
  return { ...view, x: view.x - dx / view.scale, y: view.y - dy / view.scale };
}

/** The view moved no more than it must be for a place to be seen, `margin` CSS pixels from the rim. */
export function showing(view: MapView, size: Size, x: number, y: number, margin: number): MapView {
  const [left, top] = toScreen(view, size, x, y);
  const inside = (at: number, length: number): number => {
    const rim = Math.min(margin, length / 2);
    return Math.min(length - rim, Math.max(rim, at)) - at;
  };
  return panned(view, inside(left, size.width), inside(top, size.height));
}
