import { fitCanvas } from './gpu-points.ts';
import { shownExtent, type MapView, type Size } from './map-view.ts';
import { looksOf, type MapFrame, type PointDrawer, type Rgb } from './point-drawer.ts';
import { runsIn } from './point-grid.ts';

/** Pixels of a picture, row by row: alpha, blue, green and red in one number, as an ImageData has them on every computer that Electron runs on. */
interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint32Array;
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
      drawFrame(frame, { width, height, data: new Uint32Array(image.data.buffer) });
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
  const { order, positions } = grid;
  for (let run = 0; run < runs.length; run += 2) {
    const end = runs[run + 1] ?? 0;
    for (let place = runs[run] ?? 0; place < end; place++) {
      const point = order[place] ?? 0;
      all.dot(positions[2 * point] ?? 0, positions[2 * point + 1] ?? 0, colors[point] ?? 0);
    }
  }
  if (lit === null) return;
  const over = new Brush(pixels, palette.points, looks.lit.size, looks.lit.alpha, view, size);
  for (const point of lit) over.dot(positions[2 * point] ?? 0, positions[2 * point + 1] ?? 0, colors[point] ?? 0);
}

function packed([red, green, blue]: Rgb): number {
  return (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0;
}

/** Dots of one size and transparency. A dot is laid over what is there, two channels in one product: shares are 256ths. */
class Brush {
  readonly #pixels: Pixels;
  readonly #across: number;
  /** Of each row of a dot, where it begins. */
  readonly #from: Int32Array;
  readonly #rest: number;
  readonly #redBlue: Float64Array;
  readonly #green: Float64Array;
  readonly #view: MapView;
  readonly #left: number;
  readonly #top: number;

  constructor(pixels: Pixels, colors: readonly Rgb[], across: number, alpha: number, view: MapView, size: Size) {
    this.#pixels = pixels;
    this.#across = Math.max(1, Math.round(across));
    this.#from = Int32Array.from({ length: this.#across }, (_, row) => dotBegin(this.#across, row));
    const share = Math.round(256 * alpha);
    this.#rest = 256 - share;
    this.#redBlue = Float64Array.from(colors, (color) => (packed(color) & 0xff00ff) * share);
    this.#green = Float64Array.from(colors, (color) => (packed(color) & 0xff00) * share);
    this.#view = view;
    this.#left = size.width / 2 - this.#across / 2;
    this.#top = size.height / 2 - this.#across / 2;
  }

  dot(x: number, y: number, color: number): void {
    const { width, height, data } = this.#pixels;
    const left = Math.round(this.#left + (x - this.#view.x) * this.#view.scale);
    const top = Math.round(this.#top + (y - this.#view.y) * this.#view.scale);
    const across = this.#across;
    const rest = this.#rest;
    const redBlue = this.#redBlue[color] ?? 0;
    const green = this.#green[color] ?? 0;
    for (let row = Math.max(0, -top); row < across && top + row < height; row++) {
      const begin = this.#from[row] ?? 0;
      const end = Math.min(width, left + across - begin);
      const line = (top + row) * width;
      for (let column = Math.max(0, left + begin); column < end; column++) {
        const there = data[line + column] ?? 0;
        data[line + column] =
          0xff000000 |
          ((((there & 0xff00ff) * rest + redBlue) >>> 8) & 0xff00ff) |
          ((((there & 0xff00) * rest + green) >>> 8) & 0xff00);
      }
    }
  }
}

/** Where a row of a dot begins; it ends as far from the other side. Dots of one or two pixels are squares. */
function dotBegin(across: number, row: number): number {
  if (across <= 2) return 0;
  const down = row + 0.5 - across / 2;
  return Math.max(0, Math.round(across / 2 - Math.sqrt((across / 2) ** 2 - down * down)));
}
