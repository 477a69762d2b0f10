import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CalibrationResults } from '../evaluators/index.ts';
import { damaged, inTurn, makeFolder, readSaved, writeSaved } from '../files/saved.ts';

/** Of what a folder holds; another version is not read. */
const VERSION = 1;

/** Search and store of one `save` lie in a folder of their own, which the manifest names. */
const CONTENT_FOLDER = /^content-(\d+)$/;

/** A calibration, and the name of the metric that it was made by. */
export interface Calibration extends CalibrationResults {
  readonly metric: string;
}

/** What a saved index is. */
export interface Manifest {
  readonly dimensions: number;
  readonly distance: string;
  readonly search: string;
  readonly store: string;
  readonly size: number;
  readonly statBufferSize: number;
  readonly calibration: Calibration | null;
}

/**
 * Writes an index into a folder, which is made where it is not there. The manifest comes last: until then what was there
 * before is what a reader finds, and then it is deleted.
 *
 * @param writeContent writes search and store into the folder that it is given, and says what they are
 * @throws SimilarityError FILE_DAMAGED where a file has the folder's name
 */
export async function writeIndex(folder: string, writeContent: (folder: string) => Promise<Manifest>): Promise<void> {
  await inTurn(folder, async () => {
    await makeFolder(folder);
    const content = await nextContentFolder(folder);
    await mkdir(join(folder, content));
    const manifest = await writeContent(join(folder, content));
    await writeSaved(folder, 'index', { version: VERSION, content, ...manifest });
    for (const name of await readdir(folder)) {
      if (name !== content && CONTENT_FOLDER.test(name)) await rm(join(folder, name), { recursive: true });
    }
  });
}

/**
 * @returns the manifest, and the folder that search and store lie in
 * @throws SimilarityError FILE_MISSING or FILE_DAMAGED
 */
export async function readManifest(folder: string): Promise<{ manifest: Manifest; content: string }> {
  const { description } = await readSaved(folder, 'index');
  const { version, content, ...manifest } = description as unknown as Manifest & { version: number; content: string };
  if (version !== VERSION)
    throw damaged(folder, `its version is ${version}, and this program reads version ${VERSION}`);
  return { manifest, content: join(folder, content) };
}

async function nextContentFolder(folder: string): Promise<string> {
  const numbers = (await readdir(folder)).map((name) => Number(CONTENT_FOLDER.exec(name)?.[1] ?? 0));
  return `content-${Math.max(0, ...numbers) + 1}`;
}
