import { constants } from 'node:fs';
import { access, mkdir, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { ServiceError } from '../contract/errors.ts';

/** The parts of a library on disk, by name. `catalog.sqlite` alone cannot be rebuilt; the rest are caches of it. */
export interface LibraryPaths {
  readonly folder: string;
  readonly catalog: string;
  /** Copies of the catalog, one a day. */
  readonly backups: string;
  readonly features: string;
  readonly thumbs: string;
  readonly previews: string;
  /** Pictures of what differs between two others, as long as the library is open. */
  readonly differences: string;
  readonly vectors: string;
  /** Encoders that were installed, and the pins of their files. */
  readonly models: string;
  /** How fast each device encodes, measured. */
  readonly trials: string;
  /** What was found of pairs of pictures that may be the same. */
  readonly compared: string;
  readonly lock: string;
}

export function libraryPaths(folder: string): LibraryPaths {
  const root = resolve(folder);
  return {
    folder: root,
    catalog: join(root, 'catalog.sqlite'),
    backups: join(root, 'backups'),
    features: join(root, 'features.sqlite'),
    thumbs: join(root, 'thumbs'),
    previews: join(root, 'previews'),
    differences: join(root, 'previews', 'differences'),
    vectors: join(root, 'vectors'),
    models: join(root, 'models'),
    trials: join(root, 'device-trials.json'),
    compared: join(root, 'compared-pairs.bin'),
    lock: join(root, 'lock'),
  };
}

/** The library that the window and the command line share: the operating system's folder for application data. */
export function defaultLibraryFolder(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  if (env['SEMBLANCE_LIBRARY']) return resolve(env['SEMBLANCE_LIBRARY']);
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Semblance', 'Library');
  if (platform === 'win32')
    return join(env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), 'Semblance', 'Library');
  return join(env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'semblance', 'library');
}

/** The error of a file of the library that could not be written: refused by permissions, else for want of space. */
export function writeError(cause: { readonly code?: string | undefined; readonly message: string }): ServiceError {
  const refused = cause.code === 'EACCES' || cause.code === 'EROFS' || cause.code === 'EPERM';
  return new ServiceError(refused ? 'LIBRARY_READ_ONLY' : 'DISK_FULL', cause.message, { cause });
}

/** Makes the library's folders and checks that they can be written to. LIBRARY_READ_ONLY or DISK_FULL where not. */
export async function prepareLibraryFolder(paths: LibraryPaths): Promise<void> {
  try {
    for (const folder of [paths.folder, paths.thumbs, paths.previews, paths.vectors, paths.models]) {
      await mkdir(folder, { recursive: true });
    }
    await rm(paths.differences, { recursive: true, force: true });
    await access(paths.folder, constants.W_OK | constants.R_OK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOSPC') throw new ServiceError('DISK_FULL', paths.folder, { cause });
    throw new ServiceError('LIBRARY_READ_ONLY', paths.folder, { cause });
  }
}
