/** Events kept for a listener that is slower than the work. Progress is replaced by newer progress; beyond this, oldest go. */
const LIMIT = 10_000;

/**
 * An async iterator over what `subscribe` pushes, until it is closed or the signal aborts. The producer never waits: a window
 * that does not read must not hold up the work that it watches.
 */
export async function* eventQueue<Event extends { readonly type: string }>(
  subscribe: (push: (event: Event) => void) => () => void,
  signal: AbortSignal | undefined,
): AsyncGenerator<Event, void> {
  const waiting: Event[] = [];
  let wake: (() => void) | null = null;
  const wakeUp = (): void => wake?.();
  const unsubscribe = subscribe((event) => {
    if (event.type === 'progress' && waiting.at(-1)?.type === 'progress') waiting.pop();
    waiting.push(event);
    if (waiting.length > LIMIT) waiting.shift();
    wakeUp();
  });
  signal?.addEventListener('abort', wakeUp);
  try {
    while (!signal?.aborted) {
      const event = waiting.shift();
      if (event) yield event;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    signal?.removeEventListener('abort', wakeUp);
    unsubscribe();
  }
}
