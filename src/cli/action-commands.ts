import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import {
  ACTION_REASONS,
  sparePictures,
  type ActionInput,
  type ActionOutcome,
  type ActionPicture,
  type ActionPlan,
  type ActionSummary,
  type RefusedFile,
} from '../contract/action-schemas.ts';
import type { ServiceClient } from '../contract/contract.ts';
import type { DuplicateKind } from '../contract/explore-schemas.ts';
import type { SharedOptions } from './shared-options.ts';
import { formatBytes, plural } from './format.ts';
import { picturesAt } from './group-commands.ts';
import { Output } from './output.ts';
import { INTERRUPTED, onInterrupt, UsageError, withLibrary, withReadLibrary, type Session } from './session.ts';

export interface ActionOptions {
  readonly yes: boolean;
  readonly to?: string;
  /** All files of duplicates but the ones to keep. */
  readonly duplicates?: boolean;
  /** Which duplicates. */
  readonly kinds?: readonly DuplicateKind[];
}

/** Pictures of one moment are different pictures: they go only where they are asked for. */
const USUAL_KINDS: readonly DuplicateKind[] = ['identical', 'resized', 'edited'];

/** Files that a plan shows without being asked for all of them. */
const SHOWN = 20;

export function trashCommand(shared: SharedOptions, photos: string[], options: ActionOptions): Promise<number> {
  return actionCommand(shared, 'trash', photos, options);
}

export function moveCommand(shared: SharedOptions, photos: string[], options: ActionOptions): Promise<number> {
  return actionCommand(shared, 'move', photos, options);
}

export function copyCommand(shared: SharedOptions, photos: string[], options: ActionOptions): Promise<number> {
  return actionCommand(shared, 'copy', photos, options);
}

/** Hard links in a folder, or of duplicates in the place of files with the same bytes. */
export function linkCommand(shared: SharedOptions, photos: string[], options: ActionOptions): Promise<number> {
  const inPlace = options.to === undefined && options.duplicates === true;
  return inPlace
    ? actionCommand(shared, 'replace', photos, { ...options, kinds: ['identical'] })
    : actionCommand(shared, 'link', photos, options);
}

/** Shows what would be done with files, and does it where that is agreed to. */
async function actionCommand(
  shared: SharedOptions,
  kind: ActionInput['kind'],
  photos: string[],
  options: ActionOptions,
): Promise<number> {
  const { to, yes, duplicates = false } = options;
  if (photos.length === 0 && !duplicates) throw new UsageError('name photos, or give --duplicates');
  if (to === undefined && ['move', 'copy', 'link'].includes(kind)) throw new UsageError('name a folder with --to');
  const output = new Output(shared.json);
  return withLibrary({ libraryFolder: shared.library }, async (session) => {
    const pictures = [
      ...(await namedPictures(session, photos)),
      ...(duplicates ? await sparedPictures(session, options.kinds ?? USUAL_KINDS) : []),
    ];
    if (pictures.length === 0) {
      if (!shared.json) output.line('There is nothing to do.');
      return 0;
    }
    const plan = await session.client.actions.plan({
      kind,
      pictures,
      ...(to === undefined ? {} : { folder: resolve(to) }),
    });
    showPlan(output, plan);
    if (plan.files === 0) return 1;
    if (yes)
      return showOutcome(
        output,
        await followed(output, session.client, () => session.client.actions.run({ id: plan.id })),
      );
    if (!shared.json) output.line(`Nothing was done. Give --yes, or: semblance actions run ${plan.id}`);
    return 0;
  });
}

async function namedPictures(session: Session, photos: readonly string[]): Promise<ActionPicture[]> {
  const ids = await picturesAt(session, photos);
  return Promise.all(
    photos.map(async (photo, i) => {
      const folder = await realpath(dirname(resolve(photo)));
      return { id: ids[i] ?? 0, path: join(folder, basename(photo)) };
    }),
  );
}

async function sparedPictures({ client, service }: Session, kinds: readonly DuplicateKind[]): Promise<ActionPicture[]> {
  await service.settled();
  const { sets } = await client.explore.duplicates({ fresh: true });
  return sets.filter(({ kind }) => kinds.includes(kind)).flatMap(sparePictures);
}

