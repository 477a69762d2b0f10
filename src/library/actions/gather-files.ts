import { access, constants, opendir, realpath } from 'node:fs/promises';
import { basename, dirname, extname, join, relative } from 'node:path';
import { setImmediate as letOthersRun } from 'node:timers/promises';
import type {
  ActionInput,
  ActionKind,
  ActionPicture,
  ActionReason,
  RefusedFile,
} from '../../contract/action-schemas.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { FileRow } from '../catalog/file-store.ts';
import { pathInside } from '../indexing/path-inside.ts';
import { sourceState } from '../indexing/presence.ts';
import { nameKind } from '../media/formats.ts';
import { FolderNames } from '../media/pairs.ts';
import { look, type FileLook } from './file-look.ts';

/** A file that something is to be done with, as it lies on disk. */
export interface GatheredFile extends FileLook {
  readonly path: string;
  readonly role: 'picture' | 'sidecar' | 'pair';
  /** It is for pictures too that stay where they are. */
  readonly shared: boolean;
  readonly hash: string | null;
  readonly mediaId: number | null;
  readonly keptId: number | null;
  /** The file that is kept, and that a hard link is to lead to. */
  readonly keptPath: string | null;
  readonly keptSize: number | null;
  readonly keptMtimeMs: number | null;
  /** Of what goes with a picture: the picture's path. */
  readonly companionOf: string | null;
  /** Paths of further pictures that it goes with. */
  readonly alsoOf: readonly string[];
}

export interface Gathered {
  readonly files: GatheredFile[];
  readonly refused: RefusedFile[];
}

type KnownFile = FileRow & { readonly sourcePath: string };

/** A file of a picture that was asked for. */
interface Asked {
  readonly path: string;
  readonly row: KnownFile;
  readonly hash: string;
  readonly kept: ActionPicture['kept'];
}

/** Of what goes with a picture nothing is known. */
const NO_PICTURE = {
  hash: null,
  mediaId: null,
  keptId: null,
  keptPath: null,
  keptSize: null,
  keptMtimeMs: null,
} as const;

/** Files that are looked at at once. */
const AT_ONCE = 32;

/** These leave the file where it is, so that its folder need not be written to, and one file of a picture is enough. */
const LEAVING: ReadonlySet<ActionKind> = new Set(['copy', 'link']);

/**
 * Looks at the files of pictures, and at what goes with them: sidecars, and the other half of pairs that is no picture of its own.
 *
 * @throws ServiceError PICTURE_UNKNOWN
 */
export async function gatherFiles(catalog: Catalog, { kind, pictures }: ActionInput): Promise<Gathered> {
  const gathering = new Gathering(catalog, kind);
  return gathering.gather(pictures);
}

class Gathering {
  readonly #catalog: Catalog;
  readonly #kind: ActionKind;
  readonly #refused: RefusedFile[] = [];
  readonly #folders = new Map<string, Promise<FolderListing>>();
  readonly #sources = new Map<string, Promise<ActionReason | null>>();
  readonly #writable = new Map<string, Promise<boolean>>();
  readonly #inside = new Map<string, Promise<boolean>>();

  constructor(catalog: Catalog, kind: ActionKind) {
    this.#catalog = catalog;
    this.#kind = kind;
  }

