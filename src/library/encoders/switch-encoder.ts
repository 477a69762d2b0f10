import { ServiceError } from '../../contract/errors.ts';
import type { EncodersEvent } from '../../contract/encoder-schemas.ts';
import type { Encoders } from './encoders.ts';

interface SwitchOptions {
  /** Gives the switch up: the encoder that answers goes on, and what was encoded is kept. */
  readonly signal: AbortSignal;
  /** @param done 0–1 */
  readonly onProgress: (done: number, sentence: string) => void;
}

/**
 * Switches to an encoder, as `encoders.use` does, and waits until it answers.
 *
 * @throws ServiceError ENCODER_* where it cannot be used, or was given up for another; the reason of the signal
 */
export async function switchEncoder(
  encoders: Encoders,
  id: string,
  { signal, onProgress }: SwitchOptions,
): Promise<void> {
  if (encoders.active === id) return;
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  let begun = false;
  const take = (event: EncodersEvent): void => {
    if (!begun) return;
    if (event.type === 'swapped' && event.encoder === id) resolve(undefined);
    else if (event.type === 'failed' && event.encoder === id) reject(new ServiceError('ENCODER_FAILED', event.message));
    else if (event.type === 'progress' && event.active !== id) {
      const { encoding } = event;
      if (encoding?.encoder !== id) reject(new ServiceError('ENCODER_BUSY', encoding?.name ?? 'another encoder'));
      else onProgress(encoding.done / Math.max(1, encoding.total), sentenceOf(encoding));
    }
  };
  const stop = encoders.watch(take);
  const cancel = (): void => {
    reject(signal.reason as Error);
    // to the one that answers: what is under way is given up
    void encoders.use(encoders.active).catch(() => undefined);
  };
  signal.addEventListener('abort', cancel, { once: true });
  try {
    await encoders.use(id);
    begun = true;
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
