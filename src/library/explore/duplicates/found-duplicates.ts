import type { DuplicateKind } from '../../../contract/explore-schemas.ts';
import type { ComparedPicture } from '../../catalog/duplicate-store.ts';
import type { NearCandidates } from './duplicate-candidates.ts';
import { formSets, type DuplicateSet } from './duplicate-sets.ts';
import { areNear } from './near-pictures.ts';
import { relationOf, VERDICT, type PairTable, type Verdict } from './pair-verdicts.ts';
import { separations } from './separations.ts';

/** What sets are formed of. */
interface ComparedPictures {
  /** In the order in which they are best kept; by place. */
  readonly pictures: readonly ComparedPicture[];
  readonly pairs: PairTable;
  readonly near: NearCandidates;
  /** Media ids of each decision: no two of one are put in a set. */
  readonly decided: readonly (readonly number[])[];
  /** Compares two that were in no pair, the lower place first. */
  readonly compare: (first: number, second: number) => Promise<Verdict>;
}

/** A set as it was found, by media ids. */
export interface FoundSet {
  readonly kept: number;
  readonly members: readonly { readonly id: number; readonly kind: DuplicateKind }[];
}

/** Forms sets of what was compared: of copies around the picture to keep, of what is near among the others, and of files of the same bytes. */
export async function formDuplicateSets({
  pictures,
  pairs,
  near,
  decided,
  compare,
}: ComparedPictures): Promise<FoundSet[]> {
  const order = [...pictures.keys()].filter((place) => at(pictures, place).seconds === null);
  const areApart = separations(decided);
  const apart = (a: number, b: number): boolean => areApart(at(pictures, a).id, at(pictures, b).id);
  const compared = async (a: number, b: number): Promise<DuplicateKind | null> => {
    if (apart(a, b) || at(pictures, b).seconds !== null) return null;
    const known = pairs.verdict(a, b);
    if (known !== VERDICT.unknown) return relationOf(known);
    const verdict = await compare(Math.min(a, b), Math.max(a, b));
    pairs.put(a, b, verdict);
    return relationOf(verdict);
  };
  const copies = await formSets<DuplicateKind>({
    order,
    candidatesOf: (place) => pairs.of(place),
    mayBeKept: (place) => pairs.mayHaveCopies(place),
    relation: compared,
    isPlain: (kind) => kind === 'resized',
  });
  const taken = new Set(copies.flatMap(({ kept, members }) => [kept, ...members.map(({ place }) => place)]));
  const others = await formSets<DuplicateKind>({
    order,
    candidatesOf: (place) => near.get(place)?.map((candidate) => candidate.place) ?? [],
    mayBeKept: (place) => near.has(place),
    relation: (kept, other) => {
      const score = near.get(kept)?.find(({ place }) => place === other)?.score ?? 0;
      const isNear = !apart(kept, other) && areNear(at(pictures, kept), at(pictures, other), score);
      return isNear && at(pictures, other).seconds === null ? 'near' : null;
    },
    taken,
  });
  const sets = [...copies, ...others];
  const together = new Set(sets.flatMap(({ kept, members }) => [kept, ...members.map(({ place }) => place)]));
  const identical = pictures
    .keys()
    .filter((place) => at(pictures, place).files > 1 && !together.has(place))
    .map((kept) => ({ kept, members: [] }));
  return [...identical, ...sets].map((set) => byIds(set, pictures));
}

function byIds({ kept, members }: DuplicateSet<DuplicateKind>, pictures: readonly ComparedPicture[]): FoundSet {
  return {
    kept: at(pictures, kept).id,
    members: members.map(({ place, relation }) => ({ id: at(pictures, place).id, kind: relation })),
  };
}

function at(pictures: readonly ComparedPicture[], place: number): ComparedPicture {
  const picture = pictures[place];
  if (!picture) throw new RangeError(`there is no picture at ${place}`);
  return picture;
}
