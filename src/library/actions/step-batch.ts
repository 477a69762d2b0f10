import { readdir, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ActionReason } from '../../contract/action-schemas.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { EndedStep, PlanRow, StepRow } from '../catalog/action-store.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { sourceState } from '../indexing/presence.ts';
import { sourceHolding } from '../indexing/sources.ts';
import { isCode, look } from './file-look.ts';
import {
  operationOf,
  refuseChanged,
  StepRefusal,
  temporaryPath,
  type OperatedStep,
  type TrashItem,
} from './file-operations.ts';
import { followDone, followUndone } from './follow-catalog.ts';
import { isSameEntry, isStraight } from './gather-files.ts';
import { unpacked } from './step-memory.ts';
import { syncFolders } from './place-file.ts';
import { freeTrashedPath } from './system-trash.ts';

/** What steps are done with. */
export interface StepTools {
  readonly catalog: Catalog;
  /** Null where this program has its own way to the trash, or none. */
  readonly trashItem: TrashItem | null;
}

/** What came of some steps. */
export interface BatchOutcome {
  /** Steps that are done, or undone, now. */
  readonly succeeded: readonly StepRow[];
  /** What ends all of it: a full disk, or a drive that is away. */
  readonly error: ServiceError | null;
}

interface Ended {
  readonly step: StepRow;
  readonly end: EndedStep;
  /** Of one that was undone: when the file was written that is back; null where it is not as it was. */
  readonly backMtimeMs?: number | null;
}

type PictureEnd = Pick<EndedStep, 'state' | 'reason'>;
type Ending = Pick<EndedStep, 'state'> & Partial<EndedStep>;

function operated(step: StepRow, { token }: PlanRow): OperatedStep {
  return { ...step, temporary: temporaryPath(step, token) };
}

function ended(step: StepRow, ending: Ending): Ended {
  const { number, madeMtimeMs, madeInode, memory } = step;
  return { step, end: { number, madeMtimeMs, madeInode, memory, reason: null, ...ending } };
}

/**
 * Does some steps of a plan: looks whether each file is the one that was planned, writes down that they begin, does them one after the other, and
 * writes down how they ended together with what follows from it in the catalog.
 *
 * @throws ServiceError CATALOG_*, DISK_FULL where the journal cannot be written: what was begun is settled later
 */
export async function doSteps(tools: StepTools, plan: PlanRow, steps: readonly StepRow[]): Promise<BatchOutcome> {
  const { catalog, trashItem } = tools;
  const refused: Ended[] = [];
  const ready: StepRow[] = [];
  const targets = new Set<string>();
  let away: ServiceError | null = null;
  for (const step of steps) {
    const pictures = pictureEnds(catalog, plan, step, refused);
    // of a picture on a drive that is away it is not known yet: what goes with it waits
    if (pictures.some(({ state }) => state === 'begun' || state === 'undoing')) continue;
    // what stays keeps it: the others take a copy along
    const isShared = step.operation === 'move' && isOfSome(pictures);
    const reason = isShared ? null : companionReason(step, pictures);
    if (reason !== null) {
      refused.push(ended(step, { state: 'failed', reason }));
      continue;
    }
    try {
      const target = await prepared(catalog, plan, step, targets);
      targets.add(target);
      ready.push({ ...step, target, ...(isShared && { operation: 'copy' }) });
    } catch (error) {
      away = await awayError(catalog, plan, step);
      if (away) break;
      refused.push(ended(step, { state: 'failed', reason: error instanceof StepRefusal ? error.reason : 'failed' }));
    }
  }
  catalog.actions.begin(plan.id, 'begun', ready);
  const outcomes: Ended[] = [];
  let error: ServiceError | null = null;
  for (const step of ready) {
    if (error) {
      outcomes.push(ended(step, { state: 'planned' }));
      continue;
    }
    const reason = companionReason(step, pictureEnds(catalog, plan, step, [...refused, ...outcomes]));
    if (reason !== null) {
      outcomes.push(ended(step, { state: 'failed', reason }));
      continue;
    }
    const outcome = await doOne(catalog, plan, step, trashItem);
    outcomes.push(outcome.ended);
    error = outcome.error;
  }
  await syncFolders(ready.flatMap(({ source, target }) => [source, target]));
  write(catalog, plan.id, [...refused, ...outcomes]);
  return { succeeded: succeeded(outcomes, 'done'), error: error ?? away };
}

