import { expect, test } from 'vitest';
import { Gate } from './gate.ts';

const settled = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('lets in as many as there are places', async () => {
  const gate = new Gate(2);
  const { signal } = new AbortController();
  let inside = 0;
  for (let i = 0; i < 5; i++) void gate.enter(signal).then(() => inside++);
  await settled();
  expect(inside).toBe(2);
  gate.leave();
  await settled();
  expect(inside).toBe(3);
});

test('nobody enters while it is shut, all may when it reopens', async () => {
  const gate = new Gate(3);
  const { signal } = new AbortController();
  gate.shut();
  let inside = 0;
  for (let i = 0; i < 2; i++) void gate.enter(signal).then(() => inside++);
  await settled();
  expect(inside).toBe(0);
  gate.reopen();
  await settled();
  expect(inside).toBe(2);
});

test('one who waits is sent away by its signal and takes no place', async () => {
  const gate = new Gate(1);
  const abort = new AbortController();
  await gate.enter(abort.signal);
  const waiting = gate.enter(abort.signal);
  abort.abort(new Error('cancelled'));
  await expect(waiting).rejects.toThrow('cancelled');
  gate.leave();
  await expect(gate.enter(new AbortController().signal)).resolves.toBeUndefined();
});
