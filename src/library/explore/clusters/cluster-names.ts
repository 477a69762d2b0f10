import { isDeepStrictEqual } from 'node:util';
import { ServiceError } from '../../../contract/errors.ts';
import type { ClusterChange } from '../../../contract/explore-schemas.ts';
import type { ClusterStore, NamedClusterRow } from '../../catalog/cluster-store.ts';
import { comparable, isSameName } from '../../groups/change-log.ts';

/** Changes that can be undone. */
const KEPT = 100;

/** A cluster in a step of a change; without its pictures where the change is not about them. */
type SteppedCluster = Omit<NamedClusterRow, 'members' | 'refused'> &
  Partial<Pick<NamedClusterRow, 'members' | 'refused'>>;

/** Clusters before and after a change; null where there was none. */
interface Step {
  readonly before: SteppedCluster | null;
  readonly after: SteppedCluster | null;
}

interface Change {
  readonly description: string;
  /** The one that it is about. */
  readonly cluster: number | null;
  readonly after: readonly NamedClusterRow[];
  readonly removed?: readonly number[];
}

/** What is named. */
interface Naming {
  readonly name: string;
  readonly granularity: number;
  readonly members: readonly number[];
  /** The newest picture of the library. */
  readonly knownUntil: number;
}

/** A named cluster of another library, with the pictures of it that are in this one. */
type TakenCluster = Pick<
  NamedClusterRow,
  'name' | 'granularity' | 'pinned' | 'hidden' | 'createdAt' | 'members' | 'refused'
> & {
  /** Names of those that it is not one with. */
  readonly apart: readonly string[];
};

/** The names that a person gave to clusters, and what else they said of them. Every change is durable, and can be undone. */
export class ClusterNames {
  readonly #store: ClusterStore;
  readonly #listeners = new Set<(revision: number) => void>();
  #known: { readonly revision: number; readonly rows: readonly NamedClusterRow[] } | null = null;

  constructor(store: ClusterStore) {
    this.#store = store;
  }

  get revision(): number {
    return this.#store.revision;
  }

