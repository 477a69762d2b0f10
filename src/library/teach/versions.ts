import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelVersion } from '../../contract/teach-schemas.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { TaughtModelRow } from '../catalog/model-store.ts';
import type { ModelParts } from '../encoders/model-parts.ts';
import type { LibraryPaths } from '../library-folder.ts';
import type { LabelledGroup } from './labelled-groups.ts';
import { parseDescription } from './model-description.ts';

type Row = Omit<TaughtModelRow, 'head'>;

/** All versions, the newest first, and last the encoder's own projection. */
export async function listVersions(catalog: Catalog, parts: ModelParts, paths: LibraryPaths): Promise<ModelVersion[]> {
  const { encoder, base, projection } = parts;
  const rows = catalog.models.all();
  const versions = await Promise.all(
    rows.map(async (row): Promise<ModelVersion> => {
      const { name, groups, evaluation, verdict, curves, recipe } = parseDescription(row.description);
      return {
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
  return [...versions, own];
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

/** What can be asked of a version as it is kept. */
export function describeVersion(row: Row): { labelsChanged(groups: readonly LabelledGroup[]): number } {
  const { groups: taught } = parseDescription(row.description);
  return {
    /** How many members were added or taken out since it was taught. */
    labelsChanged: (groups) => {
      const before = new Map(taught.map(({ id, members }) => [id, new Set(members)]));
      let changed = 0;
      for (const { id, members } of groups) {
        const known = before.get(id) ?? new Set<number>();
        const now = new Set(members);
        changed += now.difference(known).size + known.difference(now).size;
        before.delete(id);
      }
      return changed;
    },
  };
}
