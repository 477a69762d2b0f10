import { describe, expect, it } from 'vitest';
import { Preferences } from './preferences.svelte.ts';

function memory(text: string | null = null) {
  const kept = { text };
  return {
    kept,
    getItem: () => kept.text,
    setItem: (_key: string, value: string) => {
      kept.text = value;
    },
  };
}

describe('Preferences', () => {
  it('lasts from one start to the next', () => {
    const storage = memory();
    const first = new Preferences(storage);
    first.thumbnailHeight = 999;
    first.toggleInspector();
    first.finishHint();
    const second = new Preferences(storage);
    expect([second.thumbnailHeight, second.inspector, second.sidebar, second.hintDone]).toEqual([
      240,
      true,
      true,
      true,
    ]);
  });

  it('starts anew from what it cannot read', () => {
    for (const text of ['', 'null', '{"thumbnailHeight":"large","sidebar":1}', '[]']) {
      expect(new Preferences(memory(text))).toMatchObject({ thumbnailHeight: 168, sidebar: true });
    }
    expect(new Preferences(null).inspector).toBe(false);
  });
});
