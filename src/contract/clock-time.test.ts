import { expect, test } from 'vitest';
import { clockTime } from './clock-time.ts';

test.each([
  [0, '0:00'],
  [42.9, '0:42'],
  [65.4, '1:05'],
  [3725, '1:02:05'],
  [-1, '0:00'],
])('%d s is %s', (seconds, text) => expect(clockTime(seconds)).toBe(text));