  async gather(pictures: readonly ActionPicture[]): Promise<Gathered> {
    const asked = new Map<string, Asked>();
    for (const [i, picture] of pictures.entries()) {
      if (i % AT_ONCE === AT_ONCE - 1) await letOthersRun();
      for (const one of this.#filesOf(picture)) asked.set(one.path, one);
    }
    const found = await inSlices([...asked.values()], (one) => this.#picture(one, asked));
    const files = this.#oneEach(found.filter((file) => file !== null));
    const chosen = new Set(files.map(({ path }) => path));
    const beside = await inSlices(files, (file) => this.#companions(file, chosen));
    const all = [...oneOfEach(beside.flat()), ...files].map((file) => [file.path, file] as const);
    return { files: [...new Map(all).values()], refused: this.#refused };
  }

  #refuse(path: string, reason: ActionReason): null {
    this.#refused.push({ path, reason });
    return null;
  }

  #filesOf({ id, path, kept }: ActionPicture): Asked[] {
    const media = this.#catalog.media(id);
    if (!media) throw new ServiceError('PICTURE_UNKNOWN', String(id));
    const rows = this.#catalog.files.ofMedia(id);
    const files = rows.map((row) => ({ path: join(row.sourcePath, row.path), row, kept }));
    const chosen = path === undefined ? files : files.filter((file) => file.path === path);
    if (chosen.length === 0) this.#refuse(path ?? `picture ${id}`, 'gone');
    // a moment has the content of its video
    return chosen.map((file) => ({ ...file, hash: this.#catalog.media(file.row.mediaId)?.hash ?? media.hash }));
  }

  /** Of copies and links, one file a picture: the first that is there. */
  #oneEach(files: readonly GatheredFile[]): GatheredFile[] {
    if (!LEAVING.has(this.#kind)) return [...files];
    return [...new Map(files.toReversed().map((file) => [file.mediaId, file])).values()].reverse();
  }

  async #picture({ path, row, hash, kept }: Asked, asked: ReadonlyMap<string, Asked>): Promise<GatheredFile | null> {
    const reason = await this.#sourceReason(row.sourcePath);
    if (reason !== null) return this.#refuse(path, reason);
    const found = await look(path);
    if (found === null) return this.#refuse(path, 'gone');
    if (!found.isFile) return this.#refuse(path, 'not-a-file');
    if (!(await this.#isInside(row.sourcePath, dirname(path)))) return this.#refuse(path, 'outside');
    if (found.size !== row.size || found.mtimeMs !== row.mtimeMs) return this.#refuse(path, 'changed');
    if (!LEAVING.has(this.#kind) && !(await this.#isWritable(dirname(path)))) return this.#refuse(path, 'read-only');
    const keptFile = kept === undefined ? null : await this.#keptFile(kept, asked);
    if (kept !== undefined && keptFile === null) return this.#refuse(path, 'kept-missing');
    if (keptFile && (await isSameEntry(keptFile, { ...found, path }))) return this.#refuse(path, 'same-file');
    if (this.#kind === 'replace') {
      const problem = replaceProblem(found, hash, keptFile);
      if (problem !== null) return this.#refuse(path, problem);
    }
    const keptId = kept?.id ?? null;
    const keptLook = {
      keptPath: keptFile?.path ?? null,
      keptSize: keptFile?.size ?? null,
      keptMtimeMs: keptFile?.mtimeMs ?? null,
    };
    const picture = { role: 'picture', shared: false, companionOf: null, alsoOf: [], mediaId: row.mediaId } as const;
    return { ...found, ...picture, ...keptLook, path, hash, keptId };
  }

  /** The file that is kept, where it is there as it is known, and nothing is done with it as well. */
  async #keptFile(kept: NonNullable<Asked['kept']>, asked: ReadonlyMap<string, Asked>): Promise<KeptFile | null> {
    for (const row of this.#catalog.files.ofMedia(kept.id)) {
      const path = join(row.sourcePath, row.path);
      if ((kept.path !== undefined && kept.path !== path) || asked.has(path)) continue;
      const found = await look(path);
      if (found?.isFile !== true || found.size !== row.size || found.mtimeMs !== row.mtimeMs) continue;
      return { ...found, path, hash: this.#catalog.media(row.mediaId)?.hash ?? '' };
    }
    return null;
  }

  #sourceReason(folder: string): Promise<ActionReason | null> {
    const known = this.#sources.get(folder) ?? this.#askSource(folder);
    this.#sources.set(folder, known);
    return known;
  }

  async #askSource(folder: string): Promise<ActionReason | null> {
    const source = this.#catalog.sources.all().find(({ path }) => path === folder);
    return source && (await sourceState(this.#catalog, source)) === 'online' ? null : 'offline';
  }

  #isWritable(folder: string): Promise<boolean> {
    const known = this.#writable.get(folder) ?? canWrite(folder);
    this.#writable.set(folder, known);
    return known;
  }

  #isInside(source: string, folder: string): Promise<boolean> {
    const known = this.#inside.get(folder) ?? isStraight(source, folder);
    this.#inside.set(folder, known);
    return known;
  }

  #listing(folder: string): Promise<FolderListing> {
    const known = this.#folders.get(folder) ?? FolderListing.of(folder);
    this.#folders.set(folder, known);
    return known;
  }

  async #companions(picture: GatheredFile, chosen: ReadonlySet<string>): Promise<GatheredFile[]> {
    if (this.#kind === 'replace') return [];
    const folder = dirname(picture.path);
    const listing = await this.#listing(folder);
    const beside = listing.beside(picture.path.slice(folder.length + (folder.endsWith('/') ? 0 : 1)));
    const files: GatheredFile[] = [];
    for (const { name, role, others } of beside) {
      const path = join(folder, name);
      // a half that is a picture of its own is asked for by itself
      if (chosen.has(path) || (role === 'pair' && this.#isPicture(path))) continue;
      const found = await look(path);
      if (found?.isFile !== true) continue;
      const shared = others.some((other) => !chosen.has(join(folder, other)) && this.#isPicture(join(folder, other)));
      // what stays needs it: a move takes a copy along, the trash leaves it
      if (shared && (this.#kind === 'trash' || (this.#kind === 'move' && role === 'pair'))) continue;
      files.push({ ...found, ...NO_PICTURE, path, role, shared, companionOf: picture.path, alsoOf: [] });
    }
    return files;
  }

  #isPicture(path: string): boolean {
    for (const source of this.#catalog.sources.all()) {
      const inside = pathInside(source.path, path);
      if (inside !== null) return this.#catalog.files.at(source.id, inside) !== undefined;
    }
    return false;
  }
}

/** What goes with several pictures once, with all of them. */
function oneOfEach(companions: readonly GatheredFile[]): GatheredFile[] {
  return [...Map.groupBy(companions, ({ path }) => path).values()].flatMap(([first, ...others]) =>
    first ? [{ ...first, alsoOf: others.flatMap(({ companionOf }) => companionOf ?? []) }] : [],
  );
}

interface LocatedFile extends FileLook {
  readonly path: string;
}

interface KeptFile extends LocatedFile {
  readonly hash: string;
}

/** Whether two paths lead to one entry of one folder, as they do where a folder is mounted twice or capitals do not count: then what is done with one is done with the other. */
export async function isSameEntry(a: LocatedFile, b: LocatedFile): Promise<boolean> {
  if (a.inode !== b.inode || a.device !== b.device) return false;
  if (a.links === 1) return true;
  const [folderA, folderB] = await Promise.all([look(dirname(a.path)), look(dirname(b.path))]);
  return basename(a.path) === basename(b.path) && folderA?.inode === folderB?.inode;
}

function replaceProblem(file: FileLook, hash: string, kept: KeptFile | null): ActionReason | null {
  if (kept === null) return 'kept-missing';
  if (kept.hash !== hash) return 'different-bytes';
  if (kept.device !== file.device) return 'other-drive';
  return kept.inode === file.inode ? 'already-one' : null;
}

/** What lies in a folder, by what belongs together. */
class FolderListing {
  readonly #pairs: FolderNames;
  /** Names in small letters, with those that there are: sidecars, and what can be shown. */
  readonly #sidecars = new Map<string, string[]>();
  readonly #shown = new Map<string, string[]>();

  constructor(names: readonly string[]) {
    this.#pairs = new FolderNames(names);
    for (const name of names) {
      const kind = nameKind(name);
      if (kind === 'sidecar') add(this.#sidecars, name.slice(0, -extname(name).length).toLowerCase(), name);
      else if (kind === 'picture' || kind === 'video') add(this.#shown, stemOf(name), name);
    }
  }

  static async of(folder: string): Promise<FolderListing> {
    const names: string[] = [];
    try {
      for await (const entry of await opendir(folder, { bufferSize: 64 })) names.push(entry.name);
    } catch {
      // gone, or without permission: the pictures in it are refused
    }
    return new FolderListing(names);
  }

  /** What goes with a picture; `others` are pictures that it is for as well. */
  beside(name: string): { readonly name: string; readonly role: 'sidecar' | 'pair'; readonly others: string[] }[] {
    const alike = (this.#shown.get(stemOf(name)) ?? []).filter((other) => other !== name);
    const own = (this.#sidecars.get(name.toLowerCase()) ?? []).map((each) => ({ name: each, others: [] }));
    const common = (this.#sidecars.get(stemOf(name)) ?? []).map((each) => ({ name: each, others: alike }));
    const pairs = this.#pairs.companionsOf(name).map((each) => ({
      name: each,
      role: 'pair' as const,
      others: alike.filter((other) => this.#pairs.companionsOf(other).includes(each)),
    }));
    return [...[...own, ...common].map((each) => ({ ...each, role: 'sidecar' as const })), ...pairs];
  }
}

function add(map: Map<string, string[]>, key: string, name: string): void {
  const known = map.get(key);
  if (known) known.push(name);
  else map.set(key, [name]);
}

function stemOf(name: string): string {
  return name.slice(0, name.length - extname(name).length).toLowerCase();
}

/** Whether no link leads from a source to a folder in it: one that was put there since the scan may lead out of it. */
export async function isStraight(source: string, folder: string): Promise<boolean> {
  const [real, realSource] = await Promise.all([
    realpath(folder).catch(() => null),
    realpath(source).catch(() => null),
  ]);
  return real !== null && realSource !== null && real === join(realSource, relative(source, folder));
}

/** Whether this process may put files into a folder, and take some out of it. */
export function canWrite(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
}

async function inSlices<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let i = 0; i < items.length; i += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(i, i + AT_ONCE).map(work))));
  }
  return results;
}
