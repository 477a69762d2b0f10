/** What a key asks for, wherever the focus is. */
export type Command =
  | 'back'
  | 'forward'
  | 'close'
  | 'search'
  | 'shortcuts'
  | 'inspector'
  | 'sidebar'
  | 'settings'
  | 'undo'
  | 'redo'
  | 'all'
  | 'preview'
  | 'open'
  | 'similar'
  | 'group';

export interface Key {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey?: boolean;
}

export interface Shortcut {
  readonly keys: readonly string[];
  readonly what: string;
}

/** The command of a key; null where it has none. `mac`: the command key stands where others have Ctrl. */
export function commandOfKey(key: Key, mac: boolean): Command | null {
  const main = mac ? key.metaKey : key.ctrlKey;
  if (main && !key.altKey) {
    const name = key.key.toLowerCase();
    if (name === 'z') return key.shiftKey === true ? 'redo' : 'undo';
    if (name === 'y' && !mac) return 'redo';
    if (name === 'a') return 'all';
    if (name === 'b') return 'sidebar';
    if (name === ',') return 'settings';
    if (mac && name === '[') return 'back';
    return mac && name === ']' ? 'forward' : null;
  }
  if (key.altKey && !mac) return key.key === 'ArrowLeft' ? 'back' : key.key === 'ArrowRight' ? 'forward' : null;
  if (key.ctrlKey || key.metaKey || key.altKey) return null;
  return PLAIN[key.key.length === 1 ? key.key.toLowerCase() : key.key] ?? null;
}

const PLAIN: Readonly<Record<string, Command>> = {
  Escape: 'close',
  '/': 'search',
  '?': 'shortcuts',
  i: 'inspector',
  s: 'similar',
  g: 'group',
  ' ': 'preview',
  Enter: 'open',
};

/** All shortcuts, for the list that `?` shows. */
export function shortcuts(mac: boolean): Shortcut[] {
  const main = mac ? '⌘' : 'Ctrl';
  return [
    { keys: ['Arrows'], what: 'Move between pictures' },
    { keys: ['Space'], what: 'Look at a picture, and close it again; play a video, and halt it' },
    { keys: ['Enter'], what: 'Open a picture large' },
    { keys: ['S'], what: 'Find pictures similar to it' },
    { keys: ['Shift', 'Arrows'], what: 'Select several' },
    { keys: [main, 'A'], what: 'Select all' },
    { keys: ['G'], what: 'Put what is selected into a group' },
    { keys: mac ? ['Ctrl', 'Click'] : ['Shift', 'F10'], what: 'What can be done with it' },
    { keys: ['+', '−', '0'], what: 'On the map: nearer, further, all of it' },
    { keys: ['Y'], what: 'A suggestion belongs to the group (N: it does not)' },
    { keys: ['F'], what: 'Flip between two duplicates (D: mark what differs)' },
    { keys: ['I'], what: 'Show or hide the details' },
    { keys: ['/'], what: 'Go to the search' },
    { keys: ['Esc'], what: 'Go back' },
    { keys: mac ? ['⌘', '['] : ['Alt', '←'], what: 'Back' },
    { keys: mac ? ['⌘', ']'] : ['Alt', '→'], what: 'Forward' },
    { keys: [main, 'V'], what: 'Search with a pasted picture' },
    { keys: [main, 'Z'], what: 'Undo' },
    { keys: [main, 'Shift', 'Z'], what: 'Do it again' },
    { keys: [main, 'B'], what: 'Show or hide the sidebar' },
    { keys: [main, ','], what: 'Settings' },
    { keys: ['?'], what: 'Show these shortcuts' },
  ];
}
