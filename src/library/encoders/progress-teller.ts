/** Progress is told this often, as the index run's is. */
const TELL_MS = 200;

/** Tells listeners what happens, and the present state when it has changed: not more often than they can read. */
export class ProgressTeller<Event> {
  readonly #listeners = new Set<(event: Event) => void>();
  readonly #state: (revision: number) => Event;
  #revision = 1;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  /** @param state the event that says all of the present state */
  constructor(state: (revision: number) => Event) {
    this.#state = state;
  }

  /** Calls `listener` with the present state at once and every event from then on. Returns how to stop. */
  watch(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#state(this.#revision));
    return () => this.#listeners.delete(listener);
  }

  /** The state has changed: it is told soon. */
  changed(): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => this.#tellState(), TELL_MS);
    this.#timer.unref();
  }

  /** What there is has changed, beside the state: told at once. */
  listChanged(): void {
    if (this.#closed) return;
    this.#revision++;
    this.#tellState();
  }

  tell(event: Event): void {
    for (const listener of this.#listeners) listener(event);
  }

  #tellState(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.tell(this.#state(this.#revision));
  }

  /** Tells nothing any more: what ends after this changes a state that nobody can read. */
  close(): void {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#listeners.clear();
  }
}
