/** A group as a person made it: what belongs to it, and what they said does not. */
export interface LabelledGroup {
  readonly id: number;
  readonly name: string;
  /** Pictures by id. A picture may be in several groups. */
  readonly members: readonly number[];
  /** "Not in this group": pictures by id. */
  readonly refused: readonly number[];
}

/** Why groups as they are cannot be taught, with one sentence for the person. */
export interface TeachingProblem {
  readonly problem: 'NO_GROUPS' | 'NOT_READABLE' | 'ONE_GROUP' | 'SAME_GROUPS' | 'NO_PAIRS';
  readonly sentence: string;
}

/** Groups that can be taught. */
export interface TeachableGroups {
  readonly problem: null;
  readonly groups: readonly LabelledGroup[];
  /** What was left out or drawn from, a sentence each. */
  readonly notices: readonly string[];
}

/** More of one group add nothing that can be measured: of the scenes, 24 taught nearly what 36 did. */
const MOST_OF_A_GROUP = 400;

/** Of all groups: so that teaching and judging stay within half a minute on two cores. */
const MOST_OF_ALL = 4_000;

/**
 * The groups that teaching works with: pictures that have features, groups of the same pictures as one, and of large groups a
 * part, the same each time.
 *
 * @param isKnown whether a picture has features: damaged and never indexed ones have none
 */
export function teachableGroups(
  groups: readonly LabelledGroup[],
  isKnown: (id: number) => boolean,
): TeachableGroups | TeachingProblem {
  const notices: string[] = [];
  const known = groups.map((group) => ({
    ...group,
    members: [...new Set(group.members)].filter(isKnown),
    refused: [...new Set(group.refused)].filter(isKnown),
  }));
  const filled = known.filter(({ members }) => members.length > 0);
  const [first] = filled;
  if (first === undefined) {
    return groups.some(({ members }) => members.length > 0)
      ? problem('NOT_READABLE', 'None of the pictures in your groups could be read, so there is nothing to learn from.')
      : problem('NO_GROUPS', 'There is no group with a picture yet. Put a few pictures that belong together into one.');
  }
  for (const { name, members } of known) {
    if (members.length === 0) notices.push(`“${name}” is left out: it has no picture that could be read.`);
  }
  if (filled.length === 1) {
    return problem(
      'ONE_GROUP',
      `“${first.name}” is the only group. Make another of pictures that it should be told apart from.`,
    );
  }
  const different = withoutTwins(filled, notices);
  if (different.length === 1) {
    return problem(
      'SAME_GROUPS',
      'Your groups hold the same pictures, so there is no difference between them to learn.',
    );
  }
  if (different.every(({ members }) => members.length === 1)) {
    return problem(
      'NO_PAIRS',
      'Each group has one picture. Teaching begins with two in a group, and works well from eight.',
    );
  }
  return { problem: null, groups: limited(different, notices), notices };
}

function problem(kind: TeachingProblem['problem'], sentence: string): TeachingProblem {
  return { problem: kind, sentence };
}

/** Of groups with the very same pictures the first. */
function withoutTwins(groups: readonly LabelledGroup[], notices: string[]): LabelledGroup[] {
  const seen = new Map<string, LabelledGroup>();
  for (const group of groups) {
    const key = group.members.toSorted((a, b) => a - b).join();
    const twin = seen.get(key);
    if (twin) notices.push(`“${group.name}” holds the same pictures as “${twin.name}”, and is taught as one with it.`);
    else seen.set(key, group);
  }
  return [...seen.values()];
}

function limited(groups: readonly LabelledGroup[], notices: string[]): LabelledGroup[] {
  // so that many groups share what there is, and each keeps two
  const share = Math.max(2, Math.min(MOST_OF_A_GROUP, fairShare(groups.map(({ members }) => members.length))));
  return groups.map((group) => {
    if (group.members.length <= share) return group;
    notices.push(
      `Of the ${group.members.length.toLocaleString('en')} pictures of “${group.name}” ${share} are taught.`,
    );
    return { ...group, members: steadySample(group.members, share, group.id) };
  });
}

/** A sample that a few more or fewer ids change little: those whose scrambled ids are the smallest. */
function steadySample(ids: readonly number[], count: number, seed: number): number[] {
  return ids
    .map((id) => ({ id, place: scrambled(id, seed) }))
    .sort((a, b) => a.place - b.place || a.id - b.id)
    .slice(0, count)
    .map(({ id }) => id);
}

/** MurmurHash3's finalizer (Appleby, 2011): every bit of the id changes half of the result's. @returns 0 to 2³² − 1 */
function scrambled(id: number, seed: number): number {
  let bits = Math.imul(id ^ Math.imul(seed, 0x9e3779b1), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** The most that each may have so that all together have no more than {@link MOST_OF_ALL}. */
function fairShare(sizes: readonly number[]): number {
  let left = MOST_OF_ALL;
  for (const [i, size] of sizes.toSorted((a, b) => a - b).entries()) {
    const share = Math.floor(left / (sizes.length - i));
    if (size > share) return share;
    left -= size;
  }
  return Number.POSITIVE_INFINITY;
}

/**
 * How many members were added to groups or taken out of them since a version was taught.
 *
 * @param taught groups as the version was taught them
 * @param groups as a teaching would take them now: see `teachableGroups`
 * @param isNew whether a group was made since; another that the version does not know was left out of it on purpose
 */
export function labelsChanged(
  taught: readonly { readonly id: number | null; readonly members: readonly number[] }[],
  groups: readonly LabelledGroup[],
  isNew: (id: number) => boolean,
): number {
  const before = new Map(taught.map(({ id, members }) => [id, new Set(members)]));
  let changed = 0;
  for (const { id, members } of groups) {
    const known = before.get(id) ?? (isNew(id) ? new Set<number>() : null);
    if (!known) continue;
    const now = new Set(members);
    changed += now.difference(known).size + known.difference(now).size;
  }
  return changed;
}
