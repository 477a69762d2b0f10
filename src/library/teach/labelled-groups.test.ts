import { describe, expect, it } from 'vitest';
import { labelsChanged, teachableGroups, type LabelledGroup } from './labelled-groups.ts';

function group(id: number, members: readonly number[]): LabelledGroup {
  return { id, name: `Group ${id}`, members, refused: [] };
}

function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

const all = (_id: number): boolean => true;

describe('teachableGroups', () => {
  it.each([
    ['NO_GROUPS', [] as LabelledGroup[], all],
    ['NO_GROUPS', [group(1, [])], all],
    ['NOT_READABLE', [group(1, [1, 2]), group(2, [3])], () => false],
    ['ONE_GROUP', [group(1, range(1, 9))], all],
    ['ONE_GROUP', [group(1, range(1, 9)), group(2, [])], all],
    ['SAME_GROUPS', [group(1, [1, 2, 3]), group(2, [3, 2, 1])], all],
    ['NO_PAIRS', [group(1, [1]), group(2, [2]), group(3, [3])], all],
  ] as const)('says %s in one sentence', (problem, groups, isKnown) => {
    const found = teachableGroups(groups, isKnown);
    expect(found).toMatchObject({ problem });
    expect(found.problem === null ? '' : found.sentence).toMatch(/^[“A-Z].*\.$/);
  });

  it('leaves out pictures without features, empty groups and twins, and says so', () => {
    const found = teachableGroups(
      [group(1, [1, 2, 3, 4]), group(2, [1, 2, 3]), group(3, [4]), group(4, [5, 6])],
      (id) => id !== 4,
    );
    if (found.problem !== null) throw new Error(found.sentence);
    expect(found.groups.map(({ id, members }) => [id, members])).toEqual([
      [1, [1, 2, 3]],
      [4, [5, 6]],
    ]);
    expect(found.notices).toHaveLength(2);
  });

  it('draws from a group of 50,000, the same each time', () => {
    const groups = [group(1, range(1, 50_000)), group(2, range(60_000, 30))];
    const found = teachableGroups(groups, all);
    if (found.problem !== null) throw new Error(found.sentence);
    expect(found.groups.map(({ members }) => members.length)).toEqual([400, 30]);
    expect(found.notices).toEqual(['Of the 50,000 pictures of “Group 1” 400 are taught.']);
    expect(teachableGroups(groups, all)).toEqual(found);
  });

  it('lets 500 groups share what can be taught', () => {
    const groups = range(1, 500).map((id) => group(id, range(1000 * id, id)));
    const found = teachableGroups(groups, all);
    if (found.problem !== null) throw new Error(found.sentence);
    expect(found.groups).toHaveLength(500);
    expect(found.groups.reduce((sum, { members }) => sum + members.length, 0)).toBeLessThanOrEqual(4_000);
    expect(found.groups.every(({ members }, i) => members.length >= Math.min(2, i + 1))).toBe(true);
  });
});

describe('labelsChanged', () => {
  const taughtOf = (groups: readonly LabelledGroup[]): readonly LabelledGroup[] => {
    const found = teachableGroups(groups, all);
    return found.problem === null ? found.groups : [];
  };
  const none = (): boolean => false;

  it('is 0 after a teaching, of large groups and twins too, and a few more members change a sample little', () => {
    const groups = [group(1, range(1, 1000)), group(2, range(2001, 50)), group(3, range(2001, 50))];
    const taught = taughtOf(groups);
    expect(taught[0]?.members).toHaveLength(400);
    expect(labelsChanged(taught, taughtOf(groups), none)).toBe(0);
    const more = taughtOf([group(1, range(1, 1010)), ...groups.slice(1)]);
    expect(labelsChanged(taught, more, none)).toBeLessThanOrEqual(20);
  });

  it('counts a group that was made since, and not one that was left out on purpose', () => {
    const taught = [group(1, range(1, 9)), group(2, range(11, 9))];
    const now = [group(1, range(1, 8)), group(2, range(11, 9)), group(3, range(21, 5)), group(4, range(31, 7))];
    expect(labelsChanged(taught, now, (id) => id === 4)).toBe(1 + 7);
  });
});
