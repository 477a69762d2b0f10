import { describe, expect, it } from 'vitest';
import { proposedName, type NameablePicture } from './proposed-name.ts';

function pictures(...all: (readonly [folder: string | null, takenAt: string | null])[]): NameablePicture[] {
  return all.map(([folder, takenAt]) => ({ folder, takenAt }));
}

describe('a name that is proposed', () => {
  it('is the folder that most of the cluster lies in', () => {
    expect(proposedName(pictures(['Beach', null], ['Beach', null], ['Town', null]))).toBe('Beach');
    expect(proposedName(pictures(['Beach', null], ['Town', null]))).toBeNull();
  });

  it.each(['100CANON', 'DCIM', 'Camera Roll', '2019', '20190812'])('is not %s, which says nothing', (folder) => {
    expect(proposedName(pictures([folder, null]))).toBeNull();
  });

  it.each([
    [['2019-08-12T10:00:00Z', '2019-08-12T18:00:00Z'], '12 August 2019'],
    [['2019-08-02T10:00:00Z', '2019-08-28T18:00:00Z'], 'August 2019'],
    [['2019-02-02T10:00:00Z', '2019-08-28T18:00:00Z'], '2019'],
    [['2018-12-02T10:00:00Z', '2019-01-28T18:00:00Z'], '2018 to 2019'],
    [['1999-12-02T10:00:00Z', '2019-01-28T18:00:00Z'], null],
  ])('is else when it was taken: %j', (times, name) => {
    expect(proposedName(pictures(...times.map((time) => [null, time] as const)))).toBe(name);
  });

  it('leaves out what was taken at another time than most', () => {
    const most = Array.from({ length: 8 }, (_, i) => [null, `2019-08-12T1${i}:00:00Z`] as const);
    expect(proposedName(pictures(...most, [null, '2004-01-01T00:00:00Z'], [null, null]))).toBe('12 August 2019');
  });

  it('is the word that tells it from others before a time, and behind a folder', () => {
    const time = '2019-08-12T10:00:00Z';
    expect(proposedName(pictures([null, time]), { word: 'Owl' })).toBe('Owl');
    expect(proposedName(pictures(['Zoo', time]), { word: 'Owl' })).toBe('Zoo');
    expect(proposedName(pictures(['DCIM', time]), { word: 'Owl' })).toBe('Owl');
  });

  it('says where and when most of it was taken, behind a word', () => {
    const taken = pictures([null, '2019-08-12T10:00:00Z']);
    expect(proposedName(taken, { place: 'near Lyon, France' })).toBe('Near Lyon, France, 12 August 2019');
    expect(proposedName(pictures([null, null]), { place: 'Lyon, France' })).toBe('Lyon, France');
    expect(proposedName(taken, { place: 'Lyon, France', word: 'Owl' })).toBe('Owl');
    expect(proposedName(pictures(['Zoo', null]), { place: 'Lyon, France' })).toBe('Zoo');
  });

  it('is none where nothing is known', () => {
    expect(proposedName([])).toBeNull();
    expect(proposedName(pictures([null, 'yesterday']))).toBeNull();
  });
});
