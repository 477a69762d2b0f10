import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ContentCheck, contentChecksums, writeHeaded } from '../headed-file.ts';
import { GRAPH_NEIGHBORS, NeighborGraph, ROW_BYTES } from './neighbor-graph.ts';

const FILE = 'neighbors.bin';

/** The file's first line, JSON; the lists follow it. A file of another model, version or half a write is never used. */
const headerSchema = z.object({
  format: z.literal(1),
  model: z.string(),
  neighbors: z.literal(GRAPH_NEIGHBORS),
  ...contentChecksums,
});

/** The header is shorter than this. */
const HEADER_BYTES = 1024;
/** Lists read at once: 720 kB, about 2 ms. */
const LISTS_AT_ONCE = 4096;

/** Loads the graph of a model, or null where there is none that can be trusted: it is a cache and is built again. */
export async function loadGraph(folder: string, model: string): Promise<NeighborGraph | null> {
  try {
    const handle = await open(join(folder, FILE));
    try {
      return await readGraph(handle, model);
    } finally {
      await handle.close();
    }
  } catch {
    // missing, damaged, of another version: all the same here
    return null;
  }
}

/** A part at a time: the lists are never in memory twice. */
async function readGraph(handle: FileHandle, model: string): Promise<NeighborGraph | null> {
  const buffer = Buffer.allocUnsafe(LISTS_AT_ONCE * ROW_BYTES);
  const { bytesRead } = await handle.read(buffer, 0, HEADER_BYTES, 0);
  const end = buffer.subarray(0, bytesRead).indexOf('\n');
  const header = headerSchema.parse(JSON.parse(buffer.toString('utf8', 0, end)));
  if (header.model !== model) return null;
  const check = new ContentCheck(header);
  const graph = new NeighborGraph();
  const { size } = await handle.stat();
  graph.reserve(Math.ceil((size - end) / ROW_BYTES));
  for (let at = end + 1; at < size;) {
    const part = await handle.read(buffer, 0, buffer.length, at);
    if (part.bytesRead === 0) return null;
    const lists = buffer.subarray(0, part.bytesRead);
    check.update(lists);
    graph.unpack(lists);
    at += part.bytesRead;
  }
  return check.passes() ? graph : null;
}

/** Writes the graph aside and renames it. @throws ServiceError DISK_FULL or LIBRARY_READ_ONLY */
export async function saveGraph(folder: string, model: string, graph: NeighborGraph): Promise<void> {
  await writeHeaded(folder, FILE, { format: 1, model, neighbors: GRAPH_NEIGHBORS }, graph.pack());
}
