import { describe, expect, it } from 'vitest';
import { Navigation } from './navigation.svelte.ts';

describe('Navigation', () => {
  it('goes back and forward, and a new place drops what lay ahead', () => {
    const navigation = new Navigation();
    expect(navigation.canGoBack).toBe(false);
    navigation.go({ view: 'activity' });
    navigation.go({ view: 'viewer', id: 3, list: 'library' });
    navigation.back();
    expect(navigation.place.view).toBe('activity');
    expect(navigation.canGoForward).toBe(true);
    navigation.forward();
    expect(navigation.place.view).toBe('viewer');
    navigation.back();
    navigation.go({ view: 'search', examples: [], words: '' });
    expect(navigation.canGoForward).toBe(false);
    navigation.back();
    navigation.back();
    navigation.back();
    expect(navigation.place.view).toBe('library');
  });

  it('replaces a place without a step to go back over', () => {
    const navigation = new Navigation();
    navigation.go({ view: 'viewer', id: 3, list: 'library' });
    navigation.replace({ view: 'viewer', id: 4, list: 'library' });
    expect(navigation.place).toMatchObject({ id: 4 });
    navigation.back();
    expect(navigation.place.view).toBe('library');
  });

  it('keeps a hundred places and no more', () => {
    const navigation = new Navigation();
    for (let id = 1; id <= 250; id++) navigation.go({ view: 'viewer', id, list: 'library' });
    expect(navigation.place).toMatchObject({ id: 250 });
    let steps = 0;
    for (; navigation.canGoBack; steps++) navigation.back();
    expect(steps).toBe(99);
  });
});
