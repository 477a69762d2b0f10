import { ServiceError } from '../../contract/errors.ts';
import type { GroupRow, LabelState, LabelStore } from '../catalog/label-store.ts';

/** A group before and after a change; null where there was none. */
export interface GroupStep {
  readonly before: GroupRow | null;
  readonly after: GroupRow | null;
}

/** Pictures of which the same was said before a change about a group, and the same after it; null where nothing was. */
export interface LabelStep {
  readonly group: number;
  readonly before: LabelState | null;
  readonly after: LabelState | null;
  readonly pictures: readonly number[];
}

/** All that a change does, in a form that can be turned round. */
export interface ChangeSteps {
  readonly groups: readonly GroupStep[];
  readonly labels: readonly LabelStep[];
}

interface ReadChange extends ChangeSteps {
  readonly id: number;
  readonly description: string;
  /** The change that this one undid. */
  readonly undoes: number | null;
}

/** Changes that can be undone. One of 50,000 labels takes about 100 kB. */
const KEPT = 200;

/**
 * Makes changes of groups and labels, each in one transaction with what undoes it.
 *
 * A change can be undone while all that it touched is as it left it: later changes of other groups or pictures do not matter, and
 * later ones of the same that were undone themselves do not either.
 */
export class ChangeLog {
  readonly #labels: LabelStore;

  constructor(labels: LabelStore) {
    this.#labels = labels;
  }

  /**
   * Makes a change.
   *
   * @param prepare works out what to do, given the change's number; what it throws leaves all as it was
   * @returns the change's number, and what was prepared
   */
  make<Change extends ChangeSteps & { readonly description: string }>(
    prepare: (id: number) => Change,
  ): { readonly id: number; readonly change: Change } {
    return this.#labels.transaction(() => {
      const id = this.#labels.revision + 1;
      const change = prepare(id);
      this.#apply(change, () => new ServiceError('INTERNAL', 'a change of groups left labels behind'));
      this.#labels.putChange({ id, description: change.description, before: packSteps(change, null) }, KEPT);
      return { id, change };
    });
  }

  /**
   * Undoes a change: what it touched is as before it, group ids and the order of labels included.
   *
   * @param which null: the newest that is still in effect, so that asking again and again goes back step by step
   * @returns the number of the change that the undoing is, and the groups that the undone one was about
   * @throws ServiceError NOTHING_TO_UNDO, CHANGE_TOO_OLD
   */
  undo(which: number | null): { readonly id: number; readonly description: string; readonly groups: number[] } {
    return this.#labels.transaction(() => {
      const undone = which === null ? this.#newestInEffect() : this.#read(which);
      if (undone === null) {
        throw new ServiceError('NOTHING_TO_UNDO', which === null ? '' : `: change ${which} is not kept any more`);
      }
      const tooOld = (why: string): ServiceError =>
        new ServiceError('CHANGE_TOO_OLD', `after “${undone.description}” ${why}.`);
      if (!this.#isAsLeft(undone)) throw tooOld('something else was done with the same pictures or group');
      const steps = turnedRound(undone);
      const taken = this.#takenName(steps);
      if (taken !== null) throw tooOld(`another group was named ${taken}`);
      this.#apply(steps, () => tooOld('more was said about the same group'));
      const id = this.#labels.revision + 1;
      const description = descriptionOfUndo(undone);
      this.#labels.putChange({ id, description, before: packSteps(steps, undone.id) }, KEPT);
      return { id, description, groups: groupsOf(steps) };
    });
  }

  /** Groups come before labels that are about them, and go after those. */
  #apply({ groups, labels }: ChangeSteps, problem: () => ServiceError): void {
    for (const { before, after } of groups) {
      if (after === null) continue;
      if (before === null) this.#labels.insertGroup(after);
      else this.#labels.renameGroup(after.id, after.name);
    }
    for (const { group, after, pictures } of labels) {
      if (after !== null && this.#labels.group(group) === null) throw problem();
      this.#labels.setLabels(group, pictures, after);
    }
    for (const { before, after } of groups) {
      if (before === null || after !== null) continue;
      // labels that this change knows nothing of would go with the group
      if (this.#labels.labelsOfGroup(before.id).length > 0) throw problem();
      this.#labels.deleteGroup(before.id);
    }
  }

  #isAsLeft({ groups, labels }: ChangeSteps): boolean {
    const sameGroups = groups.every(({ before, after }) => {
      const now = this.#labels.group(after?.id ?? before?.id ?? 0);
      return now === null ? after === null : after !== null && now.name === after.name;
    });
    return sameGroups && labels.every((step) => this.#isLabelledAsLeft(step));
  }

  #isLabelledAsLeft({ group, after, pictures }: LabelStep): boolean {
    const now = this.#labels.labelsOf(group, pictures);
    if (after === null) return now.length === 0;
    return now.length === pictures.length && now.every(({ belongs, seq }) => isSame({ belongs, seq }, after));
  }

  /** A name that a step gives back, and that another group has by now. */
  #takenName({ groups }: ChangeSteps): string | null {
    const touched = new Set(groups.map(({ before, after }) => (before ?? after)?.id));
    const others = this.#labels.groups().filter(({ id }) => !touched.has(id));
    return (
      others.find(({ name }) => groups.some(({ after }) => after !== null && isSameName(after.name, name)))?.name ??
      null
    );
  }

  /** The newest change that was neither undone nor an undoing, and did something. */
  #newestInEffect(): ReadChange | null {
    const cancelled = new Set<number>();
    for (const id of this.#labels.changeIds()) {
      if (cancelled.has(id)) continue;
      const change = this.#read(id);
      if (change === null) continue;
      if (change.undoes !== null) cancelled.add(change.undoes);
      else if (change.groups.length + change.labels.length > 0) return change;
    }
    return null;
  }

  #read(id: number): ReadChange | null {
    const row = this.#labels.change(id);
    return row && { id, description: row.description, ...unpackSteps(row.before) };
  }
}

