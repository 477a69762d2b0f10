import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ReadQueue } from './read-queue.ts';

test('each item is taken once, what is wanted first, and otherwise in the order of before', () => {
  const lanes = fc.array(fc.record({ origin: fc.nat(3), items: fc.array(fc.nat(9), { maxLength: 6 }) }), {
    maxLength: 4,
  });
  const steps = fc.array(fc.oneof(fc.constant('take' as const), fc.nat(9)), { maxLength: 20 });
  fc.assert(
    fc.property(lanes, steps, (given, asked) => {
      const queue = new ReadQueue(given);
      let model = given.flatMap(({ origin, items }) => items.map((item) => ({ origin, item })));
      for (const step of asked) {
        if (step === 'take') expect(queue.take()).toEqual(model.shift() ?? null);
        else {
          queue.prefer((_, item) => item === step);
          model = [...model.filter(({ item }) => item === step), ...model.filter(({ item }) => item !== step)];
        }
      }
      for (const left of model) {
        expect(queue.isEmpty).toBe(false);
        expect(queue.take()).toEqual(left);
      }
      expect(queue.isEmpty).toBe(true);
      expect(queue.take()).toBeNull();
    }),
  );
});
