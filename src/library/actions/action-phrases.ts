import { basename } from 'node:path';
import type { CountedPlan } from '../catalog/action-store.ts';

/** What a plan is, or has come to, for people: "Moved 12 files to the trash". */
export function describeAction({ kind, state, folder, files, done, undone }: CountedPlan): string {
  if (state === 'undone') return `Undid what was done with ${counted(undone)}`;
  const isDone = state !== 'planned';
  const what = counted(isDone ? done : files);
  const where = folder === null ? '' : basename(folder) || folder;
  switch (kind) {
    case 'trash':
      return `${isDone ? 'Moved' : 'Move'} ${what} to the trash`;
    case 'move':
      return `${isDone ? 'Moved' : 'Move'} ${what} to ${where}`;
    case 'copy':
      return `${isDone ? 'Copied' : 'Copy'} ${what} to ${where}`;
    case 'link':
      return `${isDone ? 'Made' : 'Make'} hard links to ${what} in ${where}`;
    case 'replace':
      return `${isDone ? 'Replaced' : 'Replace'} ${what} by hard links`;
  }
}

function counted(files: number): string {
  return `${files.toLocaleString('en')} file${files === 1 ? '' : 's'}`;
}