/** How the pictures ended, or stand, that a file goes with: by what ended in this batch, else by the journal. None for a picture. */
function pictureEnds(
  catalog: Catalog,
  plan: PlanRow,
  { companionOf, memory }: StepRow,
  outcomes: readonly Ended[],
): PictureEnd[] {
  if (companionOf === null) return [];
  return [companionOf, ...(unpacked(memory).alsoOf ?? [])].flatMap((picture) => {
    const here = outcomes.find(({ step }) => step.number === picture);
    return here?.end ?? catalog.actions.step(plan.id, picture) ?? [];
  });
}

/** Whether some of its pictures stay where they are, and not all. */
function isOfSome(pictures: readonly PictureEnd[]): boolean {
  const staying = pictures.filter(({ state }) => state === 'failed').length;
  return staying > 0 && staying < pictures.length;
}

/** Why a file stays that goes with pictures; null where it goes. */
function companionReason({ operation }: StepRow, pictures: readonly PictureEnd[]): ActionReason | null {
  const staying = pictures.find(({ state }) => state === 'failed');
  if (!staying) return null;
  if (!isOfSome(pictures)) return staying.reason ?? 'failed';
  return operation === 'trash' || operation === 'move' ? 'needed' : null;
}

/** @returns where the file is to go @throws StepRefusal */
async function prepared(catalog: Catalog, plan: PlanRow, step: StepRow, targets: ReadonlySet<string>): Promise<string> {
  await refuseChanged(operated(step, plan));
  await refuseWithoutKept(step);
  const holding = sourceHolding(catalog, step.source);
  if (holding && !(await isStraight(holding.source.path, dirname(step.source)))) throw new StepRefusal('outside');
  return step.operation === 'trash' && step.target !== step.source
    ? freeTrashedPath(step.target, targets)
    : step.target;
}

/** @throws StepRefusal where the file that is kept in a step's place is not there as it was planned, or is the one that would go */
async function refuseWithoutKept({ source, keptPath, keptSize, keptMtimeMs }: StepRow): Promise<void> {
  if (keptPath === null) return;
  const [own, kept] = await Promise.all([look(source), look(keptPath)]);
  const isThere = kept?.isFile === true && kept.size === keptSize && kept.mtimeMs === keptMtimeMs;
  if (!isThere || (own && (await isSameEntry({ ...own, path: source }, { ...kept, path: keptPath }))))
    throw new StepRefusal('kept-missing');
}

/** What says that a drive which a step needs is away, so that the rest of its plan has to wait; null where none is. */
async function awayError(
  catalog: Catalog,
  { folder }: PlanRow,
  { source, keptPath }: StepRow,
): Promise<ServiceError | null> {
  for (const path of [source, keptPath]) {
    const holding = path === null ? null : sourceHolding(catalog, path);
    if (holding && (await sourceState(catalog, holding.source)) === 'offline')
      return new ServiceError('FOLDER_MISSING', holding.source.path);
  }
  return (await isFolderAway(folder)) ? new ServiceError('FOLDER_MISSING', String(folder)) : null;
}

/** Whether the folder that files go to is not where it was, or another lies in its place. */
async function isFolderAway(folder: string | null): Promise<boolean> {
  return folder !== null && (await realpath(folder).catch(() => null)) !== folder;
}

