import { describe, expect, it } from 'vitest';
import { clearestWords } from './clearest-words.ts';
import { VOCABULARY, wordAsName } from './vocabulary.ts';

const WORDS = 40;

/** Cosines that differ a little, as those of words that say nothing do. */
function row(clear: Readonly<Record<number, number>>, seed: number): number[] {
  return Array.from({ length: WORDS }, (_, word) => clear[word] ?? 0.2 + 0.01 * Math.sin(seed * 7 + word * 3));
}

describe('the word that tells a cluster from others', () => {
  it('is the one that is clearly nearer to it than to them', () => {
    expect(clearestWords([row({ 3: 0.3 }, 1), row({ 5: 0.3 }, 2), row({}, 3)], 0.15)).toEqual([3, 5, null]);
  });

  it('is none that is near to all of them', () => {
    expect(clearestWords([row({ 3: 0.3, 5: 0.29 }, 1), row({ 3: 0.3 }, 2), row({ 3: 0.3 }, 3)], 0.15)).toEqual([
      5,
      null,
      null,
    ]);
  });

  it('is none of two that are as near', () => {
    expect(clearestWords([row({ 3: 0.3, 4: 0.3 }, 1), row({ 3: 0.2, 4: 0.2 }, 2)], 0.15)[0]).toBeNull();
  });

  it('is none that is too far from its pictures', () => {
    expect(clearestWords([row({ 3: 0.3 }, 1), row({}, 2)], 0.35)).toEqual([null, null]);
  });

  it('names the cluster that it tells most of', () => {
    expect(clearestWords([row({ 3: 0.3 }, 1), row({ 3: 0.34 }, 2), row({}, 3), row({}, 4)], 0.15).slice(0, 2)).toEqual([
      null,
      3,
    ]);
  });

  it('is none where there is one cluster, or none', () => {
    expect(clearestWords([row({ 3: 0.3 }, 1)], 0.15)).toEqual([null]);
    expect(clearestWords([], 0.15)).toEqual([]);
  });
});

describe('the vocabulary', () => {
  it('has each word once, and each makes a name', () => {
    expect(new Set(VOCABULARY).size).toBe(VOCABULARY.length);
    expect(VOCABULARY.length).toBeGreaterThan(250);
    for (const word of VOCABULARY) expect(word).toMatch(/^[a-zA-Z][\w -]+$/);
    expect(['a beach', 'an owl', 'the moon', 'people dancing'].map(wordAsName)).toEqual([
      'Beach',
      'Owl',
      'Moon',
      'People dancing',
    ]);
  });
});
