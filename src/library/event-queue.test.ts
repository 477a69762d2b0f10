import { expect, test } from 'vitest';
import { eventQueue } from './event-queue.ts';

interface Event {
  readonly type: string;
  readonly n: number;
}

test('a slow listener gets every event but stale progress, and closing unsubscribes', async () => {
  let push: (event: Event) => void = () => undefined;
  let subscribed = true;
  const events = eventQueue<Event>((listener) => {
    push = listener;
    listener({ type: 'progress', n: 0 });
    return () => (subscribed = false);
  }, undefined);
  expect((await events.next()).value).toEqual({ type: 'progress', n: 0 });
  push({ type: 'progress', n: 1 });
  push({ type: 'progress', n: 2 });
  push({ type: 'failure', n: 3 });
  push({ type: 'progress', n: 4 });
  const seen = [await events.next(), await events.next(), await events.next()].map(({ value }) => (value as Event).n);
  expect(seen).toEqual([2, 3, 4]);
  await events.return();
  expect(subscribed).toBe(false);
});

test('its signal ends it while it waits', async () => {
  const abort = new AbortController();
  const events = eventQueue<Event>(() => () => undefined, abort.signal);
  const waiting = events.next();
  abort.abort();
  expect((await waiting).done).toBe(true);
});