async function doOne(
  catalog: Catalog,
  plan: PlanRow,
  step: StepRow,
  trashItem: TrashItem | null,
): Promise<{ ended: Ended; error: ServiceError | null }> {
  const operation = operationOf(step, trashItem);
  try {
    // files of a batch that were done before it may have taken a while
    await refuseChanged(operated(step, plan));
    await refuseWithoutKept(step);
    await operation.perform(operated(step, plan));
    return { ended: await made(step), error: null };
  } catch (cause) {
    const away = await awayError(catalog, plan, step);
    // what came of it is found out when the drive is back
    if (away) return { ended: ended(step, { state: 'begun' }), error: away };
    if (cause instanceof StepRefusal)
      return { ended: ended(step, { state: 'failed', reason: cause.reason }), error: null };
    const full = fullDisk(cause, step.target);
    const settled = await operation.settle(operated(step, plan)).catch(() => 'failed' as const);
    if (settled === 'done') return { ended: await made(step), error: full };
    if (full) return { ended: ended(step, { state: 'planned' }), error: full };
    return { ended: ended(step, { state: 'failed', reason: 'failed' }), error: null };
  }
}

/** A step that is done, with what there is now. */
async function made(step: StepRow): Promise<Ended> {
  const found = await look(step.operation === 'replace' ? step.source : step.target);
  return ended(step, { state: 'done', madeMtimeMs: found?.mtimeMs ?? null, madeInode: found?.inode ?? null });
}

/** The reverse of {@link doSteps}. A step that cannot be undone stays done, with the reason. */
export async function undoSteps(tools: StepTools, plan: PlanRow, steps: readonly StepRow[]): Promise<BatchOutcome> {
  const { catalog, trashItem } = tools;
  const outcomes: Ended[] = [];
  const ready: StepRow[] = [];
  // the picture first: where it stays, what goes with it stays too
  const ordered = steps.toSorted(
    (a, b) => (b.companionOf ?? b.number) - (a.companionOf ?? a.number) || a.number - b.number,
  );
  const pictureReason = ({ companionOf }: StepRow): ActionReason | null =>
    companionOf === null ? null : (outcomes.find(({ step }) => step.number === companionOf)?.end.reason ?? null);
  for (const step of ordered) {
    const reason = pictureReason(step) ?? (await placeReason(catalog, step));
    if (reason === null) ready.push(step);
    else outcomes.push(ended(step, { state: 'done', reason }));
  }
  catalog.actions.begin(plan.id, 'undoing', ready);
  let error: ServiceError | null = null;
  for (const step of ready) {
    if (error) {
      outcomes.push(ended(step, { state: 'done' }));
      continue;
    }
    const reason = pictureReason(step);
    if (reason !== null) {
      outcomes.push(ended(step, { state: 'done', reason }));
      continue;
    }
    const outcome = await undoOne(plan, step, trashItem);
    outcomes.push(outcome.ended);
    error = outcome.error;
  }
  await syncFolders(steps.flatMap(({ source, target }) => [source, target]));
  write(catalog, plan.id, outcomes);
  return { succeeded: succeeded(outcomes, 'undone'), error };
}

/** Why a file cannot come back to where it was: its drive is away, or a link leads elsewhere from there. Null where it can. */
async function placeReason(catalog: Catalog, { operation, source }: StepRow): Promise<ActionReason | null> {
  if (operation === 'copy' || operation === 'link') return null;
  const holding = sourceHolding(catalog, source);
  // of a folder that is no part of the library any more, nothing is known but whether it is there
  if (!holding) return (await look(dirname(source))) === null ? 'offline' : null;
  if ((await sourceState(catalog, holding.source)) === 'offline') return 'offline';
  let folder = dirname(source);
  while (folder !== holding.source.path && (await look(folder)) === null) folder = dirname(folder);
  return (await isStraight(holding.source.path, folder)) ? null : 'outside';
}

async function undoOne(
  plan: PlanRow,
  step: StepRow,
  trashItem: TrashItem | null,
): Promise<{ ended: Ended; error: ServiceError | null }> {
  const operation = operationOf(step, trashItem);
  try {
    await operation.revert(operated(step, plan));
    return { ended: await back(step), error: null };
  } catch (cause) {
    if (cause instanceof StepRefusal)
      return { ended: ended(step, { state: 'done', reason: cause.reason }), error: null };
    const full = fullDisk(cause, step.source);
    const state = await operation.settleRevert(operated(step, plan)).catch(() => 'done' as const);
    if (state === 'undone') return { ended: await back(step), error: full };
    return { ended: ended(step, { state, reason: full ? null : 'failed' }), error: full };
  }
}

