import { describe, expect, it } from 'vitest';
import { teachableGroups, type LabelledGroup } from './labelled-groups.ts';

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
