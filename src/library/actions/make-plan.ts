import { randomBytes } from 'node:crypto';
import { readdir, realpath, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate as letOthersRun } from 'node:timers/promises';
import type { ActionInput, RefusedFile } from '../../contract/action-schemas.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { ActionStore, PlannedStep } from '../catalog/action-store.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { pathInside } from '../indexing/path-inside.ts';
import { readableFolder } from '../indexing/scan.ts';
import type { PickedPaths } from '../picked-paths.ts';
import { canWrite, gatherFiles, type GatheredFile } from './gather-files.ts';
import { deviceOf } from './place-file.ts';
import { planSteps, type ActionPlace } from './plan-steps.ts';
import { needTrash, trashedNames, trashFor, type TrashFolder } from './system-trash.ts';

/** Steps stored in one go: some milliseconds. */
const SLICE = 100;

/** Plans that are kept of which nothing was done. */
const UNDONE_PLANS = 5;

/** What was planned, as it is kept. */
interface MadePlan {
  readonly id: number;
  readonly refused: readonly RefusedFile[];
  readonly pictures: number;
  readonly free: number | null;
}

interface PlanningParts {
  readonly catalog: Catalog;
  readonly libraryFolder: string;
  /** Files go to the trash of the system by its own way. */
  readonly trashOfSystem: boolean;
  readonly picked: PickedPaths;
}

/** Works out what would be done, and keeps it. @throws ServiceError FOLDER_*, PICTURE_UNKNOWN, TRASH_UNAVAILABLE, DISK_FULL */
export async function makePlan(parts: PlanningParts, input: ActionInput): Promise<MadePlan> {
  const { catalog } = parts;
  const folder = await targetFolder(parts, input);
  const { files, refused } = await gatherFiles(catalog, input);
  const place =
    folder !== null
      ? await folderPlace(folder)
      : parts.trashOfSystem || input.kind === 'replace'
        ? SYSTEM_PLACE
        : await trashPlace(files);
  const steps: PlannedStep[] = [];
  for (const planned of planSteps(input.kind, files, place)) {
    steps.push(...planned.steps);
    refused.push(...planned.refused);
    if (steps.length % SLICE === 0) await letOthersRun();
  }
  const id = await store(catalog.actions, { kind: input.kind, folder }, steps);
  return {
    id,
    refused,
    pictures: steps.filter(({ role }) => role === 'picture').length,
    free: folder === null ? null : await freeBytes(folder),
  };
}

/** The real path of the folder that files go to; null where they go to none. */
async function targetFolder(
  { libraryFolder, picked, trashOfSystem }: PlanningParts,
  { kind, folder }: ActionInput,
): Promise<string | null> {
  if (kind === 'trash' && !trashOfSystem) needTrash();
  if (kind === 'trash' || kind === 'replace') return null;
  if (folder === undefined) throw new ServiceError('FOLDER_MISSING', '');
  const real = await readableFolder(folder);
  picked.needFolder(real);
  const library = await realpath(libraryFolder).catch(() => libraryFolder);
  if (pathInside(library, real) !== null) throw new ServiceError('FOLDER_HOLDS_LIBRARY', folder);
  if (!(await canWrite(real))) throw new ServiceError('FOLDER_READ_ONLY', folder);
  return real;
}

async function folderPlace(folder: string): Promise<ActionPlace> {
  const [names, device] = await Promise.all([readdir(folder), deviceOf(folder)]);
  return { folderFor: () => folder, taken: () => names, device };
}

/** Where files go is the system's business. */
const SYSTEM_PLACE: ActionPlace = { folderFor: () => null, taken: () => [], device: null, ofSystem: true };

/** Each folder's trash, and what is in it. */
async function trashPlace(files: readonly GatheredFile[]): Promise<ActionPlace> {
  const trashes = new Map<string, TrashFolder | null>();
  const names = new Map<string, string[]>();
  for (const folder of new Set(files.map(({ path }) => dirname(path)))) {
    const trash = await trashFor(folder);
    trashes.set(folder, trash);
    const place = trash && join(trash.folder, 'files');
    if (trash && place !== null && !names.has(place)) names.set(place, await trashedNames(trash));
  }
  return {
    folderFor: (folder) => {
      const trash = trashes.get(folder);
      return trash ? join(trash.folder, 'files') : null;
    },
    taken: (place) => names.get(place) ?? [],
    device: null,
  };
}

async function store(
  actions: ActionStore,
  plan: { readonly kind: ActionInput['kind']; readonly folder: string | null },
  steps: readonly PlannedStep[],
): Promise<number> {
  const bytes = steps.reduce((sum, { size }) => sum + size, 0);
  const token = randomBytes(6).toString('hex');
  const id = actions.addPlan({ ...plan, token, at: new Date().toISOString(), files: steps.length, bytes });
  for (let first = 0; first < steps.length; first += SLICE) {
    actions.addSteps(id, first, steps.slice(first, first + SLICE));
    await letOthersRun();
  }
  actions.prune(UNDONE_PLANS);
  return id;
}

async function freeBytes(folder: string): Promise<number | null> {
  const stats = await statfs(folder).catch(() => null);
  return stats && stats.bavail * stats.bsize;
}
