/** A picture of a set, beside the one that is kept. */
interface SetMember<Relation> {
  readonly place: number;
  /** How it was found to be of the kept one. */
  readonly relation: Relation;
}

export interface DuplicateSet<Relation> {
  readonly kept: number;
  readonly members: readonly SetMember<Relation>[];
}

interface SetForming<Relation> {
  /** Places of the pictures, the one that is best to keep first. */
  readonly order: readonly number[];
  /** Pictures that may be of the same one, both ways: what is not among them is not compared. */
  readonly candidatesOf: (place: number) => Iterable<number>;
  /** Whether a set may be formed around a picture: not where it is known to be no other one's. All, where nothing is said. */
  readonly mayBeKept?: (place: number) => boolean;
  /** Compares a picture with the kept one itself; null where they are two. */
  readonly relation: (kept: number, other: number) => Relation | null | Promise<Relation | null>;
  /** Whether one is a plain copy of the other: a kept one that is an edit of all others gives way to one that has plain copies. */
  readonly isPlain?: (relation: Relation) => boolean;
  /** Pictures that are in a set already. */
  readonly taken?: ReadonlySet<number>;
}

/** So many are tried in place of one that is no plain copy of any. */
const TRIED = 3;

/**
 * Forms sets around a kept picture: each other one was compared with that one itself, so that A~B~C makes no set of A and C. Who is found
 * brings its own candidates, to be compared with the kept one too. A picture is in one set at most.
 */
export async function formSets<Relation>(forming: SetForming<Relation>): Promise<DuplicateSet<Relation>[]> {
  const placed = new Set(forming.taken);
  const ranks = new Map(forming.order.map((place, rank) => [place, rank]));
  const rankOf = ({ place }: SetMember<Relation>): number => ranks.get(place) ?? ranks.size;
  const sets: DuplicateSet<Relation>[] = [];
  for (const place of forming.order) {
    if (placed.has(place) || forming.mayBeKept?.(place) === false) continue;
    const found = await membersOf(place, forming, placed);
    if (found.members.length === 0) continue;
    const ranked = found.members.toSorted((a, b) => rankOf(a) - rankOf(b));
    const set = (await keptByPlainCopies(found, ranked, forming, placed)) ?? found;
    placed.add(set.kept);
    for (const member of set.members) placed.add(member.place);
    sets.push(set);
  }
  return sets;
}

async function membersOf<Relation>(
  kept: number,
  { candidatesOf, relation }: SetForming<Relation>,
  placed: ReadonlySet<number>,
  others: readonly number[] = [],
): Promise<DuplicateSet<Relation>> {
  const members: SetMember<Relation>[] = [];
  const seen = new Set([kept]);
  const waiting = [...others, ...candidatesOf(kept)];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    if (seen.has(next) || placed.has(next)) continue;
    seen.add(next);
    const found = await relation(kept, next);
    if (found === null) continue;
    members.push({ place: next, relation: found });
    waiting.push(...candidatesOf(next));
  }
  return { kept, members };
}

/**
 * The same set around another one, where the kept one is an edit of all others and among those are plain copies of each other: then one of
 * them is what was edited. Null where it is not so.
 */
async function keptByPlainCopies<Relation>(
  { kept, members }: DuplicateSet<Relation>,
  ranked: readonly SetMember<Relation>[],
  forming: SetForming<Relation>,
  placed: ReadonlySet<number>,
): Promise<DuplicateSet<Relation> | null> {
  const { isPlain } = forming;
  if (isPlain === undefined || members.length < 2 || members.some((member) => isPlain(member.relation))) return null;
  for (const { place } of ranked.slice(0, TRIED)) {
    // with what is not of the edited one, but of this
    const others = [kept, ...ranked.map((member) => member.place)];
    const set = await membersOf(place, forming, placed, others);
    if (set.members.some((member) => isPlain(member.relation))) return set;
  }
  return null;
}
