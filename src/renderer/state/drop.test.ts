import { describe, expect, it } from 'vitest';
import { dropIntent } from './drop.ts';

const item = (type: string, kind = 'file') => ({ kind, type });

describe('dropIntent', () => {
  it('tells from what little is known during a drag what the drop will do', () => {
    expect(dropIntent([item('image/jpeg')], false)).toBe('search');
    expect(dropIntent([item('image/jpeg'), item('')], true)).toBe('add-example');
    expect(dropIntent([item('')], true)).toBe('index-or-search');
    expect(dropIntent([item('text/plain')], false)).toBe('nothing');
    expect(dropIntent([item('text/plain', 'string')], false)).toBeNull();
    expect(dropIntent([], false)).toBeNull();
  });
});