  /** In the order in which they were made. Not to be changed. */
  all(): readonly NamedClusterRow[] {
    const { revision } = this;
    if (this.#known?.revision !== revision) this.#known = { revision, rows: this.#store.all() };
    return this.#known.rows;
  }

  /** Calls `listener` after each change, until what is returned is called. */
  watch(listener: (revision: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @throws ServiceError CLUSTER_NAME_TAKEN */
  name({ name, granularity, members, knownUntil }: Naming): ClusterChange {
    return this.#make((rows) => {
      refuseTaken(rows, name, null);
      const id = this.#store.nextId;
      const said = { keptAt: 0, pinned: false, hidden: false, refused: [], apart: [] };
      const row = { id, name, granularity, knownUntil, createdAt: new Date().toISOString(), members: sorted(members) };
      return { description: `Named ${counted(members.length)} ${name}`, cluster: id, after: [{ ...row, ...said }] };
    });
  }

  /** @throws ServiceError CLUSTER_UNKNOWN, CLUSTER_NAME_TAKEN */
  rename(id: number, name: string): ClusterChange {
    return this.#makeFields(id, (row, rows) => {
      refuseTaken(rows, name, id);
      return { description: `Renamed ${row.name} to ${name}`, after: { ...row, name } };
    });
  }

  /** Pinned ones come first, hidden ones are not shown. @throws ServiceError CLUSTER_UNKNOWN */
  mark(
    id: number,
    marks: { readonly pinned?: boolean | undefined; readonly hidden?: boolean | undefined },
  ): ClusterChange {
    return this.#makeFields(id, (row) => {
      const { pinned = row.pinned, hidden = row.hidden } = marks;
      const done = hidden !== row.hidden ? (hidden ? 'Hid' : 'Showed') : pinned ? 'Pinned' : 'Unpinned';
      return { description: `${done} ${row.name}`, after: { ...row, pinned, hidden } };
    });
  }

  /** Takes the name away: its pictures lie where they are found again. @throws ServiceError CLUSTER_UNKNOWN */
  remove(id: number): ClusterChange {
    return this.#make((rows) => {
      const row = find(rows, id);
      return { description: `Took the name ${row.name} away`, cluster: null, after: [], removed: [id] };
    });
  }

  /** Says that pictures are not in a cluster. @throws ServiceError CLUSTER_UNKNOWN */
  refuse(id: number, pictures: readonly number[]): ClusterChange {
    return this.#make((rows) => {
      const row = find(rows, id);
      const out = new Set(pictures);
      const members = row.members.filter((member) => !out.has(member));
      const refused = sorted([...row.refused, ...pictures]);
      const is = out.size === 1 ? 'is' : 'are';
      const description = `Said that ${counted(out.size)} ${is} not in ${row.name}`;
      return { description, cluster: id, after: [{ ...row, members, refused }] };
    });
  }

  /** Puts one into another. What joined them by itself is to be given as theirs. @throws ServiceError CLUSTER_UNKNOWN */
  merge(from: number, into: number, members: readonly number[]): ClusterChange {
    return this.#make((rows) => {
      const [gone, row] = [find(rows, from), find(rows, into)];
      if (from === into) return { description: `Left ${row.name} as it is`, cluster: into, after: [] };
      const all = new Set([...gone.members, ...row.members, ...members]);
      const refused = sorted([...gone.refused, ...row.refused].filter((picture) => !all.has(picture)));
      const merged = { ...row, members: sorted([...all]), refused };
      return { description: `Merged ${gone.name} into ${row.name}`, cluster: into, after: [merged], removed: [from] };
    });
  }

  /** Gives some pictures of a cluster a name of their own, apart from its. @throws ServiceError CLUSTER_UNKNOWN, CLUSTER_NAME_TAKEN */
  split(id: number, part: readonly number[], name: string, knownUntil: number): ClusterChange {
    return this.#make((rows) => {
      const row = find(rows, id);
      refuseTaken(rows, name, null);
      const said = { keptAt: 0, pinned: false, hidden: false, refused: [], createdAt: new Date().toISOString() };
      const fields = { ...said, id: this.#store.nextId, name, granularity: row.granularity, knownUntil };
      const split = { ...fields, members: sorted(part), apart: [id] };
      const out = new Set(part);
      const left = { ...row, members: row.members.filter((member) => !out.has(member)) };
      const description = `Split ${counted(out.size)} off ${row.name} as ${name}`;
      return { description, cluster: split.id, after: [left, split] };
    });
  }

  /** Leaves a cluster only some of its pictures; the others lie where they are found. @throws ServiceError CLUSTER_UNKNOWN */
  keepPart(id: number, part: readonly number[], knownUntil: number): ClusterChange {
    return this.#make((rows) => {
      const row = find(rows, id);
      const description = `Split ${row.name}: ${counted(part.length)} kept the name`;
      return { description, cluster: id, after: [{ ...row, members: sorted(part), knownUntil }] };
    });
  }

  /** Says that a cluster stays one, with what has joined it. @throws ServiceError CLUSTER_UNKNOWN */
  keepWhole(id: number, members: readonly number[], knownUntil: number): ClusterChange {
    return this.#make((rows) => {
      const row = find(rows, id);
      const kept = { ...row, members: sorted([...row.members, ...members]), knownUntil };
      return { description: `Kept ${row.name} as one`, cluster: id, after: [{ ...kept, keptAt: kept.members.length }] };
    });
  }

  /** Says that two are not one. @throws ServiceError CLUSTER_UNKNOWN */
  keepApart(id: number, other: number): ClusterChange {
    return this.#make((rows) => {
      const [a, b] = [find(rows, id), find(rows, other)];
      const after = { ...a, apart: sorted([...a.apart, other]) };
      return { description: `Kept ${a.name} and ${b.name} apart`, cluster: id, after: [after] };
    });
  }

  /**
   * Takes names over from another library as one change: one that there is gets the pictures that it lacks, and that no other has.
   *
   * @param newest the newest picture of this library
   * @returns how many names there were not before
   */
  takeOver(taken: readonly TakenCluster[], newest: number): number {
    const known = new Set(this.all().map(({ name }) => comparable(name)));
    const fresh = taken.filter(({ name }) => !known.has(comparable(name))).length;
    this.#make((rows) => {
      const ids = new Map(rows.map(({ name, id }) => [comparable(name), id]));
      let next = this.#store.nextId;
      for (const { name } of taken) if (!ids.has(comparable(name))) ids.set(comparable(name), next++);
      const owned = new Set(rows.flatMap(({ members }) => members));
      const after = taken.flatMap(({ members, refused, apart: names, ...said }): NamedClusterRow[] => {
        const id = ids.get(comparable(said.name)) ?? 0;
        const row = rows.find((one) => one.id === id);
        const apart = names.flatMap((name) => ids.get(comparable(name)) ?? []).filter((other) => other !== id);
        const free = members.filter((picture) => !owned.has(picture) && row?.refused.includes(picture) !== true);
        for (const picture of free) owned.add(picture);
        if (!row) {
          const fields = { ...said, id, knownUntil: newest, keptAt: 0, apart: sorted(apart) };
          return [{ ...fields, members: sorted(free), refused: sorted(refused) }];
        }
        const out = refused.filter((picture) => !row.members.includes(picture) && !row.refused.includes(picture));
        const further = apart.filter((other) => !row.apart.includes(other));
        if (free.length + out.length + further.length === 0) return [];
        const pictures = { members: sorted([...row.members, ...free]), refused: sorted([...row.refused, ...out]) };
        return [{ ...row, ...pictures, apart: sorted([...row.apart, ...further]) }];
      });
      return { description: `Imported the names of ${taken.length} clusters`, cluster: null, after };
    });
    return fresh;
  }

  /**
   * Undoes a change: the clusters that it touched are as before it.
   *
   * @throws ServiceError NOTHING_TO_UNDO where it is not kept, CHANGE_TOO_OLD where one of them was changed since
   */
  undo(change: number): ClusterChange {
    return this.#make((rows) => {
      const row = this.#store.change(change);
      if (row === null) throw new ServiceError('NOTHING_TO_UNDO', `: change ${change} is not kept any more`);
      const steps = JSON.parse(row.steps) as Step[];
      const tooOld = (why: string): ServiceError =>
        new ServiceError('CHANGE_TOO_OLD', `after “${row.description}” ${why}.`);
      for (const { before, after } of steps) {
        const now = rows.find(({ id }) => id === (after ?? before)?.id) ?? null;
        if (!isAsLeft(now, after)) throw tooOld('something else was done with the same cluster');
      }
      const back = steps.flatMap(({ before }) => (before ? [withPictures(before, rows)] : []));
      for (const { name, id } of back) if (isTaken(rows, name, id)) throw tooOld(`another cluster was named ${name}`);
      const removed = steps.flatMap(({ before, after }) => (after && !before ? [after.id] : []));
      return { description: `Undid: ${row.description}`, cluster: back[0]?.id ?? null, after: back, removed };
    });
  }

  /** A change of what is said beside the pictures: of a cluster of 50,000 as quick as of one of five. */
  #makeFields(
    id: number,
    prepare: (
      row: NamedClusterRow,
      rows: readonly NamedClusterRow[],
    ) => { readonly description: string; readonly after: NamedClusterRow },
  ): ClusterChange {
    const made = this.#store.transaction(() => {
      const rows = this.all();
      const row = find(rows, id);
      const { description, after } = prepare(row, rows);
      this.#store.putFields(after);
      const steps: Step[] = [{ before: withoutPictures(row), after: withoutPictures(after) }];
      const change = this.#store.putChange(description, JSON.stringify(steps), KEPT);
      return { change, description, rows: rows.map((one) => (one.id === id ? after : one)) };
    });
    this.#known = { revision: this.revision, rows: made.rows };
    this.#tell();
    return { change: made.change, description: made.description, cluster: id };
  }

  /** The catalog was changed beside this: pictures were removed, and others stand for them. */
  changedBeside(): void {
    this.#known = null;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener(this.revision);
  }

  #make(prepare: (rows: readonly NamedClusterRow[]) => Change): ClusterChange {
    const made = this.#store.transaction(() => {
      const rows = this.#store.all();
      const { description, cluster, after, removed = [] } = prepare(rows);
      // a picture is in one of them: naming takes it out of the others
      const taken = new Set(after.flatMap(({ members }) => members));
      const touched = new Set([...after.map(({ id }) => id), ...removed]);
      const others = rows.filter(({ id, members }) => !touched.has(id) && members.some((member) => taken.has(member)));
      const less = others.map((row) => ({ ...row, members: row.members.filter((member) => !taken.has(member)) }));
      for (const id of removed) this.#store.remove(id);
      for (const row of [...after, ...less]) this.#store.put(row);
      const now = this.#store.all();
      const ids = [...touched, ...less.map(({ id }) => id)];
      const at = (list: readonly NamedClusterRow[], id: number): NamedClusterRow | null =>
        list.find((row) => row.id === id) ?? null;
      const steps = ids.map((id): Step => ({ before: at(rows, id), after: at(now, id) }));
      return { change: this.#store.putChange(description, JSON.stringify(steps), KEPT), description, cluster };
    });
    this.#tell();
    return made;
  }
}

