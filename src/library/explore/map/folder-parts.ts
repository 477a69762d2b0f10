import { basename, join } from 'node:path';
import type { Category } from './paint-points.ts';

/** More folders than this are no colours that can be told apart. */
const MOST = 40;

interface PlacedPicture {
  readonly id: number;
  /** Absolute path of its source. */
  readonly root: string;
  /** In its source, with `/` between folders. */
  readonly path: string;
}

/** A folder with the pictures in it and below. */
interface Folder {
  readonly path: string;
  readonly own: number[];
  readonly folders: Map<string, Folder>;
  size: number;
}

/** A part of the library: a folder, or what lies in one directly where its sub-folders are parts of their own. */
interface Part {
  readonly folder: Folder;
  readonly isSplit: boolean;
}

/**
 * Parts of the sources by their folders, forty at most: the largest is split into its sub-folders as long as that leaves no more. By path; each is named
 * by its folder's name, or by its path where others have that name.
 */
export function folderParts(pictures: readonly PlacedPicture[]): Category[] {
  let parts: Part[] = rootsOf(pictures).map((folder) => ({ folder, isSplit: false }));
  for (;;) {
    const splittable = parts
      .filter(({ folder, isSplit }) => !isSplit && folder.folders.size > 0)
      .sort((a, b) => b.folder.size - a.folder.size);
    const largest = splittable.find(({ folder }) => parts.length - 1 + folder.folders.size + rest(folder) <= MOST);
    if (!largest) break;
    const { folder } = largest;
    const inside = [...folder.folders.values()].map((sub) => ({ folder: sub, isSplit: false }));
    parts = [...parts.filter((part) => part !== largest), ...inside];
    if (folder.own.length > 0) parts.push({ folder, isSplit: true });
  }
  const kept = parts.sort((a, b) => (a.folder.path < b.folder.path ? -1 : 1));
  const names = Map.groupBy(kept, ({ folder }) => basename(folder.path));
  return kept.map((part) => {
    const { path } = part.folder;
    const name = basename(path);
    return { key: path, label: name !== '' && names.get(name)?.length === 1 ? name : path, ids: idsOf(part) };
  });
}

/** Whether a folder is still a part when its sub-folders are. */
function rest({ own }: Folder): number {
  return own.length > 0 ? 1 : 0;
}

function rootsOf(pictures: readonly PlacedPicture[]): Folder[] {
  const roots = new Map<string, Folder>();
  for (const { id, root, path } of pictures) {
    let folder = roots.get(root);
    if (!folder) roots.set(root, (folder = newFolder(root)));
    folder.size++;
    const names = path.split('/').slice(0, -1);
    for (const name of names) {
      let next: Folder | undefined = folder.folders.get(name);
      if (!next) folder.folders.set(name, (next = newFolder(join(folder.path, name))));
      next.size++;
      folder = next;
    }
    folder.own.push(id);
  }
  return [...roots.values()];
}

function newFolder(path: string): Folder {
  return { path, own: [], folders: new Map(), size: 0 };
}

function idsOf({ folder, isSplit }: Part): number[] {
  return isSplit
    ? folder.own
    : [...folder.own, ...[...folder.folders.values()].flatMap((sub) => idsOf({ folder: sub, isSplit: false }))];
}
