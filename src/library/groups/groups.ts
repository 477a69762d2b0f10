import { ServiceError } from '../../contract/errors.ts';
import type {
  GroupChange,
  GroupPictures,
  GroupsEvent,
  LabelVerdict,
  PictureGroup,
  PictureLabel,
} from '../../contract/group-schemas.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { GroupRow, LabelRow, LabelState, LabelStore } from '../catalog/label-store.ts';
import { readableFolder } from '../indexing/scan.ts';
import { ChangeLog, isSame, isSameName, type ChangeSteps, type GroupStep, type LabelStep } from './change-log.ts';
import { picturesByFolder } from './folder-groups.ts';

interface GroupsParts {
  readonly catalog: Catalog;
}

/** A group of another library, with the pictures of it that are in this one. */
export interface TakenGroup {
  readonly name: string;
  readonly createdAt: string;
  readonly members: readonly number[];
  readonly refused: readonly number[];
}

/** Pictures of a group that its cover shows. */
const COVER = 4;

type Steps = ChangeSteps & { readonly description: string };

/** Groups of pictures as a person makes them, and what they said does not belong. Every change is durable, and can be undone. */
export class Groups {
  readonly #catalog: Catalog;
  readonly #labels: LabelStore;
  readonly #log: ChangeLog;
  readonly #listeners = new Set<(event: GroupsEvent) => void>();

  constructor({ catalog }: GroupsParts) {
    this.#catalog = catalog;
    this.#labels = catalog.labels;
    this.#log = new ChangeLog(catalog.labels);
  }

  /** By name. */
  list(): PictureGroup[] {
    return this.#described(null).sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }) || a.id - b.id);
  }

