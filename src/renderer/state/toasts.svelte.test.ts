import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Toasts } from './toasts.svelte.ts';

describe('Toasts', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('says each message, and lets it go after a while unless it is looked at', () => {
    const said: string[] = [];
    const toasts = new Toasts((text) => said.push(text));
    toasts.show('Done.');
    expect(said).toEqual(['Done.']);
    toasts.hold(toasts.list[0]?.id ?? 0);
    vi.advanceTimersByTime(60_000);
    expect(toasts.list).toHaveLength(1);
    toasts.release(toasts.list[0]?.id ?? 0);
    vi.advanceTimersByTime(7_000);
    expect(toasts.list).toHaveLength(0);
  });

  it('undoes the last thing that can be undone, once', () => {
    const toasts = new Toasts(() => undefined);
    const undo = vi.fn();
    toasts.show('Removed.', { undo });
    toasts.problem('Something else.');
    expect(toasts.undo()).toBe(true);
    expect(undo).toHaveBeenCalledOnce();
    expect(toasts.undo()).toBe(false);
    expect(toasts.list.map(({ text }) => text)).toEqual(['Something else.']);
  });

  it('shows the same sentence once, and three at most', () => {
    const toasts = new Toasts(() => undefined);
    for (const text of ['a', 'a', 'b', 'c', 'd']) toasts.problem(text);
    expect(toasts.list.map(({ text }) => text)).toEqual(['b', 'c', 'd']);
  });
});
