import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename, join } from 'node:path';
import type { IgnoreRule } from '../../contract/ignore-schemas.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { sourceHolding } from '../indexing/sources.ts';
import type { MadeRule } from './library-file.ts';

/** A rule with what it means in another library: of a single file its content. */
export async function madeRule(rule: IgnoreRule): Promise<MadeRule> {
  return { rule, hash: rule.kind === 'file' ? await hashOfFile(rule.path) : null };
}

/** Read piece by piece: what is left out may be a long video. Null where it is gone, or its drive is. */
async function hashOfFile(path: string): Promise<string | null> {
  const hash = createHash('sha256');
  try {
    for await (const piece of createReadStream(path)) hash.update(piece as Uint8Array);
  } catch {
    return null;
  }
  return hash.digest('hex');
}

/**
 * What a rule of another library means in this one: a rule about a file is about the one at its path, where that is in this library and is not another
 * picture; else about the files of the same content, of the same name or the only one.
 *
 * @returns null where the file is not here
 */
export function rulesHere(catalog: Catalog, { rule, hash }: MadeRule): IgnoreRule[] | null {
  if (rule.kind !== 'file') return [rule];
  const here = hash === null ? undefined : catalog.mediaByHash(hash);
  const holding = sourceHolding(catalog, rule.path);
  if (holding) {
    const known = catalog.files.at(holding.source.id, holding.inside);
    if (known === undefined || known.mediaId === here?.id || hash === null) return [rule];
  }
  if (!here) return null;
  const paths = catalog.files.ofMedia(here.id).map(({ sourcePath, path }) => join(sourcePath, path));
  const named = paths.filter((path) => basename(path) === basename(rule.path));
  // none where it is left out here already
  const meant = named.length > 0 || paths.length > 1 ? named : paths;
  return meant.map((path) => ({ kind: 'file', path }));
}
