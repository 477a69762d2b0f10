import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { Catalog } from '../catalog/catalog.ts';
import { NO_METADATA } from '../media/picture-metadata.ts';
import { Groups } from './groups.ts';

const PICTURES = 12;
const folder = mkdtempSync(join(tmpdir(), 'semblance-groups-'));
let count = 0;
let catalog: Catalog;
let groups: Groups;

function open(pictures = PICTURES, path = `/photos-${count}`): void {
  catalog = new Catalog(join(folder, `${count++}.sqlite`));
  const source = catalog.sources.add(path, []);
  catalog.apply(
    Array.from({ length: pictures }, (_, i) => {
      const id = i + 1;
      const file = `${['dog', 'sea', 'sea/far'][i % 3] ?? ''}/${id}.jpg`;
      return {
        kind: 'media' as const,
        media: {
          id,
          hash: id.toString(16).padStart(64, '0'),
          bytes: 1,
          format: 'jpeg',
          width: 1,
          height: 1,
          ...NO_METADATA,
          seconds: null,
        },
        file: { sourceId: source.id, path: file, size: 1, mtimeMs: 1, mediaId: id },
        video: null,
      };
    }),
  );
  groups = new Groups({ catalog });
}

/** All that can be seen of groups, the order of labels included. */
function state(): unknown {
  return groups.list().map((group) => [group, groups.pictures(group.id)]);
}

beforeEach(() => open());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Step = () => void;

/** Steps that a person may take, each on whatever groups there are. */
const step = fc
  .record({
    kind: fc.constantFrom('create', 'in', 'out', 'none', 'rename', 'remove', 'merge', 'split'),
    group: fc.nat(3),
    other: fc.nat(3),
    name: fc.constantFrom('Dog', 'Sea', 'Receipts', 'dog'),
    pictures: fc.uniqueArray(fc.integer({ min: 1, max: PICTURES }), { minLength: 1, maxLength: 5 }),
  })
  .map(({ kind, group, other, name, pictures }): Step => () => {
    const list = groups.list();
    const id = list[group % Math.max(1, list.length)]?.id ?? 99;
    const into = list[other % Math.max(1, list.length)]?.id ?? 99;
    try {
      if (kind === 'create') groups.create(name, pictures);
      else if (kind === 'rename') groups.rename(id, name);
      else if (kind === 'remove') groups.remove(id);
      else if (kind === 'merge') groups.merge(id, into);
      else if (kind === 'split') groups.split(id, pictures, name);
      else groups.label(id, pictures, kind);
    } catch (error) {
      // a name that is taken, a group that is not there: nothing may have changed then
      expect(error).toMatchObject({ code: expect.stringMatching(/^GROUP_/) as string });
    }
  });

describe('Groups', () => {
  it('goes back step by step to what was, and forward again', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
        open();
        const states = [state()];
        for (const take of steps) {
          take();
          if (JSON.stringify(state()) !== JSON.stringify(states.at(-1))) states.push(state());
        }
        const undone: number[] = [];
        for (const before of states.toReversed().slice(1)) {
          undone.push(groups.undo(null).change);
          expect(state()).toEqual(before);
        }
        for (const [i, change] of undone.toReversed().entries()) {
          groups.undo(change);
          expect(state()).toEqual(states[i + 1]);
        }
        catalog.close();
      }),
      { numRuns: 60 },
    );
  });

  it('keeps what was said when it is opened again', () => {
    const { group } = groups.create('Dog', [1, 2]);
    groups.label(group?.id ?? 0, [3], 'out');
    const before = state();
    groups = new Groups({ catalog });
    expect(state()).toEqual(before);
    expect(groups.of(3)).toEqual([{ group: group?.id, name: 'Dog', verdict: 'out' }]);
    expect(catalog.labels.labelled()).toEqual([{ id: group?.id, name: 'Dog', members: [1, 2], refused: [3] }]);
  });

  it('refuses a name that differs in case alone, unknown pictures and groups, and changes nothing then', () => {
    groups.create('Dog', [1]);
    const before = state();
    expect(() => groups.create('DOG', [2])).toThrow(expect.objectContaining({ code: 'GROUP_NAME_TAKEN' }));
    expect(() => groups.create('Sea', [99])).toThrow(expect.objectContaining({ code: 'PICTURE_UNKNOWN' }));
    expect(() => groups.label(7, [1], 'in')).toThrow(expect.objectContaining({ code: 'GROUP_UNKNOWN' }));
    expect(() => groups.undo(77)).toThrow(expect.objectContaining({ code: 'NOTHING_TO_UNDO' }));
    expect(state()).toEqual(before);
  });

  it('does not undo what a later change was about', () => {
    const { change, group } = groups.create('Dog', [1]);
    const id = group?.id ?? 0;
    const added = groups.label(id, [2], 'in');
    groups.label(id, [2], 'out');
    expect(() => groups.undo(added.change)).toThrow(expect.objectContaining({ code: 'CHANGE_TOO_OLD' }));
    expect(() => groups.undo(change)).toThrow(expect.objectContaining({ code: 'CHANGE_TOO_OLD' }));
  });

  it('makes groups of folders, those below included', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    await expect(groups.createFromFolders('/nowhere')).rejects.toMatchObject({ code: 'FOLDER_MISSING' });
    await expect(groups.createFromFolders(empty)).rejects.toMatchObject({ code: 'FOLDER_NOT_INDEXED' });
    const photos = join(folder, 'photos');
    mkdirSync(photos);
    open(9, realpathSync(photos));
    const { groups: made, change } = await groups.createFromFolders(photos);
    expect(made.map(({ name, pictures }) => [name, pictures])).toEqual([
      ['dog', 3],
      ['sea', 6],
    ]);
    groups.undo(change);
    expect(groups.list()).toEqual([]);
    // one that has only pictures of its own is a group itself
    const dog = join(photos, 'dog');
    mkdirSync(dog);
    const { groups: single } = await groups.createFromFolders(dog);
    expect(single.map(({ name, pictures }) => [name, pictures])).toEqual([['dog', 3]]);
  });

  it('holds 50,000 pictures', () => {
    open(50_000);
    const all = Array.from({ length: 50_000 }, (_, i) => i + 1);
    const { group, change } = groups.create('All', all);
    expect(group?.pictures).toBe(50_000);
    groups.undo(change);
    expect(groups.list()).toEqual([]);
  });
});
