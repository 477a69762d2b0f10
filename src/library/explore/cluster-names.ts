import { ServiceError } from '../../contract/errors.ts';
import type { ClusterChange } from '../../contract/explore-schemas.ts';
import type { ClusterStore, NamedClusterRow } from '../catalog/cluster-store.ts';
import { comparable, isSameName } from '../groups/change-log.ts';

/** Changes that can be undone. */
const KEPT = 100;

/** Clusters before and after a change; null where there was none. */
interface Step {
  readonly before: NamedClusterRow | null;
  readonly after: NamedClusterRow | null;
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
>;

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
    return this.#make((rows) => {
      const row = find(rows, id);
      refuseTaken(rows, name, id);
      return { description: `Renamed ${row.name} to ${name}`, cluster: id, after: [{ ...row, name }] };
    });
  }

  /** Pinned ones come first, hidden ones are not shown. @throws ServiceError CLUSTER_UNKNOWN */
  mark(
    id: number,
    marks: { readonly pinned?: boolean | undefined; readonly hidden?: boolean | undefined },
  ): ClusterChange {
    return this.#make((rows) => {
      const row = find(rows, id);
      const { pinned = row.pinned, hidden = row.hidden } = marks;
      const done = hidden !== row.hidden ? (hidden ? 'Hid' : 'Showed') : pinned ? 'Pinned' : 'Unpinned';
      return { description: `${done} ${row.name}`, cluster: id, after: [{ ...row, pinned, hidden }] };
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
      let next = this.#store.nextId;
      const owned = new Set(rows.flatMap(({ members }) => members));
      const after = taken.flatMap(({ members, refused, ...said }): NamedClusterRow[] => {
        const row = rows.find(({ name }) => comparable(name) === comparable(said.name));
        const free = members.filter((picture) => !owned.has(picture) && row?.refused.includes(picture) !== true);
        for (const picture of free) owned.add(picture);
        if (!row) {
          const fields = { ...said, id: next++, knownUntil: newest, keptAt: 0, apart: [] };
          return [{ ...fields, members: sorted(free), refused: sorted(refused) }];
        }
        const out = refused.filter((picture) => !row.members.includes(picture) && !row.refused.includes(picture));
        if (free.length + out.length === 0) return [];
        return [{ ...row, members: sorted([...row.members, ...free]), refused: sorted([...row.refused, ...out]) }];
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
        if (JSON.stringify(now) !== JSON.stringify(after))
          throw tooOld('something else was done with the same cluster');
      }
      const back = steps.flatMap(({ before }) => (before ? [before] : []));
      for (const { name, id } of back) if (isTaken(rows, name, id)) throw tooOld(`another cluster was named ${name}`);
      const removed = steps.flatMap(({ before, after }) => (after && !before ? [after.id] : []));
      return { description: `Undid: ${row.description}`, cluster: back[0]?.id ?? null, after: back, removed };
    });
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
    for (const listener of this.#listeners) listener(this.revision);
    return made;
  }
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
