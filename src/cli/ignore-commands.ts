import { resolve } from 'node:path';
import type { IgnoreRule } from '../contract/ignore-schemas.ts';
import type { SharedOptions } from './shared-options.ts';
import { plural } from './format.ts';
import { Output } from './output.ts';
import { UsageError, withLibrary, withReadLibrary } from './session.ts';

/** Lists what is left out of the library. */
export async function ignoreCommand(shared: SharedOptions): Promise<number> {
  const output = new Output(shared.json);
  const rules = await withReadLibrary({ libraryFolder: shared.library }, ({ client }) => client.ignore.list());
  for (const { id, rule, since } of rules) {
    if (shared.json) output.value({ id, ...rule, since });
    else output.line(`${id}  ${described(rule)}`);
  }
  if (!shared.json && rules.length === 0) output.line('No rule leaves anything out.');
  return 0;
}

export interface IgnoreAddOptions {
  readonly folder?: string[];
  readonly file?: string[];
  readonly size?: number;
  readonly dryRun: boolean;
}

/** Leaves files out of the library from the next index run on; with a dry run, says what that would be. */
export async function ignoreAddCommand(
  shared: SharedOptions,
  patterns: string[],
  options: IgnoreAddOptions,
): Promise<number> {
  const rules: IgnoreRule[] = [
    ...patterns.map((pattern) => ({ kind: 'pattern' as const, pattern })),
    ...(options.folder ?? []).map((name) => ({ kind: 'folder' as const, name })),
    ...(options.file ?? []).map((path) => ({ kind: 'file' as const, path: resolve(path) })),
    ...(options.size === undefined ? [] : [{ kind: 'size' as const, bytes: options.size }]),
  ];
  if (rules.length === 0) throw new UsageError('name a pattern, or give --folder, --file or --size');
  const output = new Output(shared.json);
  const access = options.dryRun ? 'read' : 'write';
  await withLibrary({ libraryFolder: shared.library, access }, async ({ client }) => {
    for (const rule of rules) {
      const { files, pictures, examples, complete } = await client.ignore.preview({ rule });
      if (shared.json) output.value({ ...rule, files, pictures, examples, complete });
      else {
        output.line(
          `${described(rule)}: ${plural(files, 'file')}, of them in the library ${plural(pictures, 'picture')}.`,
        );
        for (const path of examples) output.line(`  ${path}`);
      }
    }
    if (!options.dryRun) await client.ignore.add({ rules });
  });
  if (!shared.json && !options.dryRun) output.line('The next `semblance index` leaves them out.');
  return 0;
}

/** Removes rules by their numbers. */
export async function ignoreRemoveCommand(shared: SharedOptions, ids: string[]): Promise<number> {
  const numbers = ids.map(Number);
  if (numbers.some((id) => !Number.isInteger(id) || id < 1)) throw new UsageError('name rules by their numbers');
  const output = new Output(shared.json);
  await withLibrary({ libraryFolder: shared.library }, ({ client }) => client.ignore.remove({ ids: numbers }));
  if (!shared.json) output.line('The next `semblance index` finds again what they left out.');
  return 0;
}

function described(rule: IgnoreRule): string {
  switch (rule.kind) {
    case 'file':
      return rule.path;
    case 'pattern':
      return `files like ${rule.pattern}`;
    case 'folder':
      return `folders named ${rule.name}`;
    case 'size':
      return `files of fewer than ${rule.bytes} bytes`;
  }
}