function withoutPictures({ members: _members, refused: _refused, ...fields }: NamedClusterRow): SteppedCluster {
  return fields;
}

/** A stepped cluster with the pictures that it has now, where the step says nothing of them. */
function withPictures(step: SteppedCluster, rows: readonly NamedClusterRow[]): NamedClusterRow {
  const now = rows.find(({ id }) => id === step.id);
  return { ...step, members: step.members ?? now?.members ?? [], refused: step.refused ?? now?.refused ?? [] };
}

function isAsLeft(now: NamedClusterRow | null, after: SteppedCluster | null): boolean {
  const seen = now && after && after.members === undefined ? withoutPictures(now) : now;
  return isDeepStrictEqual(seen, after);
}

function find(rows: readonly NamedClusterRow[], id: number): NamedClusterRow {
  const row = rows.find((one) => one.id === id);
  if (!row) throw new ServiceError('CLUSTER_UNKNOWN', String(id));
  return row;
}

function isTaken(rows: readonly NamedClusterRow[], name: string, except: number | null): boolean {
  return rows.some((row) => row.id !== except && isSameName(row.name, name));
}

function refuseTaken(rows: readonly NamedClusterRow[], name: string, except: number | null): void {
  if (isTaken(rows, name, except)) throw new ServiceError('CLUSTER_NAME_TAKEN', name);
}

function sorted(ids: readonly number[]): number[] {
  return [...new Set(ids)].sort((a, b) => a - b);
}

function counted(pictures: number): string {
  return `${pictures.toLocaleString('en')} ${pictures === 1 ? 'picture' : 'pictures'}`;
}