function showPlan(output: Output, plan: ActionPlan): void {
  const { id, kind, folder, files, bytes, pictures, steps, refused, refusedFiles, free, description } = plan;
  if (output.json) {
    output.value({ plan: id, kind, folder, files, bytes, pictures, steps, refused, refusedFiles, free });
    return;
  }
  for (const { source, target } of steps.slice(0, SHOWN)) output.line(`  ${source}  →  ${target}`);
  if (files > SHOWN) output.line(`  … and ${plural(files - SHOWN, 'file')} more`);
  output.line(`${description}: ${plural(pictures, 'picture')}, ${formatBytes(bytes)}.`);
  showRefused(output, refused, refusedFiles);
}

function showRefused(output: Output, refused: readonly RefusedFile[], count: number): void {
  if (count === 0) return;
  output.line(`Not possible with ${plural(count, 'file')}:`);
  for (const { path, reason } of refused.slice(0, SHOWN)) output.line(`  ${path}: ${ACTION_REASONS[reason]}`);
}

function showOutcome(output: Output, outcome: ActionOutcome): number {
  const { id, state, done, failed, undoable, refused, refusedFiles, error, description } = outcome;
  if (output.json) output.value({ plan: id, state, done, failed, refused, refusedFiles, error });
  else {
    output.line(`${description}.${undoable > 0 ? ` Undo: semblance actions undo ${id}` : ''}`);
    showRefused(output, refused, refusedFiles);
  }
  if (error) {
    output.notice(`${error.code}: ${error.message}`);
    return 1;
  }
  if (state === 'stopped') return INTERRUPTED;
  return refused.length > 0 ? 1 : 0;
}

/** Does something with files and tells how far it is; Ctrl-C ends it after the files that are being moved. */
async function followed(
  output: Output,
  client: ServiceClient,
  work: () => Promise<ActionOutcome>,
): Promise<ActionOutcome> {
  const listening = new AbortController();
  let job: string | null = null;
  const states = await client.jobs.watch(undefined, { signal: listening.signal });
  const told = (async () => {
    for await (const { jobs } of states) {
      const own = jobs.find(({ kind }) => kind === 'actions' || kind === 'undo-actions');
      if (!own) continue;
      job = own.id;
      output.show(own.total === 0 ? 0 : own.done / own.total, `${own.done} of ${plural(own.total, 'file')}`);
    }
  })().catch(() => undefined);
  const interruption = onInterrupt(output, () => void (job !== null && client.jobs.cancel({ id: job })));
  try {
    return await work();
  } finally {
    interruption.release();
    listening.abort();
    await told;
    output.clearBar();
  }
}

/** What was done with files, the newest first. */
export async function actionsCommand(shared: SharedOptions): Promise<number> {
  const output = new Output(shared.json);
  const actions = await withReadLibrary({ libraryFolder: shared.library }, ({ client }) => client.actions.list());
  for (const { id, kind, state, folder, at, files, bytes, done, failed, description } of actions) {
    if (shared.json) output.value({ id, kind, state, folder, at, files, bytes, done, failed });
    else output.line(`${id}  ${at.slice(0, 16).replace('T', ' ')}  ${description}${goOnHint({ id, state, files })}`);
  }
  if (!shared.json && actions.length === 0) output.line('Nothing was done with files.');
  return 0;
}

/** How a plan goes on that was stopped. */
function goOnHint({ id, state, files }: Pick<ActionSummary, 'id' | 'state' | 'files'>): string {
  if (state === 'stopped') return ` of ${files}; it can go on: semblance actions run ${id}`;
  return state === 'undo-stopped' ? `; undoing it was stopped and can go on: semblance actions undo ${id}` : '';
}

export async function runActionCommand(shared: SharedOptions, id: number): Promise<number> {
  const output = new Output(shared.json);
  return withLibrary({ libraryFolder: shared.library }, async ({ client }) =>
    showOutcome(output, await followed(output, client, () => client.actions.run({ id }))),
  );
}

export async function undoActionCommand(shared: SharedOptions, id: number): Promise<number> {
  const output = new Output(shared.json);
  return withLibrary({ libraryFolder: shared.library }, async ({ client }) => {
    const outcome = await followed(output, client, () => client.actions.undo({ id }));
    const { state, done, failed, refused, refusedFiles, error, description } = outcome;
    if (shared.json) output.value({ plan: id, state, done, failed, refused, refusedFiles, error });
    else output.line(`${description}.`);
    if (!shared.json) showRefused(output, refused, refusedFiles);
    return error || state !== 'undone' ? 1 : 0;
  });
}
