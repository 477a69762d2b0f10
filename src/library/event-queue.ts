/** Events kept for a listener that is slower than the work; beyond this, oldest go. A failure takes about 300 bytes. */
const LIMIT = 100_000;

/**
 * An async iterator over what `subscribe` pushes, until it is closed or the signal aborts. It listens from this call on, not from
 * the first `next()`: a short run may be over by then. The producer never waits: a window that does not read must not hold
 * up the work that it watches. Progress that was not read is replaced by newer progress.
 */
export function eventQueue<Event extends { readonly type: string }>(
  subscribe: (push: (event: Event) => void) => () => void,
  signal: AbortSignal | undefined,
): AsyncGenerator<Event, void> {
  const waiting: Event[] = [];
  let wake: (() => void) | null = null;
  const unsubscribe = subscribe((event) => {
    if (event.type === 'progress' && waiting.at(-1)?.type === 'progress') waiting.pop();
    waiting.push(event);
    if (waiting.length > LIMIT) waiting.shift();
    wake?.();
  });
  const stop = (): void => {
    unsubscribe();
    wake?.();
  };
  signal?.addEventListener('abort', stop, { once: true });

  async function* drain(): AsyncGenerator<Event, void> {
    try {
      while (!signal?.aborted) {
        const event = waiting.shift();
        if (event) yield event;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      signal?.removeEventListener('abort', stop);
      unsubscribe();
    }
  }
  return drain();
}
