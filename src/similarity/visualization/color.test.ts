import { describe, expect, it } from 'vitest';
import { HEAT, textClass } from './confusion-matrix-chart.ts';
import { classColor, contrast, luminance, mixed, parseHex, toHex } from './color.ts';

describe('colours', () => {
  it('are written as they are read, and have the contrasts of WCAG', () => {
    expect(toHex(parseHex('#1d4f91'))).toBe('#1d4f91');
    expect(luminance([1, 1, 1])).toBeCloseTo(1, 6);
    expect(contrast([0, 0, 0], [1, 1, 1])).toBeCloseTo(21, 6);
    expect(contrast(parseHex('#767676'), [1, 1, 1])).toBeCloseTo(4.54, 2);
  });

  it('of marks stand out from both grounds, and differ from each other', () => {
    const colors = Array.from({ length: 40 }, (_, i) => classColor(i));
    expect(new Set(colors).size).toBe(40);
    for (const color of colors) {
      expect(contrast(parseHex(color), parseHex('#ffffff'))).toBeGreaterThan(3);
      expect(contrast(parseHex(color), parseHex('#16161a'))).toBeGreaterThan(3);
    }
  });

  it('of text on a cell can be read on every heat, light and dark', () => {
    const shown = { 'on-light': 0, 'on-dark': 1, 'on-light-in-dark': 0, 'on-dark-in-dark': 1 };
    for (let opacity = 0; opacity <= 1; opacity += 0.01) {
      const names = textClass(opacity).split(' ') as [keyof typeof shown, keyof typeof shown];
      for (const [i, scheme] of (['light', 'dark'] as const).entries()) {
        const grey = shown[names[i] as keyof typeof shown];
        expect(contrast(mixed(HEAT[scheme][0], HEAT[scheme][1], opacity), [grey, grey, grey])).toBeGreaterThan(4.5);
      }
    }
  });
});
