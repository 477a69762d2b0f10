import { describe, expect, it } from 'vitest';
import { commandOfKey, shortcuts } from './keyboard.ts';

const press = (key: string, held: { ctrl?: boolean; meta?: boolean; alt?: boolean } = {}, mac = false) =>
  commandOfKey({ key, ctrlKey: held.ctrl ?? false, metaKey: held.meta ?? false, altKey: held.alt ?? false }, mac);

describe('commandOfKey', () => {
  it('knows the keys that are shown in the list', () => {
    expect([
      press('/'),
      press('?'),
      press('i'),
      press('I'),
      press('s'),
      press(' '),
      press('Enter'),
      press('Escape'),
    ]).toEqual(['search', 'shortcuts', 'inspector', 'inspector', 'similar', 'preview', 'open', 'close']);
    expect(shortcuts(false).length).toBe(shortcuts(true).length);
  });

  it('takes the command key on a Mac and Ctrl elsewhere', () => {
    expect([press('z', { ctrl: true }), press('z', { meta: true }, true)]).toEqual(['undo', 'undo']);
    expect([press(',', { ctrl: true }), press(',', { meta: true }, true)]).toEqual(['settings', 'settings']);
    expect([press('z', { meta: true }), press('z', { ctrl: true }, true)]).toEqual([null, null]);
    expect([press('ArrowLeft', { alt: true }), press('[', { meta: true }, true)]).toEqual(['back', 'back']);
    expect([press('ArrowRight', { alt: true }), press(']', { meta: true }, true)]).toEqual(['forward', 'forward']);
  });

  it('leaves all other keys to the page and the system', () => {
    expect([press('s', { ctrl: true }), press('i', { alt: true }), press('x'), press('Tab')]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});
