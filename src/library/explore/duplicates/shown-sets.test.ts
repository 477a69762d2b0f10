import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DuplicateKind } from '../../../contract/explore-schemas.ts';
import { shownSet, type KnownPicture } from './shown-sets.ts';

function picture(id: number, kind: DuplicateKind, more: Partial<KnownPicture> = {}): KnownPicture {
  const facts = { hash: 'a'.repeat(64), paths: [`/photos/${id}.jpg`], format: 'jpeg', takenAt: null };
  const dates = { modifiedAt: '2026-01-01T00:00:00.000Z', mtimeMs: id };
  return { id, kind, bytes: 1000 - id, width: 400, height: 300, chosenAt: null, ...facts, ...dates, ...more };
}

const NEVER = (): boolean => false;
const CHOSEN = '2026-02-01T00:00:00.000Z';

test('the one that a set was found around is kept, where nothing else is known', () => {
  const set = shownSet([picture(1, 'identical'), picture(2, 'resized'), picture(3, 'edited')], new Map(), NEVER);
  expect(set?.pictures.map(({ id, kind }) => [id, kind])).toEqual([
    [1, 'identical'],
    [2, 'resized'],
    [3, 'edited'],
  ]);
  expect(set).toMatchObject({ kind: 'edited', reason: 'less-compressed' });
});

test('a clearly sharper copy is kept in place of it, and that is the reason; an edited one never is for that', () => {
  const sharpness = new Map([
    [1, 0.2],
    [2, 0.5],
    [3, 4],
  ]);
  const set = shownSet([picture(1, 'identical'), picture(2, 'resized'), picture(3, 'edited')], sharpness, NEVER);
  expect(set?.pictures.map(({ id }) => id)).toEqual([2, 1, 3]);
  expect(set?.reason).toBe('sharper');
  expect(set?.pictures.map(({ sharpness: share, blurred }) => [share, blurred])).toEqual([
    [1, false],
    [0.4, true],
    [null, false],
  ]);
});

test('the one that was chosen is kept, and what the others are of it is not said closer than it is known', () => {
  const members = [picture(2, 'edited', { chosenAt: CHOSEN }), picture(3, 'resized'), picture(4, 'near')];
  const set = shownSet([picture(1, 'identical'), ...members], new Map(), NEVER);
  expect(set?.reason).toBe('chosen');
  expect(set?.pictures.map(({ id, kind }) => [id, kind])).toEqual([
    [2, 'identical'],
    [1, 'edited'],
    [3, 'edited'],
    [4, 'near'],
  ]);
});

test('no two that were said to be apart are in one set, whichever is kept', () => {
  const set = shownSet(
    [picture(1, 'identical'), picture(2, 'resized', { chosenAt: CHOSEN }), picture(3, 'resized')],
    new Map(),
    (a, b) => a + b === 5,
  );
  expect(set?.pictures.map(({ id }) => id)).toEqual([2, 1]);
  expect(shownSet([picture(1, 'identical'), picture(2, 'resized')], new Map(), () => true)).toBeNull();
  const twice = picture(1, 'identical', { paths: ['/photos/a.jpg', '/photos/b.jpg'] });
  expect(shownSet([twice, picture(2, 'resized')], new Map(), () => true)).toMatchObject({
    kind: 'identical',
    reason: 'same',
  });
});

test('whatever is known, nothing of a set is lost, and its first is of itself', () => {
  const kinds = fc.constantFrom<DuplicateKind>('resized', 'edited', 'near');
  const drawn = fc.array(fc.tuple(kinds, fc.option(fc.double({ min: 0, max: 2, noNaN: true })), fc.boolean()), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(drawn, (members) => {
      const pictures = [
        picture(1, 'identical'),
        ...members.map(([kind, , isChosen], i) => picture(i + 2, kind, { chosenAt: isChosen ? CHOSEN : null })),
      ];
      const sharpness = new Map(members.map(([, value], i) => [i + 2, value]));
      const set = shownSet(pictures, sharpness, NEVER);
      expect(set?.pictures.map(({ id }) => id).sort((a, b) => a - b)).toEqual(pictures.map(({ id }) => id));
      expect(set?.pictures[0]?.kind).toBe('identical');
      expect(set?.pictures.slice(1).every(({ kind }) => kind !== 'identical')).toBe(true);
    }),
  );
});
