import { expect, test } from 'vitest';
import { ProgressMeter } from './progress-meter.ts';

function meterAt(): { meter: ProgressMeter; pass: (ms: number) => void } {
  let now = 1_000_000;
  return { meter: new ProgressMeter(() => now), pass: (ms) => (now += ms) };
}

test('says nothing before there is enough to tell', () => {
  const { meter, pass } = meterAt();
  expect(meter.secondsLeft(100)).toBeNull();
  pass(100);
  meter.add(50);
  expect(meter.rate()).toBe(0);
});

test('a steady rate gives an honest time left', () => {
  const { meter, pass } = meterAt();
  for (let i = 0; i < 300; i++) {
    pass(100);
    meter.add(5);
  }
  expect(meter.rate()).toBeCloseTo(50, 0);
  expect(meter.secondsLeft(500)).toBeCloseTo(10, 0);
});

test('the scan and the first pictures, which come together, are not taken for the speed of the rest', () => {
  const { meter, pass } = meterAt();
  pass(8_000);
  for (let i = 0; i < 32; i++) {
    pass(1);
    meter.add(1);
  }
  expect(meter.secondsLeft(100)).toBeNull();
  for (let batch = 0; batch < 2; batch++) {
    pass(2_000);
    meter.add(32);
  }
  expect(meter.rate()).toBeCloseTo(16, 0);
});

test('follows a change of speed within its window', () => {
  const { meter, pass } = meterAt();
  const work = (count: number): void => {
    for (let i = 0; i < 200; i++) {
      pass(100);
      meter.add(count);
    }
  };
  work(10);
  work(1);
  expect(meter.rate()).toBeCloseTo(10, 0);
});

test('time at pause does not count', () => {
  const { meter, pass } = meterAt();
  for (let i = 0; i < 50; i++) {
    pass(100);
    meter.add(5);
  }
  meter.pause();
  pass(3_600_000);
  meter.resume();
  expect(meter.activeMs).toBe(5_000);
  expect(meter.rate()).toBeCloseTo(50, 0);
});
