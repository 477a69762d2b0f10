import type { ComparedPair } from './compared-pair.svelte.ts';
import { panned, WHOLE_VIEW, zoomed, type Size } from './picture-lockstep.ts';
import type { Key } from './keyboard.ts';

/** What can be done with two pictures that are looked at together. */
export type PairCommand = 'in' | 'out' | 'whole' | 'left' | 'right' | 'up' | 'down' | 'flip' | 'beside' | 'mark';

const KEYS: Readonly<Record<string, PairCommand>> = {
  '+': 'in',
  '=': 'in',
  '-': 'out',
  '0': 'whole',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  f: 'flip',
  d: 'mark',
};

/** How much a step enlarges. */
const STEP = 1.5;

/** Of a pane, what a step moves by. */
const PART = 0.15;

/** The command of a key; null where it has none. Escape goes back to both where one is shown `alone`, and belongs to the window else. */
export function pairCommandOfKey(key: Key, alone: boolean): PairCommand | null {
  if (key.ctrlKey || key.metaKey || key.altKey) return null;
  if (key.key === 'Escape') return alone ? 'beside' : null;
  return KEYS[key.key.length === 1 ? key.key.toLowerCase() : key.key] ?? null;
}

/** @param pane in which one of the two is shown */
export function runPairCommand(pair: ComparedPair, command: PairCommand, pane: Size): void {
  const placed = pair.placed[pair.alone ?? 0];
  const move = (x: number, y: number): void => {
    pair.view = panned(pair.view, placed, pane, PART * x * pane.width, PART * y * pane.height);
  };
  switch (command) {
    case 'in':
      pair.view = zoomed(pair.view, placed, pane, STEP);
      return;
    case 'out':
      pair.view = zoomed(pair.view, placed, pane, 1 / STEP);
      return;
    case 'whole':
      pair.view = WHOLE_VIEW;
      return;
    case 'left':
      move(1, 0);
      return;
    case 'right':
      move(-1, 0);
      return;
    case 'up':
      move(0, 1);
      return;
    case 'down':
      move(0, -1);
      return;
    case 'flip':
      pair.flip();
      return;
    case 'beside':
      pair.alone = null;
      return;
    case 'mark':
      void pair.mark();
  }
}
