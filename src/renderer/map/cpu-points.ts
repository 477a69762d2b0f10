import { fitCanvas } from './gpu-points.ts';
import { shownExtent, type MapView, type Size } from './map-view.ts';
import { looksOf, type MapFrame, type PointDrawer, type Rgb } from './point-drawer.ts';
import { runsIn } from './point-grid.ts';

/** Pixels of a picture, row by row: alpha, blue, green and red in one number, as an ImageData has them on every computer that Electron runs on. */
interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Int32Array;
}

/**
 * Draws points by the processor, one CSS pixel for one pixel: where WebGL is missing, or would be done by the processor as well. 500,000 points keep up with the screen, which WebGL in
 * software does not (docs/explore.md).
 */
export function cpuDrawer(canvas: HTMLCanvasElement): PointDrawer | null {
  const context = canvas.getContext('2d', { alpha: false });
  if (context === null) return null;
  let image: ImageData | null = null;
  return {
    draw(frame) {
      fitCanvas(canvas, frame.size.width, frame.size.height);
      const { width, height } = canvas;
      if (image?.width !== width || image.height !== height) image = context.createImageData(width, height);
      drawFrame(frame, { width, height, data: new Int32Array(image.data.buffer) });
      context.putImageData(image, 0, 0);
    },
    dispose: () => undefined,
  };
}

/** Draws a frame over whatever the pixels show. */
export function drawFrame(frame: MapFrame, pixels: Pixels): void {
  const { grid, colors, lit, palette, view, size } = frame;
  pixels.data.fill(packed(palette.background));
  const looks = looksOf(frame);
  const all = new Brush(pixels, palette.points, looks.all.size, looks.all.alpha, view, size);
  const runs = runsIn(grid, shownExtent(view, size, looks.all.size));
  for (let run = 0; run < runs.length; run += 2) {
    all.dots(grid.ordered, grid.order, colors, runs[run] ?? 0, runs[run + 1] ?? 0);
  }
  if (lit === null) return;
  const over = new Brush(pixels, palette.points, looks.lit.size, looks.lit.alpha, view, size);
  const points = Uint32Array.from(lit);
  const places = Float32Array.from(
    { length: 2 * points.length },
    (_, i) => grid.positions[2 * (lit[i >> 1] ?? 0) + (i & 1)] ?? 0,
  );
  over.dots(places, points, colors, 0, points.length);
}

/** As a signed number, so that what is computed with it stays one of 32 bits. */
function packed([red, green, blue]: Rgb): number {
  return 0xff000000 | (blue << 16) | (green << 8) | red;
}

/** A row of a dot from one pixel to before another, and how much of the colour it takes, in 256ths. */
interface Span {
  readonly row: number;
  readonly from: number;
  readonly to: number;
  readonly share: number;
}

/** Dots of one size and transparency, each laid over what is there. */
class Brush {
  readonly #pixels: Pixels;
  readonly #spans: readonly Span[];
  readonly #colors: Int32Array;
  /** How wide a dot is, and from a place of the plane to the top left of its dot. */
  readonly #place: { readonly across: number; readonly scale: number; readonly left: number; readonly top: number };

  constructor(pixels: Pixels, colors: readonly Rgb[], size: number, alpha: number, view: MapView, area: Size) {
    this.#pixels = pixels;
    const across = Math.max(1, Math.round(size));
    this.#spans = spansOf(across, Math.round(256 * alpha));
    this.#colors = Int32Array.from(colors, packed);
    const { x, y, scale } = view;
    const left = (area.width - across) / 2 - x * scale;
    this.#place = { across, scale, left, top: (area.height - across) / 2 - y * scale };
  }

  /** Draws points: those from one place of `ordered`, which has x and y of each, to before another. @param order the point of each place, which `colors` goes by */
  dots(ordered: Float32Array, order: Uint32Array, colors: Uint8Array, from: number, to: number): void {
    const { width, height, data } = this.#pixels;
    const { across, scale, left: x, top: y } = this.#place;
    const inks = this.#colors;
    const share = this.#spans[0]?.share ?? 0;
    for (let place = from; place < to; place++) {
      const left = Math.round(x + (ordered[2 * place] ?? 0) * scale);
      const top = Math.round(y + (ordered[2 * place + 1] ?? 0) * scale);
      if (left <= -across || top <= -across || left >= width || top >= height) continue;
      const ink = inks[colors[order[place] ?? 0] ?? 0] ?? 0;
      if (across !== 2 || left < 0 || top < 0 || left >= width - 1 || top >= height - 1) {
        this.#dot(left, top, ink);
        continue;
      }
      // hundreds of thousands are of this size
      const at = top * width + left;
      blend(data, at, ink, share);
      blend(data, at + 1, ink, share);
      blend(data, at + width, ink, share);
      blend(data, at + width + 1, ink, share);
    }
  }

  #dot(left: number, top: number, ink: number): void {
    const { width, height, data } = this.#pixels;
    for (const { row, from, to, share } of this.#spans) {
      const line = (top + row) * width;
      if (top + row < 0 || top + row >= height) continue;
      const end = line + Math.min(width, left + to);
      for (let at = line + Math.max(0, left + from); at < end; at++) blend(data, at, ink, share);
    }
  }
}

/** Lays a colour over a pixel: two channels in one product, of which `imul` keeps what counts, the lower 32 bits. @param share of the colour, in 256ths */
function blend(data: Int32Array, at: number, ink: number, share: number): void {
  const there = data[at] ?? 0;
  const rest = 256 - share;
  data[at] =
    0xff000000 |
    (((Math.imul(there & 0xff00ff, rest) + Math.imul(ink & 0xff00ff, share)) >>> 8) & 0xff00ff) |
    (((Math.imul(there & 0xff00, rest) + Math.imul(ink & 0xff00, share)) >>> 8) & 0xff00);
}

/** The rows of a dot. Its rim is smooth: the first and the last pixel of a row are covered in part. Dots of one or two pixels are squares. */
function spansOf(across: number, share: number): Span[] {
  return Array.from({ length: across }, (_, row): Span[] => {
    const down = row + 0.5 - across / 2;
    const edge = across <= 2 ? 0 : across / 2 - Math.sqrt((across / 2) ** 2 - down * down);
    const from = Math.floor(edge);
    const to = across - from;
    const rim = Math.round(share * (1 - (edge - from)));
    if (rim === share) return [{ row, from, to, share }];
    return [
      { row, from, to: from + 1, share: rim },
      { row, from: from + 1, to: to - 1, share },
      { row, from: to - 1, to, share: rim },
    ];
  }).flat();
}
