import { createRandom } from '../../similarity/random.ts';
import type { LabelledGroup } from './labelled-groups.ts';

/** One way to divide the labelled pictures. Every labelled picture is in one of the two. */
export interface Fold {
  /** Pictures that a head is made from. */
  readonly taught: readonly number[];
  /** Pictures that it is judged by. */
  readonly heldOut: readonly number[];
}

/**
 * Divides the labelled pictures into folds; each picture is held out once. What cannot be told apart, such as copies and bursts,
 * stays together: a head would be judged by what it was taught. Each group is spread over the folds as evenly as that allows.
 *
 * @param inseparable lists of pictures that belong on one side; lists that share a picture are one
 * @param folds at least 2; fewer come back where there are fewer separable pictures
 */
export function splitLabelled(
  groups: readonly LabelledGroup[],
  inseparable: readonly (readonly number[])[],
  folds: number,
  seed: number,
): Fold[] {
  const groupsOf = groupsByPicture(groups);
  const units = unitsOf([...groupsOf.keys()], inseparable);
  const parts = deal(createRandom(seed).shuffled(units), groupsOf, Math.min(folds, units.length));
  if (parts.length < 2) return [];
  return parts.map((heldOut, part) => ({ taught: parts.flatMap((ids, i) => (i === part ? [] : ids)), heldOut }));
}

/** Positions in `groups` that each labelled picture is in. */
export function groupsByPicture(groups: readonly LabelledGroup[]): Map<number, number[]> {
  const result = new Map<number, number[]>();
  for (const [position, { members }] of groups.entries()) {
    for (const id of new Set(members)) result.set(id, [...(result.get(id) ?? []), position]);
  }
  return result;
}

/** The pictures in sets that stay together: union-find. */
function unitsOf(pictures: readonly number[], inseparable: readonly (readonly number[])[]): number[][] {
  const parent = new Map<number, number>();
  const rootOf = (id: number): number => {
    let root = id;
    for (let next = parent.get(root); next !== undefined; next = parent.get(root)) root = next;
    if (root !== id) parent.set(id, root);
    return root;
  };
  for (const together of inseparable) {
    for (const id of together) {
      const [a, b] = [rootOf(together[0] as number), rootOf(id)];
      if (a !== b) parent.set(b, a);
    }
  }
  const units = new Map<number, number[]>();
  for (const id of pictures) {
    const root = rootOf(id);
    const unit = units.get(root);
    if (unit) unit.push(id);
    else units.set(root, [id]);
  }
  return [...units.values()];
}

/** Each unit to the part that has least of its groups so far, the large units first. */
function deal(units: readonly number[][], groupsOf: ReadonlyMap<number, readonly number[]>, count: number): number[][] {
  const parts = Array.from({ length: count }, () => ({ ids: [] as number[], ofGroup: new Map<number, number>() }));
  for (const unit of units.toSorted((a, b) => b.length - a.length)) {
    const positions = unit.flatMap((id) => groupsOf.get(id) ?? []);
    const load = ({ ids, ofGroup }: (typeof parts)[number]): number =>
      positions.reduce((sum, position) => sum + (ofGroup.get(position) ?? 0), 0) + ids.length / 1e6;
    const part = parts.reduce((least, other) => (load(other) < load(least) ? other : least));
    part.ids.push(...unit);
    for (const position of positions) part.ofGroup.set(position, (part.ofGroup.get(position) ?? 0) + 1);
  }
  return parts.map(({ ids }) => ids).filter((ids) => ids.length > 0);
}
