import { lassoTo, rectangleBetween } from '../map/region.ts';
import { selectedSentence } from './map-phrases.ts';
import type { MapStage } from './map-stage.svelte.ts';
import { directionOfKey } from './plane-walk.ts';
import type { HeldKeys, Selection } from './selection.svelte.ts';

/** A press that moves no further than this, in CSS pixels, is a click. */
const CLICK_PIXELS = 4;
const KEY_ZOOM = 1.5;
/** So many pixels of the wheel make everything twice as near. */
const DOUBLING_PIXELS = 240;

/** A press of the mouse, a finger or a pen that goes on. */
interface Press {
  readonly left: number;
  readonly top: number;
  /** Where it is now. */
  readonly at: readonly [number, number];
  readonly draws: 'rectangle' | 'lasso' | null;
  readonly dragged: boolean;
}

interface MapKey {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** What the mouse and the keys do on the map. Places are in CSS pixels from its top left. */
export class MapGestures {
  readonly #stage: MapStage;
  readonly #selection: Selection;
  readonly #say: (sentence: string) => void;
  #press: Press | null = null;

  /** @param say tells a screen reader */
  constructor(stage: MapStage, selection: Selection, say: (sentence: string) => void) {
    this.#stage = stage;
    this.#selection = selection;
    this.#say = say;
  }

  // ── the mouse ──

  press(left: number, top: number, shiftKey: boolean): void {
    const { tool } = this.#stage;
    const draws = tool === 'move' ? (shiftKey ? 'rectangle' : null) : tool;
    this.#press = { left, top, at: [left, top], draws, dragged: false };
  }

  /** Moves the map, draws on it, or shows what is under the pointer where nothing is pressed. */
  move(left: number, top: number): void {
    const press = this.#press;
    const stage = this.#stage;
    stage.walked = -1;
    if (press === null) {
      stage.hovered = stage.pointAt(left, top);
      return;
    }
    if (!press.dragged && Math.hypot(left - press.left, top - press.top) < CLICK_PIXELS) return;
    this.#press = { ...press, at: [left, top], dragged: true };
    stage.hovered = -1;
    if (press.draws === null) stage.pan(left - press.at[0], top - press.at[1]);
    else if (press.draws === 'lasso') stage.region = lassoTo(stage.region ?? [press.left, press.top], left, top);
    else stage.region = rectangleBetween(press.left, press.top, left, top);
  }

  release(left: number, top: number, keys: HeldKeys): void {
    const press = this.#press;
    const corners = this.#stage.region;
    this.cancel();
    if (corners !== null) this.#take(this.#stage.idsInside(corners), keys.ctrlKey || keys.metaKey);
    else if (press?.dragged === false) this.#click(left, top, keys);
  }

  cancel(): void {
    this.#press = null;
    this.#stage.region = null;
  }

  #click(left: number, top: number, { shiftKey, ctrlKey, metaKey }: HeldKeys): void {
    const id = this.#stage.idOf(this.#stage.pointAt(left, top));
    if (shiftKey || ctrlKey || metaKey) {
      if (id !== null) this.#selection.toggle(id);
    } else if (id === null) this.#selection.clear();
    else this.#selection.select(id);
  }

  #take(ids: readonly number[], add: boolean): void {
    const last = ids.at(-1);
    if (last !== undefined) this.#selection.selectAll(ids, last, add);
    else if (!add) this.#selection.clear();
    this.#say(selectedSentence(ids.length));
  }

  /** Zooms around the pointer. @param pixels down: away */
  wheel(pixels: number, left: number, top: number): void {
    const most = 2 * DOUBLING_PIXELS;
    this.#stage.zoom(2 ** (-Math.max(-most, Math.min(most, pixels)) / DOUBLING_PIXELS), left, top);
  }

  // ── the keys ──

  /** Whether the key did something. */
  key({ key, shiftKey, ctrlKey, metaKey, altKey }: MapKey): boolean {
    if (altKey || ctrlKey || metaKey) return false;
    const direction = directionOfKey(key);
    if (direction !== null) this.#goTo(this.#stage.walk(this.#chosen, direction), shiftKey);
    else if (key === '+' || key === '=') this.nearer();
    else if (key === '-') this.further();
    else if (key === '0') this.#stage.fit();
    else return false;
    return true;
  }

  get #chosen(): number {
    return this.#stage.pointOf(this.#selection.id);
  }

  #goTo(point: number, add: boolean): void {
    const id = this.#stage.idOf(point);
    if (id === null) return;
    if (add) this.#selection.selectAll([id], id, true);
    else this.#selection.select(id);
    this.#stage.show(point);
    this.#stage.walked = point;
    this.#say(this.#stage.sentenceOf(point));
  }

  nearer(): void {
    this.#zoom(KEY_ZOOM);
  }

  further(): void {
    this.#zoom(1 / KEY_ZOOM);
  }

  /** Around what is selected, where that is in view. */
  #zoom(factor: number): void {
    const stage = this.#stage;
    const [left, top] = stage.placeOf(this.#chosen);
    const seen = this.#chosen >= 0 && left >= 0 && top >= 0 && left <= stage.width && top <= stage.height;
    if (seen) stage.zoom(factor, left, top);
    else stage.zoom(factor);
  }

  selectInView(): void {
    this.#take(this.#stage.idsInView(), false);
  }
}
