import { basename } from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import { pathInside } from '../indexing/path-inside.ts';

/**
 * The pictures of each folder that lies directly in `root`, those of folders below it too. Pictures in `root` itself are in none, unless
 * there are no others: then they are of `root`.
 *
 * @param root real path
 * @returns ids by the folder's name, in the order of names
 */
export function picturesByFolder(catalog: Catalog, root: string): Map<string, number[]> {
  const byName = new Map<string, Set<number>>();
  const own = new Set<number>();
  for (const source of catalog.sources.all()) {
    // the root is part of the source, or the source of the root
    const prefix = pathInside(source.path, root);
    const outer = pathInside(root, source.path);
    if (prefix === null && outer === null) continue;
    for (const { path, mediaId } of catalog.files.ofSource(source.id)) {
      const inside = prefix === null ? `${outer}/${path}` : withoutPrefix(path, prefix);
      const name = inside?.includes('/') ? inside.split('/')[0] : undefined;
      if (inside !== null && name === undefined) own.add(mediaId);
      if (!name) continue;
      const ids = byName.get(name);
      if (ids) ids.add(mediaId);
      else byName.set(name, new Set([mediaId]));
    }
  }
  if (byName.size === 0 && own.size > 0) byName.set(basename(root) || root, own);
  const names = [...byName.keys()].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return new Map(names.map((name) => [name, [...(byName.get(name) ?? [])]]));
}

function withoutPrefix(path: string, prefix: string): string | null {
  if (prefix === '') return path;
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length + 1) : null;
}
