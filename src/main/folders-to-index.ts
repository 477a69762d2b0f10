import type { ServiceClient } from '../contract/contract.ts';
import type { PickedByPerson } from './picked-by-person.ts';

/**
 * Adds folders to the library and indexes them, as soon as a run that is under way has ended.
 *
 * `onProblem` gets the sentence of each folder that could not be added; the others are indexed all the same.
 */
export async function indexFolders(
  client: ServiceClient,
  picked: PickedByPerson,
  folders: readonly string[],
  onProblem: (folder: string, error: unknown) => void,
): Promise<void> {
  const sourceIds: number[] = [];
  for (const path of folders) {
    try {
      // who started the program named them
      await picked.addFolder(path);
      sourceIds.push((await client.sources.add({ path })).id);
    } catch (error) {
      onProblem(path, error);
    }
  }
  if (sourceIds.length === 0) return;
  for await (const event of await client.indexing.watch()) {
    if (event.type === 'progress' && event.state === 'idle') break;
  }
  await client.indexing.start({ sourceIds });
}
