import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const css = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8');
const SCHEMES = ['light', 'dark'] as const;

/** The value of a token in a colour scheme: lightness 0–1, chroma, hue in degrees. */
function oklch(token: string, scheme: (typeof SCHEMES)[number]): [number, number, number] {
  const line = new RegExp(`--${token}: light-dark\\(oklch\\(([^)]*)\\), oklch\\(([^)]*)\\)\\)`).exec(css);
  const value = (scheme === 'light' ? line?.[1] : line?.[2]) ?? '';
  const [lightness = Number.NaN, chroma = Number.NaN, hue = Number.NaN] = value.split(' ').map(Number.parseFloat);
  return [lightness / 100, chroma, hue];
}

/** Relative luminance as WCAG 2 has it, through Oklab (Ottosson 2020) to linear sRGB. */
function luminance([lightness, chroma, hue]: [number, number, number]): number {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const red = 4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s;
  const green = -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s;
  const blue = -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string, scheme: (typeof SCHEMES)[number]): number {
  const [low = 0, high = 0] = [luminance(oklch(one, scheme)), luminance(oklch(other, scheme))].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

describe('tokens', () => {
  it.each(SCHEMES)('has text, accent and warnings readable on every background (%s)', (scheme) => {
    for (const background of ['background', 'raised', 'hover', 'pressed']) {
      for (const text of ['text', 'text-secondary', 'accent', 'attention']) {
        expect(contrast(text, background, scheme), `${text} on ${background}`).toBeGreaterThanOrEqual(4.5);
      }
    }
    expect(contrast('on-accent', 'accent', scheme)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(SCHEMES)('has greys without a hue of their own (%s)', (scheme) => {
    for (const grey of ['background', 'raised', 'line', 'text', 'text-secondary', 'skeleton', 'stage']) {
      expect(oklch(grey, scheme)[1]).toBe(0);
    }
  });
});
