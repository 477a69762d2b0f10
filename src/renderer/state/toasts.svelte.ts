export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: 'plain' | 'problem';
  /** What undoing it does; null where nothing was done that can be undone. */
  readonly undo: (() => void) | null;
}

/** How long a message stays: long enough to read twice, longer where there is something to undo. */
const STAY_MS = { plain: 6_000, undo: 12_000 } as const;
const MOST_AT_ONCE = 3;

/** Short messages at the foot of the window, with undo in place of questions asked before. */
export class Toasts {
  list = $state.raw<readonly Toast[]>([]);
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();
  readonly #say: (text: string) => void;
  #nextId = 1;

  /** `say` reads each message to a screen reader. */
  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  show(text: string, options: { tone?: Toast['tone']; undo?: () => void } = {}): void {
    const toast: Toast = { id: this.#nextId++, text, tone: options.tone ?? 'plain', undo: options.undo ?? null };
    // The same sentence twice tells no more than once.
    const others = this.list.filter((other) => other.text !== text || other.undo !== null);
    this.list = [...others, toast].slice(-MOST_AT_ONCE);
    this.release(toast.id);
    this.#say(text);
  }

  problem(sentence: string): void {
    this.show(sentence, { tone: 'problem' });
  }

  dismiss(id: number): void {
    this.hold(id);
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  /** Keeps a message while it is looked at. */
  hold(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  /** Lets a message go after its time. */
  release(id: number): void {
    const toast = this.list.find((each) => each.id === id);
    if (toast === undefined) return;
    this.hold(id);
    const stay = toast.undo === null ? STAY_MS.plain : STAY_MS.undo;
    this.#timers.set(
      id,
      setTimeout(() => this.dismiss(id), stay),
    );
  }

  /** Undoes what the given message, or the last one that can be undone, is about. Whether there was one. */
  undo(id?: number): boolean {
    const toast = this.list.findLast((each) => each.undo !== null && (id === undefined || each.id === id));
    if (toast === undefined) return false;
    this.dismiss(toast.id);
    toast.undo?.();
    return true;
  }
}
