import { basename } from 'node:path';
import type { ActionKind } from '../../contract/action-schemas.ts';
import type { CountedPlan } from '../catalog/action-store.ts';

/** What is to be done, is being done, and was done. */
const VERBS: Readonly<Record<ActionKind, readonly [string, string, string]>> = {
  trash: ['Move', 'Moving', 'Moved'],
  move: ['Move', 'Moving', 'Moved'],
  copy: ['Copy', 'Copying', 'Copied'],
  link: ['Make hard links to', 'Making hard links to', 'Made hard links to'],
  replace: ['Replace', 'Replacing', 'Replaced'],
};

/** What a plan is, or has come to, for people: "Moved 12 files to the trash", "Moved 3 of 12 files to Spain" where it was stopped. */
export function describeAction({ kind, state, folder, files, done, undone }: CountedPlan): string {
  if (state === 'undone') return `Undid what was done with ${counted(undone)}`;
  if (state === 'undoing') return `Undoing what was done with ${counted(done + undone)}`;
  const [toDo, doing, was] = VERBS[kind];
  const where = placeOf(kind, folder === null ? '' : basename(folder) || folder);
  if (state === 'planned') return `${toDo} ${counted(files)} ${where}`;
  if (state === 'running') return `${doing} ${counted(files)} ${where}`;
  const isPart = state === 'stopped' && done < files;
  return `${was} ${isPart ? `${done.toLocaleString('en')} of ${counted(files)}` : counted(done)} ${where}`;
}

function placeOf(kind: ActionKind, folder: string): string {
  switch (kind) {
    case 'trash':
      return 'to the trash';
    case 'replace':
      return 'by hard links';
    case 'link':
      return `in ${folder}`;
    case 'move':
    case 'copy':
      return `to ${folder}`;
  }
}

/** That it is not known what came of a plan which the program was ended in the middle of. @param description empty where that is not known either */
export function notKnown(description: string, why: string): string {
  const what = description === '' ? 'what was being done with files' : `“${description}”`;
  return `What came of ${what} when Semblance ended could not be found out: ${why} It is looked at again at the next start, and before it goes on.`;
}

export function counted(files: number): string {
  return `${files.toLocaleString('en')} file${files === 1 ? '' : 's'}`;
}
