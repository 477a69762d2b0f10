import { opendir, stat } from 'node:fs/promises';
import type { Source } from '../../contract/schemas.ts';
import type { Catalog, SourceRow } from '../catalog/catalog.ts';

/**
 * Whether a source is there: its folder is, and is not the empty place where a drive is to be mounted.
 */
export async function sourceState(catalog: Catalog, source: SourceRow): Promise<Source['state']> {
  try {
    if (!(await stat(source.path)).isDirectory()) return 'offline';
    if (!(await isEmpty(source.path))) return 'online';
  } catch {
    // gone, or not to be read
    return 'offline';
  }
  return catalog.sourcePictures(source.id) > 0 ? 'offline' : 'online';
}

async function isEmpty(folder: string): Promise<boolean> {
  const directory = await opendir(folder, { bufferSize: 1 });
  try {
    return (await directory.read()) === null;
  } finally {
    await directory.close();
  }
}