/** Names that differ in case alone are one name to a person. */
export function isSameName(a: string, b: string): boolean {
  return comparable(a) === comparable(b);
}

/** A name as it is compared with others. */
export function comparable(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

export function isSame(a: LabelState | null, b: LabelState | null): boolean {
  return a?.belongs === b?.belongs && a?.seq === b?.seq;
}

function turnedRound({ groups, labels }: ChangeSteps): ChangeSteps {
  return {
    groups: groups.map(({ before, after }) => ({ before: after, after: before })),
    labels: labels.map(({ before, after, ...step }) => ({ ...step, before: after, after: before })),
  };
}

function groupsOf({ groups, labels }: ChangeSteps): number[] {
  const ids = [...groups.map(({ before, after }) => (before ?? after)?.id ?? 0), ...labels.map(({ group }) => group)];
  return [...new Set(ids)];
}

const UNDID = 'Undid: ';
const REDID = 'Redid: ';

function descriptionOfUndo({ description, undoes }: ReadChange): string {
  if (undoes === null) return UNDID + description;
  // undoing an undoing is redoing, and so on
  return description.startsWith(UNDID)
    ? REDID + description.slice(UNDID.length)
    : UNDID + description.slice(description.startsWith(REDID) ? REDID.length : 0);
}

// ── as JSON: states as pairs, ids as distances to the id before, so that 50,000 take 100 kB ──

type PackedState = readonly [belongs: number, seq: number] | null;
type PackedLabels = readonly [group: number, before: PackedState, after: PackedState, distances: readonly number[]];
interface PackedSteps {
  readonly undoes: number | null;
  readonly groups: readonly GroupStep[];
  readonly labels: readonly PackedLabels[];
}

function packSteps({ groups, labels }: ChangeSteps, undoes: number | null): string {
  const packed: PackedSteps = {
    undoes,
    groups,
    labels: labels.map(({ group, before, after, pictures }) => {
      const sorted = pictures.toSorted((a, b) => a - b);
      return [group, packState(before), packState(after), sorted.map((id, i) => id - (sorted[i - 1] ?? 0))];
    }),
  };
  return JSON.stringify(packed);
}

function packState(state: LabelState | null): PackedState {
  return state && [state.belongs ? 1 : 0, state.seq];
}

/** The catalog is written by this program alone: what it reads is what it wrote. */
function unpackSteps(json: string): ChangeSteps & { readonly undoes: number | null } {
  const { undoes, groups, labels } = JSON.parse(json) as PackedSteps;
  return {
    undoes,
    groups,
    labels: labels.map(([group, before, after, distances]) => {
      let id = 0;
      const pictures = distances.map((distance) => (id += distance));
      return { group, before: unpackState(before), after: unpackState(after), pictures };
    }),
  };
}

function unpackState(state: PackedState): LabelState | null {
  return state && { belongs: state[0] === 1, seq: state[1] };
}
