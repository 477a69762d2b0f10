/** How frames are turned to be upright: first mirrored left to right where `mirrored`, then turned clockwise. */
export interface Turn {
  readonly degrees: 0 | 90 | 180 | 270;
  readonly mirrored: boolean;
}

const UPRIGHT: Turn = { degrees: 0, mirrored: false };

/**
 * Reads a display matrix as FFmpeg hands it out: nine int32, of which the first two of the first two rows say where the axes go, in
 * 16.16 fixed point. Phones write quarter turns; anything between is taken for the nearest.
 */
export function turnOf(matrix: Uint8Array | null): Turn {
  if (!matrix || matrix.byteLength < 36) return UPRIGHT;
  const view = new DataView(matrix.buffer, matrix.byteOffset, matrix.byteLength);
  const [a, b, c, d] = [0, 4, 12, 16].map((at) => view.getInt32(at, true) / 65_536) as [number, number, number, number];
  const mirrored = a * d - b * c < 0;
  // the x axis goes to (a, b), with y downwards; that of a mirrored picture to (-a, -b)
  const angle = (Math.atan2(mirrored ? -b : b, mirrored ? -a : a) * 180) / Math.PI;
  const degrees = (((Math.round(angle / 90) * 90) % 360) + 360) % 360;
  return { degrees: degrees as Turn['degrees'], mirrored };
}

/** Packed RGB pixels. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Pixels made upright. */
export function turned({ data, width, height }: Pixels, { degrees, mirrored }: Turn): Pixels {
  if (degrees === 0 && !mirrored) return { data, width, height };
  const lying = degrees === 90 || degrees === 270;
  const [w, h] = lying ? [height, width] : [width, height];
  const result = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = 3 * (y * width + x);
      const [toX, toY] = placeOf(mirrored ? width - 1 - x : x, y, width, height, degrees);
      const to = 3 * (toY * w + toX);
      for (let c = 0; c < 3; c++) result[to + c] = data[from + c] ?? 0;
    }
  }
  return { data: result, width: w, height: h };
}

function placeOf(x: number, y: number, width: number, height: number, degrees: Turn['degrees']): [number, number] {
  if (degrees === 90) return [height - 1 - y, x];
  if (degrees === 180) return [width - 1 - x, height - 1 - y];
  if (degrees === 270) return [y, width - 1 - x];
  return [x, y];
}
