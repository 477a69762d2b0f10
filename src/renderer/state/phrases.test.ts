import { describe, expect, it } from 'vitest';
import type { IndexProgress, IndexSummary } from '../../contract/schemas.ts';
import * as phrases from './phrases.ts';

const counts = { found: 8900, indexed: 3400, unchanged: 10, moved: 0, removed: 0, failed: 2 };
const progress = (change: Partial<IndexProgress>): IndexProgress => ({
  type: 'progress',
  quiet: false,
  state: 'indexing',
  ...counts,
  picturesPerSecond: 61.2,
  secondsLeft: 90,
  revision: 1,
  ...change,
});
const summary = (change: Partial<IndexSummary>): IndexSummary => ({
  type: 'summary',
  quiet: false,
  ...counts,
  seconds: 10,
  picturesPerSecond: 60,
  cancelled: false,
  error: null,
  ...change,
});

describe('phrases', () => {
  it('says zones and ratings in words', () => {
    expect([0, 120, 345, -210].map(phrases.zone)).toEqual(['UTC', 'UTC+2', 'UTC+5:45', 'UTC−3:30']);
    expect([-1, 4].map(phrases.ratingWords)).toEqual(['Rejected', '4 of 5 stars']);
  });

  it('says times as people say them', () => {
    expect([0.2, 45, 60, 90, 700, 7500].map((seconds) => phrases.duration(seconds))).toEqual([
      'under 1 s',
      '45 s',
      '1 min',
      '1 min 30 s',
      '12 min',
      '2 h 5 min',
    ]);
  });

  it('says sizes as file managers show them', () => {
    expect([1, 999, 1000, 3_450_000, 27_800_000_000].map((bytes) => phrases.fileSize(bytes))).toEqual([
      '1 byte',
      '999 bytes',
      '1.0 kB',
      '3.5 MB',
      '28 GB',
    ]);
  });

  it('takes paths of every system apart', () => {
    expect(phrases.fileName('/photos/2019/a b.jpg')).toBe('a b.jpg');
    expect(phrases.fileName('C:\\photos\\x.jpg')).toBe('x.jpg');
    expect(phrases.fileName('/photos/2019/')).toBe('2019');
    expect(phrases.folderOf('/photos/2019/a.jpg')).toBe('/photos/2019');
  });

  it('says where the work stands', () => {
    expect(phrases.progressLine(progress({}))).toBe('Indexing 3,412 of 8,900 · 61/s · 1 min 30 s left');
    expect(phrases.progressLine(progress({ picturesPerSecond: 0, secondsLeft: null }))).toBe('Indexing 3,412 of 8,900');
    expect(phrases.progressLine(progress({ state: 'paused' }))).toBe('Paused at 3,412 of 8,900');
    expect(phrases.progressLine(progress({ state: 'idle' }))).toBe('');
  });

  it('says what a run did', () => {
    expect(phrases.summaryLine(summary({}))).toBe('3,400 pictures indexed.');
    expect(phrases.summaryLine(summary({ indexed: 0 }))).toBe('Everything is up to date.');
    expect(phrases.summaryLine(summary({ indexed: 0, found: 0 }))).toBe('No pictures were found.');
    expect(phrases.summaryLine(summary({ cancelled: true, indexed: 1 }))).toBe(
      'Indexing was cancelled. 1 picture is kept.',
    );
    expect(phrases.summaryLine(summary({ error: { code: 'DISK_FULL', message: 'The disk is full.' } }))).toBe(
      'Indexing stopped. The disk is full.',
    );
    expect(phrases.failuresLine(1)).toBe('1 file could not be read.');
  });

  it('says places and days', () => {
    expect(phrases.coordinates(-33.85678, 151.21529)).toBe('33.85678° S, 151.21529° E');
    expect(phrases.dayAndTime('2019-05-03T14:05:00')).toBe('3 May 2019 at 14:05');
    expect(phrases.dayAndTime('unknown')).toBe('unknown');
  });
});