  #described(id: number | null): PictureGroup[] {
    return this.#labels.counted(id).map((group) => ({ ...group, cover: this.#labels.newestMembers(group.id, COVER) }));
  }

  /** @throws ServiceError GROUP_UNKNOWN */
  pictures(id: number): GroupPictures {
    this.#known(id);
    const labels = this.#labels.labelsOfGroup(id);
    const of = (belongs: boolean): number[] =>
      labels.filter((label) => label.belongs === belongs).map(({ picture }) => picture);
    return { members: of(true), refused: of(false) };
  }

  /** The groups of one picture, by name. */
  of(picture: number): PictureLabel[] {
    const names = new Map(this.#labels.groups().map(({ id, name }) => [id, name]));
    return this.#labels
      .labelsOfPicture(picture)
      .map(({ group, belongs }): PictureLabel => ({
        group,
        name: names.get(group) ?? '',
        verdict: belongs ? 'in' : 'out',
      }))
      .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  }

  /** @throws ServiceError GROUP_NAME_TAKEN, PICTURE_UNKNOWN */
  create(name: string, pictures: readonly number[]): GroupChange {
    return this.#make((seq) => {
      const group = this.#newGroup(name);
      const labels = this.#stepsTo(group.id, pictures, { belongs: true, seq });
      const made = pictures.length === 0 ? '' : ` with ${counted(pictures.length)}`;
      return { group: group.id, groups: [{ before: null, after: group }], labels, description: `Made ${name}${made}` };
    });
  }

  /** See the contract. @throws ServiceError FOLDER_*, FOLDER_NOT_INDEXED */
  async createFromFolders(root: string): Promise<{ change: number; groups: PictureGroup[] }> {
    const folder = await readableFolder(root);
    const byName = picturesByFolder(this.#catalog, folder);
    if (byName.size === 0) throw new ServiceError('FOLDER_NOT_INDEXED', folder);
    const { id, change } = this.#log.make((seq) => {
      const ids: number[] = [];
      const groups: GroupStep[] = [];
      const labels: LabelStep[] = [];
      let next = this.#labels.nextGroupId;
      for (const [name, pictures] of byName) {
        const known = this.#named(name);
        const group = known ?? { id: next++, name, createdAt: new Date().toISOString() };
        if (!known) groups.push({ before: null, after: group });
        labels.push(...this.#stepsTo(group.id, pictures, { belongs: true, seq }));
        ids.push(group.id);
      }
      return { ids, groups, labels, description: `Made ${counted(byName.size, 'group')} of folders` };
    });
    this.#tell();
    return { change: id, groups: change.ids.flatMap((group) => this.#described(group)) };
  }

  /** @throws ServiceError GROUP_UNKNOWN, PICTURE_UNKNOWN */
  label(id: number, pictures: readonly number[], verdict: LabelVerdict): GroupChange {
    return this.#make((seq) => {
      const { name } = this.#known(id);
      const state = verdict === 'none' ? null : { belongs: verdict === 'in', seq };
      const what = counted(new Set(pictures).size);
      const description =
        verdict === 'in'
          ? `Added ${what} to ${name}`
          : verdict === 'out'
            ? `Said that ${what} ${pictures.length === 1 ? 'is' : 'are'} not in ${name}`
            : `Took ${what} out of ${name}`;
      return { group: id, groups: [], labels: this.#stepsTo(id, pictures, state), description };
    });
  }

  /**
   * What was said of pictures that were edited is said of what they are now; of what they were only while that has a file of its own.
   * This is no change that a person made: it is not undone with theirs.
   */
  followEdits(): void {
    const edits = this.#catalog.presence.unsettledEdits();
    if (edits.length === 0) return;
    for (const { before, after, movedAway } of edits) {
      if (movedAway) continue;
      this.#catalog.clusters.follow(before, after);
      this.#catalog.duplicates.follow(before, after);
    }
    const followed = edits.filter(
      ({ before, movedAway }) => !movedAway && this.#labels.labelsOfPicture(before).length > 0,
    );
    if (followed.length === 0) {
      this.#catalog.presence.settleEdits();
      return;
    }
    this.#log.make(() => {
      const fileless = new Set(this.#catalog.filelessAmong(followed.map(({ before }) => before)));
      for (const { before, after } of followed) this.#labels.copyLabels(before, after);
      for (const { before } of followed) if (fileless.has(before)) this.#labels.dropLabels(before);
      this.#catalog.presence.settleEdits();
      return { groups: [], labels: [], description: `Kept the groups of ${counted(followed.length)} that changed` };
    });
    this.#tell();
  }

  /** What was said of pictures that were removed was passed on to those that are kept, or taken back: no change that a person undoes as one of groups. */
  passedOn(pictures: number): void {
    this.#log.make(() => ({ groups: [], labels: [], description: `Kept the groups of ${counted(pictures)}` }));
    this.#tell();
  }

  /** @throws ServiceError GROUP_UNKNOWN, GROUP_NAME_TAKEN */
  rename(id: number, name: string): GroupChange {
    return this.#make(() => {
      const before = this.#known(id);
      const taken = this.#named(name);
      if (taken && taken.id !== id) throw new ServiceError('GROUP_NAME_TAKEN', taken.name);
      const groups = before.name === name ? [] : [{ before, after: { ...before, name } }];
      return { group: id, groups, labels: [], description: `Renamed ${before.name} to ${name}` };
    });
  }

  /** @throws ServiceError GROUP_UNKNOWN */
  remove(id: number): GroupChange {
    return this.#make(() => {
      const before = this.#known(id);
      const labels = this.#stepsFrom(this.#labels.labelsOfGroup(id), null);
      return { group: id, groups: [{ before, after: null }], labels, description: `Removed ${before.name}` };
    });
  }

  /**
   * Takes groups over from another library as one change: those of a name that there is are merged as {@link merge} does.
   *
   * @returns the change's number, and how many labels it made
   */
  takeOver(taken: readonly TakenGroup[]): { readonly change: number; readonly labels: number } {
    const { id, change } = this.#log.make((seq) => {
      const groups: GroupStep[] = [];
      const labels: LabelStep[] = [];
      let next = this.#labels.nextGroupId;
      for (const { name, createdAt, members, refused } of taken) {
        const known = this.#named(name);
        const group = known ?? { id: next++, name, createdAt };
        if (!known) groups.push({ before: null, after: group });
        const said = new Set(this.#labels.labelsOf(group.id, refused).map(({ picture }) => picture));
        const inToo = new Set(members);
        const out = refused.filter((picture) => !said.has(picture) && !inToo.has(picture));
        labels.push(
          ...this.#stepsTo(group.id, members, { belongs: true, seq }),
          ...this.#stepsTo(group.id, out, { belongs: false, seq }),
        );
      }
      return { groups, labels, description: `Imported ${counted(taken.length, 'group')}` };
    });
    this.#tell();
    return { change: id, labels: change.labels.reduce((sum, { pictures }) => sum + pictures.length, 0) };
  }

  /** See the contract. @throws ServiceError GROUP_UNKNOWN */
  merge(from: number, into: number): GroupChange {
    return this.#make((seq) => {
      const [source, target] = [this.#known(from), this.#known(into)];
      if (from === into) return { group: into, groups: [], labels: [], description: `Left ${target.name} as it is` };
      const moved = this.#labels.labelsOfGroup(from);
      const there = new Map(this.#labels.labelsOfGroup(into).map((label) => [label.picture, label]));
      const arriving = (belongs: boolean): number[] =>
        moved.filter((label) => label.belongs === belongs).map(({ picture }) => picture);
      // "in" of either wins over "out" of the other
      const refused = arriving(false).filter((picture) => there.get(picture) === undefined);
      const labels = [
        ...this.#stepsFrom(moved, null),
        ...this.#stepsTo(
          into,
          arriving(true).filter((picture) => there.get(picture)?.belongs !== true),
          { belongs: true, seq },
        ),
        ...this.#stepsTo(into, refused, { belongs: false, seq }),
      ];
      const description = `Merged ${source.name} into ${target.name}`;
      return { group: into, groups: [{ before: source, after: null }], labels, description };
    });
  }

  /** See the contract. @throws ServiceError GROUP_UNKNOWN, GROUP_NAME_TAKEN, PICTURE_UNKNOWN */
  split(id: number, pictures: readonly number[], name: string): GroupChange {
    return this.#make((seq) => {
      const { name: old } = this.#known(id);
      const group = this.#newGroup(name);
      const moved = this.#labels.labelsOf(id, pictures).filter(({ belongs }) => belongs);
      const labels = [
        ...this.#stepsFrom(moved, null),
        ...this.#stepsTo(
          group.id,
          moved.map(({ picture }) => picture),
          { belongs: true, seq },
        ),
      ];
      const description = `Moved ${counted(moved.length)} of ${old} into ${name}`;
      return { group: group.id, groups: [{ before: null, after: group }], labels, description };
    });
  }

  /** See the contract. @throws ServiceError NOTHING_TO_UNDO, CHANGE_TOO_OLD */
  undo(change: number | null): GroupChange {
    const { id, description, groups } = this.#log.undo(change);
    this.#tell();
    return { change: id, description, group: groups.flatMap((group) => this.#described(group))[0] ?? null };
  }

  /** Tells the present state at once and each change. Returns how to stop. */
  watch(listener: (event: GroupsEvent) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#state());
    return () => this.#listeners.delete(listener);
  }

  #state(): GroupsEvent {
    return { type: 'groups', revision: this.#labels.revision };
  }

  #tell(): void {
    for (const listener of this.#listeners) listener(this.#state());
  }

  #make(prepare: (seq: number) => Steps & { readonly group: number }): GroupChange {
    const { id, change } = this.#log.make(prepare);
    this.#tell();
    return { change: id, description: change.description, group: this.#described(change.group)[0] ?? null };
  }

  #known(id: number): GroupRow {
    const group = this.#labels.group(id);
    if (!group) throw new ServiceError('GROUP_UNKNOWN', String(id));
    return group;
  }

  #named(name: string): GroupRow | undefined {
    return this.#labels.groups().find((group) => isSameName(group.name, name));
  }

  #newGroup(name: string): GroupRow {
    const taken = this.#named(name);
    if (taken) throw new ServiceError('GROUP_NAME_TAKEN', taken.name);
    return { id: this.#labels.nextGroupId, name, createdAt: new Date().toISOString() };
  }

  /** Says the same of pictures; those of which that was said already stay as they are, and their place in the order too. */
  #stepsTo(group: number, pictures: readonly number[], after: LabelState | null): LabelStep[] {
    const unknown = this.#labels.unknownPicture(pictures);
    if (unknown !== null) throw new ServiceError('PICTURE_UNKNOWN', String(unknown));
    const present = new Map(this.#labels.labelsOf(group, pictures).map((label) => [label.picture, label]));
    const changed = [...new Set(pictures)].filter((id) => present.get(id)?.belongs !== after?.belongs);
    const unsaid = changed.filter((id) => !present.has(id));
    const steps = this.#stepsFrom(
      changed.flatMap((id) => present.get(id) ?? []),
      after,
    );
    return unsaid.length === 0 ? steps : [...steps, { group, before: null, after, pictures: unsaid }];
  }

  /** Steps from labels that are there, those of one state together. */
  #stepsFrom(labels: readonly LabelRow[], after: LabelState | null): LabelStep[] {
    const bySeq = Map.groupBy(labels, ({ belongs, seq }) => `${belongs} ${seq}`);
    return [...bySeq.values()].flatMap((same): LabelStep[] => {
      const [first] = same;
      if (!first) return [];
      const before = { belongs: first.belongs, seq: first.seq };
      if (isSame(before, after)) return [];
      return [{ group: first.group, before, after, pictures: same.map(({ picture }) => picture) }];
    });
  }
}

function counted(count: number, what = 'picture'): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
}
