import { AsyncIteratorClass } from '@orpc/client';

/** What is told to one listener: from before it listened, then as it happens. Never ends by itself. */
export class Telling<Event> {
  readonly #early: Event[];
  #listener: ((event: Event) => void) | null = null;

  constructor(first: Event) {
    this.#early = [first];
  }

  tell(event: Event): void {
    if (this.#listener === null) this.#early.push(event);
    else this.#listener(event);
  }

  events(): AsyncIteratorClass<Event, unknown, void> {
    const waiting = [...this.#early];
    let wake = (): void => undefined;
    this.#listener = (event) => {
      waiting.push(event);
      wake();
    };
    const next = async (): Promise<IteratorResult<Event>> => {
      while (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      const [value] = waiting.splice(0, 1);
      return value === undefined ? { done: true, value } : { done: false, value };
    };
    return new AsyncIteratorClass<Event, unknown, void>(next, () => Promise.resolve());
  }
}
