import { backgroundMode, type BackgroundHold, type BackgroundMode } from '../../contract/job-schemas.ts';
import type { PowerState } from '../../contract/process-messages.ts';
import type { Catalog } from '../catalog/catalog.ts';

/** Nobody uses a computer whose keys and mouse were left alone for so long. */
const IDLE_SECONDS = 120;

const KEY = 'background';

/** Why background work waits, if it does. Where nothing is known of the computer, as in a command, it never does. Pure. */
export function holdFor(mode: BackgroundMode, power: PowerState | null): BackgroundHold | null {
  if (power === null) return null;
  switch (mode) {
    case 'always':
      return null;
    case 'not-on-battery':
      return power.onBattery ? 'battery' : null;
    case 'only-when-idle':
      return power.idleSeconds < IDLE_SECONDS ? 'use' : null;
  }
}

/** Whether work goes on that nobody asked for just now: by a setting of the library, and what main tells of the computer. */
export class BackgroundWork {
  readonly #catalog: Catalog;
  readonly #listeners = new Set<() => void>();
  #power: PowerState | null = null;
  /** Told to go on all the same, until the next time that there is no reason to wait. */
  #anyway = false;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  get mode(): BackgroundMode {
    const kept = backgroundMode.safeParse(this.#catalog.setting(KEY));
    return kept.success ? kept.data : 'always';
  }

  set mode(mode: BackgroundMode) {
    this.#change(() => {
      this.#catalog.putSettings({ [KEY]: mode === 'always' ? null : mode });
      this.#anyway = false;
    });
  }

  /** Why background work waits now; null where it does not. */
  get hold(): BackgroundHold | null {
    return this.#anyway ? null : holdFor(this.mode, this.#power);
  }

  /** Takes what main tells of the computer. */
  takePower(power: PowerState): void {
    this.#change(() => {
      this.#power = power;
      if (holdFor(this.mode, power) === null) this.#anyway = false;
    });
  }

  /** Lets what waits go on, until there is no reason to wait any more; the next reason counts again. */
  goOnAnyway(): void {
    this.#change(() => (this.#anyway = holdFor(this.mode, this.#power) !== null));
  }

  /** Calls `listener` after each change of mode or hold. */
  whenChanged(listener: () => void): void {
    this.#listeners.add(listener);
  }

  #change(change: () => void): void {
    const [mode, hold] = [this.mode, this.hold];
    change();
    if (mode === this.mode && hold === this.hold) return;
    for (const listener of this.#listeners) listener();
  }
}
