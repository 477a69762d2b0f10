import { expect, it } from 'vitest';
import { RestartPolicy } from './restart-policy.ts';

it('waits longer after each death and gives up at the fifth within a minute', () => {
  const policy = new RestartPolicy();
  expect([0, 1000, 2000, 3000, 4000].map((now) => policy.died(now))).toEqual([250, 500, 1000, 2000, null]);
  policy.reset();
  expect(policy.died(5000)).toBe(250);
});

it('forgets deaths that are a minute old', () => {
  const policy = new RestartPolicy();
  for (const now of [0, 1, 2, 3]) policy.died(now);
  expect(policy.died(60_003)).toBe(250);
});
