/** What a click asks for, by the keys that are held. */
export interface HeldKeys {
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
}

/** The selected pictures: those outlined in the grid, the results, a group or the viewer. Commands are about all of them. */
export class Selection {
  /** The one that keys go on from and whose details are shown; null where nothing is selected. */
  id = $state<number | null>(null);
  #ids = $state.raw<ReadonlySet<number>>(new Set());
  readonly count = $derived(this.#ids.size);
  /** Where a range begins. */
  #anchor: number | null = null;
  /** The pictures that are shown, in their order: what ranges and "all" are about. */
  #shown: () => ArrayLike<number> = () => [];

  /** In the order in which they are shown, what is not shown at the end. */
  get ids(): number[] {
    if (this.#ids.size <= 1) return [...this.#ids];
    const left = new Set(this.#ids);
    const shown = Array.from(this.#shown()).filter((id) => left.delete(id));
    return [...shown, ...left];
  }

  has(id: number): boolean {
    return this.#ids.has(id);
  }

  /** Tells which pictures are shown. Returns how to take it back. */
  show(shown: () => ArrayLike<number>): () => void {
    this.#shown = shown;
    return () => {
      if (this.#shown === shown) this.#shown = () => [];
    };
  }

  select(id: number): void {
    this.id = id;
    this.#anchor = id;
    this.#ids = new Set([id]);
  }

  /** With Shift all from the last one on, with Ctrl (Cmd) one more or one less, else this one alone. */
  choose(id: number, { shiftKey, ctrlKey, metaKey }: HeldKeys): void {
    if (shiftKey) this.extendTo(id);
    else if (ctrlKey || metaKey) this.toggle(id);
    else this.select(id);
  }

  /** Selects these, or these too. @param last the one that keys go on from: one of them */
  selectAll(ids: Iterable<number>, last: number, add = false): void {
    this.#ids = new Set(add ? [...this.#ids, ...ids] : ids);
    this.id = last;
    this.#anchor = last;
  }

  toggle(id: number): void {
    const ids = new Set(this.#ids);
    if (ids.delete(id)) {
      this.id = this.id === id ? ([...ids].at(-1) ?? null) : this.id;
    } else {
      ids.add(id);
      this.id = id;
    }
    this.#anchor = id;
    this.#ids = ids;
  }

  /** Selects what is shown from where the selection began to this one. */
  extendTo(id: number): void {
    const shown = this.#shown();
    const to = Array.prototype.indexOf.call(shown, id);
    const from = this.#anchor === null ? -1 : Array.prototype.indexOf.call(shown, this.#anchor);
    if (to < 0 || from < 0) {
      this.select(id);
      return;
    }
    this.#ids = new Set(Array.prototype.slice.call(shown, Math.min(from, to), Math.max(from, to) + 1) as number[]);
    this.id = id;
  }

  all(): void {
    const shown = this.#shown();
    if (shown.length === 0) return;
    this.#ids = new Set(Array.from(shown));
    if (this.id === null || !this.#ids.has(this.id)) this.id = shown[0] ?? null;
    this.#anchor = shown[0] ?? null;
  }

  /** One that is about to be commanded: it stays selected with the others, or becomes the only one. */
  include(id: number): void {
    if (!this.has(id)) this.select(id);
  }

  clear(): void {
    this.id = null;
    this.#anchor = null;
    this.#ids = new Set();
  }
}
