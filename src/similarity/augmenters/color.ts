import { clamp, hasColor, PictureTransform, type Raster } from './picture-transform.ts';

/** Writes what becomes of a pixel's colour into `target`, from `at` on. */
type ChangeColor = (red: number, green: number, blue: number, target: Float32Array, at: number) => void;

/** The picture with each pixel's colour changed. The new one is written, not returned: an object a pixel is slow. */
function mapColors(picture: Raster, change: ChangeColor): Raster {
  const { values } = picture;
  const changed = new Float32Array(values.length);
  for (let i = 0; i < values.length; i += 3) {
    change(values[i] as number, values[i + 1] as number, values[i + 2] as number, changed, i);
  }
  for (let i = 0; i < changed.length; i++) changed[i] = clamp(changed[i] as number);
  return { ...picture, values: changed };
}

function setColor(target: Float32Array, at: number, red: number, green: number, blue: number): void {
  target[at] = red;
  target[at + 1] = green;
  target[at + 2] = blue;
}

/**
 * The saturation of each pixel (of the HSV model) times a factor, at most 1; hue and value stay.
 *
 * @param factor at least 0; 0 takes all colour out, 1 changes nothing
 */
export function scaleSaturation(picture: Raster, factor: number): Raster {
  if (!hasColor(picture)) return picture;
  return mapColors(picture, (red, green, blue, target, at) => {
    const value = Math.max(red, green, blue);
    const chroma = value - Math.min(red, green, blue);
    // How far each channel lies below the largest grows with the saturation, up to where the smallest is 0.
    const scale = chroma * factor > value ? value / chroma : factor;
    setColor(
      target,
      at,
      value - (value - red) * scale,
      value - (value - green) * scale,
      value - (value - blue) * scale,
    );
  });
}

/**
 * The hue of each pixel (of the HSV model) turned; saturation and value stay.
 *
 * @param turns 1 for a whole turn, which changes nothing
 */
export function shiftHue(picture: Raster, turns: number): Raster {
  if (!hasColor(picture)) return picture;
  return mapColors(picture, (red, green, blue, target, at) => {
    const value = Math.max(red, green, blue);
    const chroma = value - Math.min(red, green, blue);
    if (chroma === 0) {
      setColor(target, at, red, green, blue);
      return;
    }
    const sixth = hueInSixths(red, green, blue, value, chroma) + 6 * turns;
    setColor(
      target,
      at,
      channelOf(5, sixth, value, chroma),
      channelOf(3, sixth, value, chroma),
      channelOf(1, sixth, value, chroma),
    );
  });
}

function hueInSixths(red: number, green: number, blue: number, value: number, chroma: number): number {
  if (value === red) return (green - blue) / chroma;
  if (value === green) return 2 + (blue - red) / chroma;
  return 4 + (red - green) / chroma;
}

/** The usual closed form of HSV to RGB: each channel falls from `value` by `chroma` over its part of the circle. */
function channelOf(offset: number, hue: number, value: number, chroma: number): number {
  const k = (((offset + hue) % 6) + 6) % 6;
  return value - chroma * Math.max(0, Math.min(k, 4 - k, 1));
}

/** How bright red, green and blue look: ITU-R BT.601, in TensorFlow's digits. */
const LUMA = [0.2989, 0.587, 0.114] as const;

/** Takes the colour out of pictures; the number of channels stays. */
export class Grayscale extends PictureTransform {
  override change(picture: Raster): Raster {
    if (!hasColor(picture)) return picture;
    return mapColors(picture, (red, green, blue, target, at) => {
      const gray = LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue;
      setColor(target, at, gray, gray, gray);
    });
  }
}
