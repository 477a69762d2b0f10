import { resolve } from 'node:path';
import { ServiceError } from '../contract/errors.ts';
import type { PictureGroup } from '../contract/group-schemas.ts';
import type { SharedOptions } from './shared-options.ts';
import { plural } from './format.ts';
import { Output } from './output.ts';
import { UsageError, withLibrary, withReadLibrary, type Session } from './session.ts';

export interface LabelOptions {
  readonly fromFolders?: string;
  /** The pictures do not belong. */
  readonly not: boolean;
}

function showGroup(output: Output, { name, pictures, refused }: PictureGroup): void {
  if (output.json) output.value({ group: name, photos: pictures });
  else output.line(`${name}  ${plural(pictures, 'photo')}${refused > 0 ? `, ${refused} said not to belong` : ''}`);
}

export async function groupsCommand(shared: SharedOptions): Promise<number> {
  const output = new Output(shared.json);
  const groups = await withReadLibrary({ libraryFolder: shared.library }, ({ client }) => client.groups.list());
  for (const group of groups) showGroup(output, group);
  return 0;
}

/** Puts pictures into a group, which is made where there is none of that name; or makes groups of folders. */
export async function labelCommand(
  shared: SharedOptions,
  name: string | undefined,
  photos: string[],
  { fromFolders, not }: LabelOptions,
): Promise<number> {
  const output = new Output(shared.json);
  if (fromFolders !== undefined) {
    if (name !== undefined) throw new UsageError('--from-folders takes no group: each sub-folder is one');
    const { groups } = await withLibrary({ libraryFolder: shared.library }, ({ client }) =>
      client.groups.createFromFolders({ root: resolve(fromFolders) }),
    );
    for (const group of groups) showGroup(output, group);
    return 0;
  }
  if (name === undefined || photos.length === 0) throw new UsageError('name a group and at least one photo');
  return withLibrary({ libraryFolder: shared.library }, async (session) => {
    const { client } = session;
    const pictures = await picturesAt(session, photos);
    const known = await groupNamed(session, name);
    const id = known?.id ?? (await client.groups.create({ name })).group?.id ?? 0;
    const { group } = await client.groups.label({ id, pictures, verdict: not ? 'out' : 'in' });
    if (group) showGroup(output, group);
    return 0;
  });
}

export async function unlabelCommand(shared: SharedOptions, name: string, photos: string[]): Promise<number> {
  const output = new Output(shared.json);
  return withLibrary({ libraryFolder: shared.library }, async (session) => {
    const { id } = await requireGroup(session, name);
    const pictures = await picturesAt(session, photos);
    const { group } = await session.client.groups.label({ id, pictures, verdict: 'none' });
    if (group) showGroup(output, group);
    return 0;
  });
}

/** Undoes the last change of groups. */
export async function undoGroupsCommand(shared: SharedOptions): Promise<number> {
  const output = new Output(shared.json);
  const { description } = await withLibrary({ libraryFolder: shared.library }, ({ client }) => client.groups.undo());
  if (shared.json) output.value({ undone: description });
  else output.line(`${description}.`);
  return 0;
}

/** Ids of photos by path. @throws ServiceError PICTURE_UNKNOWN */
export async function picturesAt({ client }: Session, photos: readonly string[]): Promise<number[]> {
  const paths = photos.map((photo) => resolve(photo));
  const ids = await client.pictures.at({ paths });
  return paths.map((path, i) => {
    const id = ids[i];
    if (id == null) throw new ServiceError('PICTURE_UNKNOWN', `${path}; index its folder first`);
    return id;
  });
}

async function groupNamed({ client }: Session, name: string): Promise<PictureGroup | undefined> {
  const groups = await client.groups.list();
  return groups.find((group) => group.name.toLowerCase() === name.trim().toLowerCase());
}

/** A group by its name. @throws ServiceError GROUP_UNKNOWN */
export async function requireGroup(session: Session, name: string): Promise<PictureGroup> {
  const group = await groupNamed(session, name);
  if (!group) throw new ServiceError('GROUP_UNKNOWN', name);
  return group;
}

/** Pictures that may belong to a group. */
export async function suggestCommand(shared: SharedOptions, name: string, { k }: { k: number }): Promise<number> {
  const output = new Output(shared.json);
  const found = await withLibrary({ libraryFolder: shared.library, access: 'read' }, async (session) =>
    session.client.groups.suggest({ id: (await requireGroup(session, name)).id, k }),
  );
  if (found.sentence !== null) output.notice(found.sentence);
  for (const { path, score, probability } of found.suggestions) {
    if (shared.json) output.value({ path, score, probability });
    else output.line(`${probability.toFixed(2)}  ${score.toFixed(3)}  ${path}`);
  }
  return 0;
}
