import { describe, expect, it } from 'vitest';
import { Settling, type Look } from './settling.ts';

const look = (size: number): { size: number; mtimeMs: number } => ({ size, mtimeMs: 1 });

/** Something is told of a file, and it is looked at. */
function told<Key>(settling: Settling<Key>, key: Key, seen: Look, now: number): void {
  settling.note(key, now);
  expect(settling.unseen()).toContain(key);
  settling.looked(key, seen, now);
}

describe('Settling', () => {
  it('waits for a file that grows, told of or not', () => {
    const settling = new Settling<string>();
    told(settling, 'a', look(1), 0);
    told(settling, 'a', look(2), 400);
    expect(settling.due(800)).toEqual([]);
    expect(settling.due(900)).toEqual(['a']);
    settling.looked('a', look(3), 900); // grew without a word
    expect(settling.take(900)).toEqual([]);
    expect(settling.due(1400)).toEqual(['a']);
    settling.looked('a', look(3), 1400);
    expect(settling.take(1400)).toEqual(['a']);
    expect(settling.empty).toBe(true);
  });

  it('waits for a file that goes on being written after it was thought complete', () => {
    const settling = new Settling<string>();
    told(settling, 'a', look(1), 0);
    told(settling, 'b', look(1), 450);
    settling.looked('a', look(1), 500);
    told(settling, 'a', look(2), 550);
    settling.looked('b', look(1), 950);
    expect(settling.take(950)).toEqual([]);
    settling.looked('a', look(2), 1050);
    expect(settling.take(1050).toSorted()).toEqual(['a', 'b']);
  });

  it('tells few changes soon and a burst as one, but not never', () => {
    const few = new Settling<number>();
    told(few, 1, null, 0);
    few.looked(1, null, 500);
    told(few, 2, null, 600);
    expect(few.take(700)).toEqual([]);
    expect(few.take(800)).toEqual([1]);

    const burst = new Settling<number>();
    for (let i = 0; i < 100; i++) told(burst, i, null, 10 * i);
    for (const key of burst.due(900)) burst.looked(key, null, 900);
    expect(burst.take(1300)).toEqual([]);
    for (const key of burst.due(2000)) burst.looked(key, null, 2000);
    expect(burst.take(2000)).toHaveLength(100);
    told(burst, -1, null, 2000);
    for (let i = 0; i < 100; i++) told(burst, i, null, 2000);
    for (let i = 0; i < 100; i++) burst.looked(i, null, 2500);
    for (let now = 2500; now < 12_400; now += 100) told(burst, -1, null, now);
    expect(burst.take(12_400)).toEqual([]);
    expect(burst.take(12_500)).toHaveLength(100);
  });
});
