/** Red, green and blue, each in [0, 1], as they are written in a style sheet (sRGB). */
export type Rgb = readonly [number, number, number];

/** @param hex `#rrggbb` */
export function parseHex(hex: string): Rgb {
  const channel = (start: number): number => parseInt(hex.slice(start, start + 2), 16) / 255;
  return [channel(1), channel(3), channel(5)];
}

export function toHex(color: Rgb): string {
  const channel = (value: number): string =>
    Math.round(value * 255)
      .toString(16)
      .padStart(2, '0');
  return `#${color.map(channel).join('')}`;
}

/** What is seen where one colour lies over another with an opacity in [0, 1]. */
export function mixed(ground: string, over: string, opacity: number): Rgb {
  const [a, b] = [parseHex(ground), parseHex(over)];
  const mix = (i: 0 | 1 | 2): number => a[i] + (b[i] - a[i]) * opacity;
  return [mix(0), mix(1), mix(2)];
}

/** Relative luminance in [0, 1], as WCAG 2.2 defines it. */
export function luminance([red, green, blue]: Rgb): number {
  const linear = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

/** Contrast of two colours, from 1 to 21, as WCAG 2.2 defines it. */
export function contrast(one: Rgb, other: Rgb): number {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

/** Whether black reads better on it than white. Where both read equally well, either has a contrast of 4.58. */
export function isLight(color: Rgb): boolean {
  return contrast(color, [0, 0, 0]) >= contrast(color, [1, 1, 1]);
}

/** The golden angle, in turns: each hue is far from those before it, however many there are. */
const HUE_STEP = 0.381966;
/** Between black and white: a contrast of more than 3 with a light ground and a dark one. */
const MARK_LUMINANCE = 0.2;

/** The colour of the marks of the n-th class: its own hue, and the same luminance as all, to be seen on light and on dark. */
export function classColor(n: number): string {
  const hue = (0.58 + n * HUE_STEP) % 1;
  let [low, high] = [0, 1];
  for (let step = 0; step < 12; step++) {
    const middle = (low + high) / 2;
    if (luminance(fromHsl(hue, middle)) < MARK_LUMINANCE) low = middle;
    else high = middle;
  }
  return toHex(fromHsl(hue, high));
}

function fromHsl(hue: number, lightness: number): Rgb {
  const saturation = 0.75;
  const spread = saturation * Math.min(lightness, 1 - lightness);
  const channel = (offset: number): number => {
    const place = (offset + hue * 12) % 12;
    return lightness - spread * Math.max(-1, Math.min(place - 3, 9 - place, 1));
  };
  return [channel(0), channel(8), channel(4)];
}
