import type { Rgb } from './point-drawer.ts';

/** What CSS colours are in the page as it is now, custom properties and the colour scheme resolved. @param host an element whose `color` may be set */
export function resolvedColors(host: HTMLElement, colors: readonly string[]): Rgb[] {
  const context = new OffscreenCanvas(colors.length, 1).getContext('2d', { willReadFrequently: true });
  if (context === null) return colors.map(() => [128, 128, 128]);
  for (const [i, color] of colors.entries()) {
    host.style.color = color;
    context.fillStyle = getComputedStyle(host).color;
    context.fillRect(i, 0, 1, 1);
  }
  host.style.removeProperty('color');
  const { data } = context.getImageData(0, 0, colors.length, 1);
  return colors.map((_, i) => [data[4 * i] ?? 0, data[4 * i + 1] ?? 0, data[4 * i + 2] ?? 0]);
}
