import { join } from 'node:path';
import type { FileFailureCode } from '../../contract/errors.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { IndexTarget } from './plan-target.ts';

/** Which failures: of these paths (absolute), of this code, or all where neither is given. */
export interface WhichFailures {
  readonly paths?: readonly string[] | undefined;
  readonly code?: FileFailureCode | undefined;
}

/** Marks files that failed to be read again by the next run, whatever it is, and gives the targets of one that reads them now. */
export function retryTargets(catalog: Catalog, { paths, code }: WhichFailures): IndexTarget[] {
  const asked = paths && new Set(paths);
  const targets: IndexTarget[] = [];
  for (const source of catalog.sources.all()) {
    const again = catalog.files
      .failuresOfSource(source.id)
      .filter((failure) => code === undefined || failure.code === code)
      .filter(({ path }) => asked === undefined || asked.has(join(source.path, path)))
      .map(({ path }) => path);
    if (again.length === 0) continue;
    catalog.files.tryAgain(source.id, again);
    targets.push({ source, start: '', paths: again });
  }
  return targets;
}
