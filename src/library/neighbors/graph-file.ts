import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeError } from '../library-folder.ts';
import { GRAPH_NEIGHBORS, NeighborGraph } from './neighbor-graph.ts';

const FILE = 'neighbors.bin';

/** The file's first line, JSON; the lists follow it. A file of another model, version or half a write is never used. */
const headerSchema = z.object({
  format: z.literal(1),
  model: z.string(),
  neighbors: z.literal(GRAPH_NEIGHBORS),
  sha256: z.string(),
});

/** Loads the graph of a model, or null where there is none that can be trusted: it is a cache and is built again. */
export async function loadGraph(folder: string, model: string): Promise<NeighborGraph | null> {
  try {
    const bytes = await readFile(join(folder, FILE));
    const end = bytes.indexOf('\n');
    const header = headerSchema.parse(JSON.parse(bytes.toString('utf8', 0, end)));
    const lists = bytes.subarray(end + 1);
    if (header.model !== model || header.sha256 !== sha256(lists)) return null;
    return NeighborGraph.unpack(lists);
  } catch {
    // missing, damaged, of another version: all the same here
    return null;
  }
}

/** Writes the graph aside and renames it. @throws ServiceError DISK_FULL or LIBRARY_READ_ONLY */
export async function saveGraph(folder: string, model: string, graph: NeighborGraph): Promise<void> {
  const lists = graph.pack();
  const header = { format: 1, model, neighbors: GRAPH_NEIGHBORS, sha256: sha256(lists) };
  const aside = join(folder, `${FILE}.tmp`);
  try {
    await mkdir(folder, { recursive: true });
    const handle = await open(aside, 'w');
    try {
      await handle.writeFile(`${JSON.stringify(header)}\n`);
      await handle.writeFile(lists);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(aside, join(folder, FILE));
  } catch (cause) {
    throw writeError(cause as NodeJS.ErrnoException);
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
