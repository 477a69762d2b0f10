import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelVersion } from '../../contract/teach-schemas.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { ModelParts } from '../encoders/model-parts.ts';
import type { LibraryPaths } from '../library-folder.ts';
import type { LabelledGroup } from './labelled-groups.ts';
import type { ModelDescription, VersionDescriptions } from './model-description.ts';

/** All versions, the newest first, and last the encoder's own projection. */
export async function listVersions(
  descriptions: VersionDescriptions,
  catalog: Catalog,
  parts: ModelParts,
  paths: LibraryPaths,
): Promise<ModelVersion[]> {
  const { encoder, base, projection } = parts;
  const versions = await Promise.all(
    catalog.models.all().map(async (row): Promise<ModelVersion[]> => {
      const description = descriptions.of(row.id);
      if (!description) return [];
      const { name, groups, evaluation, verdict, curves, recipe } = description;
      const version = {
        id: row.id,
        name,
        kind: row.kind,
        encoder: row.encoder,
        createdAt: row.createdAt,
        active: row.id === projection.id,
        usable: row.encoder === encoder.id && row.base === base.id,
        groups: groups.map((group) => ({ name: group.name, pictures: group.members.length })),
        evaluation,
        verdict,
        curves,
        recipe,
        bytes: await bytesOf(join(paths.vectors, row.id)),
      };
      return [version];
    }),
  );
  const own: ModelVersion = {
    id: base.id,
    name: 'Before any teaching',
    kind: 'base',
    encoder: encoder.id,
    createdAt: null,
    active: base.id === projection.id,
    usable: true,
    groups: [],
    evaluation: null,
    verdict: null,
    curves: null,
    recipe: base.name,
    bytes: await bytesOf(join(paths.vectors, base.id)),
  };
  return [...versions.flat(), own];
}

async function bytesOf(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** How many members were added to groups or taken out of them since a version was taught. */
export function labelsChanged({ groups: taught }: ModelDescription, groups: readonly LabelledGroup[]): number {
  const before = new Map(taught.map(({ id, members }) => [id, new Set(members)]));
  let changed = 0;
  for (const { id, members } of groups) {
    const known = before.get(id) ?? new Set<number>();
    const now = new Set(members);
    changed += now.difference(known).size + known.difference(now).size;
  }
  return changed;
}
