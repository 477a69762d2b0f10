import { ServiceError } from '../../contract/errors.ts';
import type { EncodersEvent } from '../../contract/encoder-schemas.ts';
import type { Encoders } from './encoders.ts';

interface SwitchOptions {
  /** Gives the switch up: the encoder that answers goes on, and what was encoded is kept. With {@link ClosingError} it only stops waiting. */
  readonly signal: AbortSignal;
  /** Whether it was paused while the encoder started. */
  readonly isPaused: () => boolean;
  /** @param done 0–1 */
  readonly onProgress: (done: number, sentence: string) => void;
}

/** The library closes: the switch goes on at the next start. */
export class ClosingError extends Error {}

/** The switch was given up elsewhere, for the encoder that answers. */
export class GivenUpError extends Error {}

/**
 * Switches to an encoder, as `encoders.use` does, and waits until it answers.
 *
 * @throws ServiceError ENCODER_* where it cannot be used, or was given up for another; GivenUpError; the reason of the signal
 */
export async function switchEncoder(
  encoders: Encoders,
  id: string,
  { signal, isPaused, onProgress }: SwitchOptions,
): Promise<void> {
  if (encoders.active === id) return;
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  // it may fail while the encoder still starts, and nobody waits for it yet
  promise.catch(() => undefined);
  let begun = false;
  const take = (event: EncodersEvent): void => {
    if (!begun) return;
    if (event.type === 'swapped' && event.encoder === id) resolve(undefined);
    else if (event.type === 'failed' && event.encoder === id) reject(new ServiceError('ENCODER_FAILED', event.message));
    else if (event.type === 'progress' && event.active !== id) {
      const { encoding } = event;
      if (encoding === null) reject(new GivenUpError());
      else if (encoding.encoder !== id) reject(new ServiceError('ENCODER_BUSY', encoding.name));
      else onProgress(encoding.done / Math.max(1, encoding.total), sentenceOf(encoding));
    }
  };
  const stop = encoders.watch(take);
  const cancel = (): void => {
    reject(signal.reason as Error);
    // to the one that answers: what is under way is given up
    if (!(signal.reason instanceof ClosingError)) void encoders.use(encoders.active).catch(() => undefined);
  };
  signal.addEventListener('abort', cancel, { once: true });
  try {
    await encoders.use(id);
    begun = true;
    if (isPaused()) encoders.pause();
    await promise;
  } finally {
    stop();
    signal.removeEventListener('abort', cancel);
  }
}

function sentenceOf({
  phase,
  done,
  total,
}: NonNullable<Extract<EncodersEvent, { type: 'progress' }>['encoding']>): string {
  if (phase === 'indexing') return 'Building the index';
  return `Encoding your pictures anew: ${done.toLocaleString('en')} of ${total.toLocaleString('en')}`;
}
