import { createHash, randomBytes } from 'node:crypto';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { ServiceError } from '../contract/errors.ts';
import { writeError } from './library-folder.ts';

const head = z.object({ format: z.string(), version: z.number().int().positive() });

/** The files of one format that this program reads. */
export interface CheckedFormat {
  readonly format: string;
  /** The newest version. */
  readonly version: number;
  /** A larger file is neither written nor read. */
  readonly mostBytes: number;
}

/**
 * Writes a JSON object whose first fields are format and version and whose last is `sha256`: SHA-256, in hex, of the JSON of all fields
 * before. It is written aside and renamed, so that what has the name is whole; a list item by item, so that searches are answered between.
 *
 * @param fields in their order
 * @returns bytes written
 * @throws ServiceError EXPORT_TOO_LARGE, FOLDER_MISSING, DISK_FULL, LIBRARY_READ_ONLY
 */
export async function writeChecked(
  path: string,
  { format, version, mostBytes }: CheckedFormat,
  fields: Readonly<Record<string, unknown>>,
): Promise<number> {
  const aside = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    const handle = await open(aside, 'wx');
    try {
      for (const piece of pieces({ format, version, ...fields })) {
        bytes += Buffer.byteLength(piece);
        if (bytes > mostBytes) throw new ServiceError('EXPORT_TOO_LARGE', `${Math.round(mostBytes / 2 ** 20)} MB`);
        hash.update(piece);
        await handle.writeFile(piece);
      }
      hash.update('}');
      const end = `,"sha256":"${hash.digest('hex')}"}`;
      bytes += end.length;
      await handle.writeFile(end);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(aside, path);
  } catch (cause) {
    await rm(aside, { force: true });
    if (cause instanceof ServiceError) throw cause;
    const error = cause as NodeJS.ErrnoException;
    throw error.code === 'ENOENT' ? new ServiceError('FOLDER_MISSING', dirname(path), { cause }) : writeError(error);
  }
  return bytes;
}

/** The JSON of an object, without its closing brace. */
function* pieces(fields: Readonly<Record<string, unknown>>): Generator<string> {
  let before = '{';
  for (const [name, value] of Object.entries(fields)) {
    const key = `${before}${JSON.stringify(name)}:`;
    before = ',';
    if (!Array.isArray(value)) {
      yield key + JSON.stringify(value);
      continue;
    }
    yield `${key}[`;
    for (const [i, item] of value.entries()) yield (i > 0 ? ',' : '') + JSON.stringify(item);
    yield ']';
  }
}

/**
 * Reads what {@link writeChecked} wrote. The checksum is of what is in the file: a field that came later is filled in by the schema.
 *
 * @throws ServiceError EXPORT_NEWER; any other error where the file is none, or damaged
 */
export async function readChecked<Content extends { readonly sha256: string }>(
  path: string,
  { format, version, mostBytes }: CheckedFormat,
  schema: z.ZodType<Content>,
): Promise<Content> {
  const { size } = await stat(path);
  if (size > mostBytes) throw new RangeError(`it has ${size} bytes`);
  const json: unknown = JSON.parse(await readFile(path, 'utf8'));
  const given = head.parse(json);
  if (given.format !== format) throw new RangeError(`it is of the format ${given.format}`);
  if (given.version > version) throw new ServiceError('EXPORT_NEWER', `${path}: version ${given.version}`);
  const content = schema.parse(json);
  const { sha256: _, ...rest } = json as Content;
  const sum = createHash('sha256').update(JSON.stringify(rest)).digest('hex');
  if (sum !== content.sha256) throw new RangeError('its checksum is wrong');
  return content;
}
