import { lstat, mkdir, open, readFile, readdir, unlink, access, constants } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, extname, join, relative } from 'node:path';
import { ServiceError } from '../../contract/errors.ts';
import { look } from './file-look.ts';
import { deviceOf } from './place-file.ts';

/** A trash as the freedesktop.org specification describes it (version 1.0): `files` and, of each, where it was, in `info`. */
export interface TrashFolder {
  readonly folder: string;
  /** The top of the drive, to which the paths in it are relative; null for the trash of the person's home, which has whole ones. */
  readonly top: string | null;
}

const STICKY = 0o1000;

/** @throws ServiceError TRASH_UNAVAILABLE where files go to the trash in another way */
export function needTrash(platform: NodeJS.Platform = process.platform): void {
  if (platform === 'darwin' || platform === 'win32') throw new ServiceError('TRASH_UNAVAILABLE', platform);
}

/**
 * The trash for files in a folder: that of the person's home where it is on the same drive, else the drive's own. Nothing is made.
 *
 * @returns null where there is none, and none could be made
 */
export async function trashFor(folder: string, env: NodeJS.ProcessEnv = process.env): Promise<TrashFolder | null> {
  const home = homeTrash(env);
  const device = await deviceOf(folder);
  if ((await deviceOf(home)) === device) return { folder: home, top: null };
  const top = await topOfDrive(folder);
  const user = String(process.getuid?.() ?? 0);
  const shared = join(top, '.Trash');
  const stats = await lstat(shared).catch(() => null);
  // one that is a link, or that others may delete from, is not to be trusted
  if (stats?.isDirectory() && (stats.mode & STICKY) !== 0 && (await canUse(join(shared, user), shared)))
    return { folder: join(shared, user), top };
  const own = join(top, `.Trash-${user}`);
  return (await canUse(own, top)) ? { folder: own, top } : null;
}

/** Whether a folder is the person's own, or can be made. */
async function canUse(folder: string, above: string): Promise<boolean> {
  const stats = await lstat(folder).catch(() => null);
  const place = stats ? folder : above;
  if (stats && (!stats.isDirectory() || stats.uid !== process.getuid?.())) return false;
  return access(place, constants.W_OK).then(
    () => true,
    () => false,
  );
}

async function topOfDrive(folder: string): Promise<string> {
  const device = await deviceOf(folder);
  let top = folder;
  while (dirname(top) !== top && (await deviceOf(dirname(top))) === device) top = dirname(top);
  return top;
}

/** Names that are taken in a trash. */
export async function trashedNames({ folder }: TrashFolder): Promise<string[]> {
  const listed = await Promise.all(['files', 'info'].map((part) => readdir(join(folder, part)).catch(() => [])));
  return listed.flat().map((name) => name.replace(/\.trashinfo$/, ''));
}

/** A path in the same trash that nothing lies at and that is not among these: the one that is wanted, or one with a number. */
export async function freeTrashedPath(wanted: string, besides: ReadonlySet<string>): Promise<string> {
  const ending = extname(wanted);
  for (let n = 1; ; n++) {
    const path = n === 1 ? wanted : `${wanted.slice(0, wanted.length - ending.length)} (${n})${ending}`;
    if (besides.has(path)) continue;
    if ((await look(path)) === null && (await look(infoPath(path))) === null) return path;
  }
}

/** Notes in a trash that a file is about to lie there, which makes the name its own. @throws the system's EEXIST where it is another's */
export async function note(trashed: string, source: string, at = new Date(), env = process.env): Promise<void> {
  const folder = dirname(dirname(trashed));
  for (const part of ['files', 'info']) await mkdir(join(folder, part), { recursive: true, mode: 0o700 });
  await writeInfo(infoPath(trashed), trashInfo({ top: topOf(folder, env) }, source, at));
}

/** The top of the drive that a trash is of; null for that of the home. */
function topOf(trash: string, env: NodeJS.ProcessEnv): string | null {
  if (trash === homeTrash(env)) return null;
  const above = dirname(trash);
  return basename(above) === '.Trash' ? dirname(above) : above;
}

function homeTrash(env: NodeJS.ProcessEnv): string {
  return join(env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'Trash');
}

async function writeInfo(file: string, text: string): Promise<void> {
  const info = await open(file, 'wx', 0o600);
  try {
    await info.writeFile(text);
    await info.sync();
  } catch (error) {
    // an empty one would keep the name taken
    await unlink(file).catch(() => undefined);
    throw error;
  } finally {
    await info.close();
  }
}

/** Where it was, as a URL has it, and when it was deleted, by this computer's clock. */
export function trashInfo({ top }: Pick<TrashFolder, 'top'>, source: string, at: Date): string {
  const path = top === null ? source : relative(top, source);
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
  return `[Trash Info]\nPath=${encoded}\nDeletionDate=${local}\n`;
}

/** What says where a file in a trash was. */
function infoPath(trashed: string): string {
  return join(dirname(dirname(trashed)), 'info', `${basename(trashed)}.trashinfo`);
}

/** Takes back what {@link note} wrote, whatever lies under that name. */
export async function unnote(trashed: string): Promise<void> {
  await unlink(infoPath(trashed)).catch(() => undefined);
}

/** Gives a name in the trash back that nothing lies under, where what is noted under it is this file. */
export async function release(trashed: string, source: string): Promise<void> {
  if ((await look(trashed)) !== null) return;
  if (await isNoted(trashed, source)) await unlink(infoPath(trashed)).catch(() => undefined);
}

/** Whether what is noted under a name in the trash is a file from this place. */
export async function isNoted(trashed: string, source: string, env = process.env): Promise<boolean> {
  const text = await readFile(infoPath(trashed), 'utf8').catch(() => '');
  const noted = notedPath(text);
  if (noted === null) return false;
  const top = topOf(dirname(dirname(trashed)), env);
  return noted === source || (top !== null && join(top, noted) === source);
}

/** Where a file was, by its `.trashinfo`; null where that cannot be read, as of one that another program wrote in another encoding. */
function notedPath(text: string): string | null {
  const noted = /^Path=(.*)$/m.exec(text)?.[1];
  if (noted === undefined) return null;
  try {
    return decodeURIComponent(noted);
  } catch {
    return null;
  }
}
