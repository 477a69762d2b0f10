import { expect, it } from 'vitest';
import type { EncoderDefinition, EncoderFile } from './definition.ts';
import { ProgressMeter, type DownloadProgress } from './download-progress.ts';
import { registeredEncoder } from './registry.ts';

const file = (path: string, bytes: number | null): EncoderFile => ({
  path,
  role: 'vision',
  bytes,
  bytesAre: 'rounded',
  sha256: null,
  url: null,
});

function meterOf(files: EncoderFile[]): { meter: ProgressMeter; told: DownloadProgress[]; pass: (ms: number) => void } {
  const told: DownloadProgress[] = [];
  let now = 0;
  const definition: EncoderDefinition = { ...registeredEncoder('dinov2-small'), files };
  const meter = new ProgressMeter(
    definition,
    (progress) => told.push(progress),
    () => now,
  );
  return { meter, told, pass: (ms) => (now += ms) };
}

it('gives the rate of the last seconds and the time that is left at it', () => {
  const files = [file('a', 40_000_000)];
  const { meter, told, pass } = meterOf(files);
  for (const each of files) meter.file(each);
  meter.bytes(0);
  for (let second = 1; second <= 20; second++) {
    pass(1000);
    meter.bytes(second <= 10 ? second * 100_000 : 1_000_000 + (second - 10) * 1_000_000);
  }
  expect(told.at(-1)).toMatchObject({
    bytes: 11_000_000,
    total: 40_000_000,
    bytesPerSecond: 1_000_000,
    secondsLeft: 29,
  });
});

it('counts what a resumed download has already, but not into the rate', () => {
  const only = file('a', 10_000_000);
  const { meter, told, pass } = meterOf([only]);
  meter.file(only);
  meter.bytes(8_000_000);
  pass(1000);
  meter.bytes(9_000_000);
  expect(told.at(-1)).toMatchObject({ bytes: 9_000_000, bytesPerSecond: 1_000_000, secondsLeft: 1 });
});

it('puts a file’s true size in the place of its listed one, and never tells more than all', () => {
  const [first, second] = [file('a', 1000), file('b', null)];
  const { meter, told, pass } = meterOf([first, second]);
  meter.file(first);
  pass(1000);
  meter.bytes(1010);
  meter.file(second);
  expect(told.at(-1)).toMatchObject({ file: 'b', bytes: 1010, total: 1010 });
  pass(1000);
  meter.bytes(500);
  expect(told.at(-1)).toMatchObject({ bytes: 1510, total: 1510 });
  expect(told.every((progress) => progress.bytes <= progress.total)).toBe(true);
});
