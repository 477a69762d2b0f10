/** How a picture becomes the pixels of an encoder: by sharp, from the one decode to inside 512²; see `preprocess.ts`. */
import type { ResizeOptions } from 'sharp';
import type { Preprocessing } from './definition.ts';

/** What a decode worker has to be told: plain data, no more. */
export interface PixelRequest {
  readonly width: number;
  readonly height: number;
  readonly fit: Preprocessing['fit'];
  readonly keep: number;
  readonly kernel: Preprocessing['kernel'];
}

/** Borders of `contain`: the middle of the range, which means nothing to most models. */
const BORDER = '#7f7f7f';

/** What a decode worker has to be told for this encoder. */
export function pixelRequest({ width, height, fit, keep, kernel }: Preprocessing): PixelRequest {
  return { width, height, fit, keep, kernel };
}

/** A part of a picture, in pixels. */
export interface Cut {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * What to cut out of a picture before it is resized (sharp's `extract`), and how to resize that: the result has exactly
 * `width` × `height` pixels. `cut` is undefined where the whole picture is taken.
 *
 * `crop` takes from the middle the largest part of the target's shape, times `keep`.
 * @param source - width and height of the decoded picture
 */
export function pixelSteps(
  request: PixelRequest,
  source: { readonly width: number; readonly height: number },
): { readonly cut: Cut | undefined; readonly resize: ResizeOptions } {
  const { width, height, kernel } = request;
  if (request.fit === 'contain') {
    return { cut: undefined, resize: { width, height, fit: 'contain', background: BORDER, kernel } };
  }
  const resize: ResizeOptions = { width, height, fit: 'fill', kernel };
  if (request.fit === 'stretch') return { cut: undefined, resize };
  const scale = Math.min(source.width / width, source.height / height) * request.keep;
  const cutWidth = Math.min(source.width, Math.max(1, Math.round(width * scale)));
  const cutHeight = Math.min(source.height, Math.max(1, Math.round(height * scale)));
  const cut = {
    left: Math.floor((source.width - cutWidth) / 2),
    top: Math.floor((source.height - cutHeight) / 2),
    width: cutWidth,
    height: cutHeight,
  };
  return { cut, resize };
}

/** Bytes of one picture as this encoder takes it: red, green, blue, rows from the top. */
export function pictureBytes({ width, height }: { readonly width: number; readonly height: number }): number {
  return width * height * 3;
}

/**
 * The numbers that a model sees, from bytes: what the nodes of `prepare-model.ts` compute, in plain code, for tests and
 * for models that are run as they are.
 * @param pixels - whole pictures of `width` × `height` × 3 bytes, one after another
 * @throws RangeError where they are not whole
 */
export function modelValues(pixels: Uint8Array, preprocessing: Preprocessing): Float32Array<ArrayBuffer> {
  const { width, height, layout, scale, mean, std } = preprocessing;
  const area = width * height;
  if (pixels.length % (area * 3) !== 0) throw new RangeError(`${pixels.length} bytes are not whole pictures`);
  const values = new Float32Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) {
    const channel = i % 3;
    const picture = Math.floor(i / (area * 3));
    const position = Math.floor(i / 3) % area;
    const target = layout === 'NHWC' ? i : picture * area * 3 + channel * area + position;
    values[target] = ((pixels[i] ?? 0) * scale - (mean[channel] ?? 0)) / (std[channel] ?? 1);
  }
  return values;
}
