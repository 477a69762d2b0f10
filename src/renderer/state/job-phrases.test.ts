import { describe, expect, it } from 'vitest';
import { endedJobOf, jobOf } from './answers.test-fixture.ts';
import { endedLine, jobLine, jobName, tookLine } from './job-phrases.ts';

describe('the words of jobs', () => {
  it('says how far one is, and for what it waits', () => {
    expect(jobLine(jobOf({ done: 3412, total: 8900, rate: 61.2, secondsLeft: 90 }))).toBe(
      '3,412 of 8,900 · 61/s · 1 min 30 s left',
    );
    expect(jobLine(jobOf({ sentence: 'Looking for pictures', total: 120 }))).toBe('Looking for pictures · 120');
    expect(jobLine(jobOf({ state: 'paused', done: 5, total: 10, rate: 3 }))).toBe('Paused · 5 of 10');
    expect(jobLine(jobOf({ kind: 'rescan', state: 'waiting', waitsFor: 'battery' }))).toBe('Waits: on battery');
    expect(jobLine(jobOf({ kind: 'teach', sentence: 'Part 1 of 2', done: 250, total: 1000 }))).toBe('Part 1 of 2');
    expect(jobLine(jobOf({ kind: 'export' }))).toBe('Runs');
    expect(jobName(jobOf({ kind: 'encode', name: 'CLIP' }))).toBe('Encoding for another encoder: CLIP');
  });

  it('says how one ended', () => {
    const counts = { found: 9, indexed: 1204, moved: 0, removed: 0, failed: 1 };
    expect(endedLine(endedJobOf({ counts }))).toBe('1,204 pictures indexed, 1 file not readable.');
    expect(endedLine(endedJobOf({ counts: { found: 9 } }))).toBe('Done; nothing had changed.');
    expect(endedLine(endedJobOf({ outcome: 'failed', message: 'The disk is full.' }))).toBe(
      'Stopped: The disk is full.',
    );
    expect(endedLine(endedJobOf({ kind: 'forget', counts: { pictures: 2 } }))).toBe(
      '2 pictures forgotten, with all labels: deleted more than 30 days ago.',
    );
    expect(endedLine(endedJobOf({ outcome: 'cut' }))).toContain('goes on by itself');
    expect(endedLine(endedJobOf({ kind: 'import', outcome: 'cut' }))).toContain('do it again');
    expect(tookLine({ began: '2026-11-01T10:00:00.000Z', ended: '2026-11-01T10:01:30.000Z' })).toBe('1 min 30 s');
    expect(tookLine({ began: '2026-11-01T10:00:00.000Z', ended: '2026-11-01T10:00:00.100Z' })).toBe('');
  });
});
