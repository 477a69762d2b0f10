import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ContentCheck, contentChecksums, writeHeaded } from '../../headed-file.ts';
import type { MapLayout } from './map-layout.ts';

const FILE = 'map.bin';

/** The file's first line, JSON; ids and positions follow it. A file of another model, version or half a write is never used. */
const headerSchema = z.object({
  format: z.literal(1),
  model: z.string(),
  pictures: z.number().int().nonnegative(),
  unit: z.number().positive(),
  added: z.number().int().nonnegative(),
  ...contentChecksums,
});

/** Loads the map of a model, or null where there is none that can be trusted: it is a cache and is laid out again. */
export async function loadMap(folder: string, model: string): Promise<MapLayout | null> {
  try {
    const bytes = await readFile(join(folder, FILE));
    const end = bytes.indexOf('\n');
    const header = headerSchema.parse(JSON.parse(bytes.toString('utf8', 0, end)));
    const content = Uint8Array.from(bytes.subarray(end + 1)).buffer;
    const { pictures, unit, added } = header;
    if (header.model !== model || content.byteLength !== 12 * pictures) return null;
    if (!new ContentCheck(header).update(new Uint8Array(content)).passes()) return null;
    const ids = new Uint32Array(content, 0, pictures);
    return { ids, positions: new Float32Array(content, 4 * pictures), unit, added };
  } catch {
    // missing, damaged, of another version: all the same here
    return null;
  }
}

/** Writes the map aside and renames it. @throws ServiceError DISK_FULL or LIBRARY_READ_ONLY */
export async function saveMap(folder: string, model: string, layout: MapLayout): Promise<void> {
  const { ids, positions, unit, added } = layout;
  const header = { format: 1, model, pictures: ids.length, unit, added };
  await writeHeaded(folder, FILE, header, Buffer.concat([bytesOf(ids), bytesOf(positions)]));
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array | Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
