/**
 * The encoder's worker, with a fault where a test wants one: by the device (`provider.deviceId`), and where the fault is an event, over
 * pictures that begin with 255. One that is `small` has no memory for more than eight pictures at once.
 */
import { appendFileSync } from 'node:fs';
import { CLOSE_WORKER, type EncodeAnswer, type EncodeRequest } from '../../src/compute/encode-worker-messages.ts';
import { parentPort, workerData } from 'node:worker_threads';
import { TINY_PICTURE } from '../fixtures/tiny-encoder.ts';

export interface Faults {
  /** Each worker writes its device and process id in a line of this file, and `device hangs` when it does. */
  readonly log: string;
  /** By `deviceId`. */
  readonly of: Readonly<Record<number, 'crash' | 'hang' | 'refuse' | 'wrong' | 'no start' | 'small' | undefined>>;
}

/** Bytes of eight pictures. */
const SMALL = 8 * TINY_PICTURE;

/** The device without a number. */
const CPU = -1;

interface Start {
  readonly faults: Faults;
  readonly provider: { readonly deviceId?: number };
}

function misbehave(
  { faults, provider }: Start,
  listen: (listener: (message: EncodeRequest | typeof CLOSE_WORKER) => void) => void,
): void {
  const device = provider.deviceId ?? CPU;
  const fault = faults.of[device];
  appendFileSync(faults.log, `${device} ${process.pid}\n`);
  if (fault === 'no start') throw new Error('no such device');
  const refused = new Set<number>();
  listen((message) => {
    if (message === CLOSE_WORKER) return;
    if (fault === 'small' && message.input.length > SMALL) process.exit(9);
    if (message.input[0] !== 255) return;
    if (fault === 'crash') process.exit(7);
    if (fault === 'refuse') refused.add(message.id);
    if (fault === 'hang') {
      appendFileSync(faults.log, `${device} hangs\n`);
      for (;;);
    }
  });
  const send = process.send?.bind(process);
  if (send === undefined) return;
  process.send = (message: EncodeAnswer) => {
    if (message.type !== 'result') return send(message);
    if (fault === 'wrong') message.output.reverse();
    return send(refused.has(message.id) ? { type: 'failure', id: message.id, reason: 'device removed' } : message);
  };
}

if (parentPort === null) {
  // Heard before the real worker hears it, which then waits for the same.
  process.once('message', ({ data }: { data: Start }) =>
    misbehave(data, (listener) => void process.on('message', listener)),
  );
} else {
  const port = parentPort;
  misbehave(workerData as Start, (listener) => void port.on('message', listener));
}

await import('../../src/compute/encode-worker.ts');
