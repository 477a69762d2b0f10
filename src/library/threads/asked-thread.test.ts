import { expect, it, onTestFinished } from 'vitest';
import { AskedThread } from './asked-thread.ts';

function doubling(): AskedThread<number, number> {
  const file = new URL('./asked-thread.test-fixture.ts', import.meta.url);
  const thread = new AskedThread<number, number>({ file, workerData: null, keptMs: 60_000, ended: 'it ended' });
  onTestFinished(() => thread.close());
  return thread;
}

it('answers each question, and says what was wrong with one', async () => {
  const thread = doubling();
  const answers = [thread.ask(1), thread.ask(-1), thread.ask(3)];
  expect(await Promise.allSettled(answers)).toMatchObject([
    { value: 2 },
    { reason: { message: '-1 is below 0' } },
    { value: 6 },
  ]);
});

it('is started anew where it ended, and gives up what it was asked then', async () => {
  const thread = doubling();
  await expect(thread.ask(13)).rejects.toMatchObject({ code: 'INTERNAL', detail: 'it ended' });
  expect(await thread.ask(4)).toBe(8);
});

it('gives up at once where it is closed, and finishes what it was asked where it is retired', async () => {
  const closed = doubling();
  const lost = expect(closed.ask(1)).rejects.toMatchObject({ code: 'INTERNAL' });
  await closed.close();
  await lost;
  const retired = doubling();
  const answers = [retired.ask(1), retired.ask(2)];
  retired.retire();
  expect(await Promise.all(answers)).toEqual([2, 4]);
});
