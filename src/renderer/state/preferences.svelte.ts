/** How the window is set up, kept from one start to the next. */
export const THUMBNAIL_HEIGHTS = { min: 96, max: 240, step: 8 } as const;

const KEY = 'semblance:preferences';

interface Kept {
  thumbnailHeight: number;
  sidebar: boolean;
  inspector: boolean;
  /** What draws the map. The window has no switch for it: tests and measurements set it, and who has a graphics card that draws wrongly. */
  mapDrawing: 'auto' | 'gpu' | 'cpu';
  /** The first hint was followed or put away. */
  hintDone: boolean;
}

const FIRST: Kept = { thumbnailHeight: 168, sidebar: true, inspector: false, mapDrawing: 'auto', hintDone: false };

export class Preferences {
  #kept = $state.raw(FIRST);
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'> | null;

  /** Without a storage, preferences last as long as the window. */
  constructor(storage: Pick<Storage, 'getItem' | 'setItem'> | null) {
    this.#storage = storage;
    this.#kept = { ...FIRST, ...readKept(storage?.getItem(KEY) ?? null) };
  }

  get thumbnailHeight(): number {
    return this.#kept.thumbnailHeight;
  }

  set thumbnailHeight(height: number) {
    this.#change({ thumbnailHeight: Math.min(THUMBNAIL_HEIGHTS.max, Math.max(THUMBNAIL_HEIGHTS.min, height)) });
  }

  get sidebar(): boolean {
    return this.#kept.sidebar;
  }

  get inspector(): boolean {
    return this.#kept.inspector;
  }

  get mapDrawing(): Kept['mapDrawing'] {
    return this.#kept.mapDrawing;
  }

  get hintDone(): boolean {
    return this.#kept.hintDone;
  }

  toggleSidebar(): void {
    this.#change({ sidebar: !this.sidebar });
  }

  toggleInspector(): void {
    this.#change({ inspector: !this.inspector });
  }

  finishHint(): void {
    if (!this.hintDone) this.#change({ hintDone: true });
  }

  #change(change: Partial<Kept>): void {
    this.#kept = { ...this.#kept, ...change };
    this.#storage?.setItem(KEY, JSON.stringify(this.#kept));
  }
}

/** What of a stored text is of the right kind; a text of another version loses no more than what changed. */
function readKept(text: string | null): Partial<Kept> {
  if (text === null) return {};
  let stored: unknown;
  try {
    stored = JSON.parse(text);
  } catch {
    // Not ours, or cut short: start from the first settings.
    return {};
  }
  if (typeof stored !== 'object' || stored === null) return {};
  return Object.fromEntries(
    Object.entries(stored).filter(([key, value]) => key in FIRST && typeof value === typeof FIRST[key as keyof Kept]),
  );
}