/** A step that is undone. A copy back from another drive has its time to the millisecond. */
async function back(step: StepRow): Promise<Ended> {
  const found = await look(step.source);
  const was = step.operation === 'replace' ? step.mtimeMs : (step.madeMtimeMs ?? step.mtimeMs);
  const isSame = found?.size === step.size && Math.abs(found.mtimeMs - was) < 1;
  return { ...ended(step, { state: 'undone' }), backMtimeMs: isSame ? found.mtimeMs : null };
}

/**
 * Looks what came of steps that the program was ended in the middle of, and writes that down. Steps of a drive that is not here, or of a file that
 * cannot be looked at, are left as they are.
 *
 * @returns the steps of which that is known now
 */
export async function settleSteps(tools: StepTools, plan: PlanRow, steps: readonly StepRow[]): Promise<StepRow[]> {
  const { catalog, trashItem } = tools;
  const outcomes: Ended[] = [];
  for (const step of steps) {
    try {
      if (await isAway(catalog, plan, step)) continue;
      outcomes.push(await settled(plan, step, trashItem));
    } catch (error) {
      if (error instanceof ServiceError) throw error;
      // it cannot be looked at now: the next time it may
    }
  }
  await syncFolders(outcomes.flatMap(({ step }) => [step.source, step.target]));
  write(catalog, plan.id, outcomes);
  return outcomes.map(({ step }) => step);
}

async function settled(plan: PlanRow, step: StepRow, trashItem: TrashItem | null): Promise<Ended> {
  const operation = operationOf(step, trashItem);
  if (step.state === 'begun') {
    const state = await operation.settle(operated(step, plan));
    return state === 'done' ? made(step) : ended(step, { state, reason: state === 'failed' ? 'gone' : null });
  }
  const state = await operation.settleRevert(operated(step, plan));
  return state === 'undone' ? back(step) : ended(step, { state });
}

/** Whether one of the drives of a step is not here: what is missing on it is not gone. */
async function isAway(catalog: Catalog, { folder }: PlanRow, { operation, source, target }: StepRow): Promise<boolean> {
  if (await isFolderAway(folder)) return true;
  // the empty place where a drive was: what was moved to it is not here, and not gone
  if (folder !== null && (await look(source)) === null && (await readdir(folder)).length === 0) return true;
  // a trash is on the drive of its files, and may not be made yet
  for (const path of operation === 'replace' ? [source, target] : [source]) {
    const holding = sourceHolding(catalog, path);
    // of a folder that is no part of the library any more, nothing is known but whether it is there
    if (!holding && (await look(dirname(path))) === null) return true;
    if (holding && (await sourceState(catalog, holding.source)) === 'offline') return true;
  }
  return false;
}

function write(catalog: Catalog, planId: number, outcomes: readonly Ended[]): void {
  catalog.actions.transaction(() => {
    for (const { step, end, backMtimeMs = null } of outcomes) {
      const { state, madeMtimeMs } = end;
      let { memory } = end;
      const isNew = step.state === 'planned' || step.state === 'begun';
      if (state === 'done' && isNew) memory = followDone(catalog, step, madeMtimeMs ?? step.mtimeMs);
      else if (state === 'undone') {
        followUndone(catalog, step, backMtimeMs);
        memory = null;
      }
      catalog.actions.end(planId, { ...end, memory });
    }
  });
}

function succeeded(outcomes: readonly Ended[], state: 'done' | 'undone'): StepRow[] {
  return outcomes.flatMap(({ step, end }) => (end.state === state ? [{ ...step, ...end }] : []));
}

function fullDisk(cause: unknown, path: string): ServiceError | null {
  return isCode(cause, 'ENOSPC', 'EDQUOT') ? new ServiceError('DISK_FULL', path, { cause }) : null;
}
