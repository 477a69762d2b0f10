/** One example as bytes: what the stores write into their files. */
import { parseTagged, stringifyTagged } from '../files/tagged-json.ts';
import type { StoredExample } from './store.ts';

const HEADER_BYTES = 16;
const HAS_LABEL = 1;
const HAS_DATA = 2;

/**
 * Flags (u32), dimensions (u32), label (f64), the embedding (f32 each), then the data as tagged JSON. Little-endian.
 *
 * @throws SimilarityError WRONG_SHAPE where the data cannot be written
 */
export function encodeExample({ embedding, label, data }: StoredExample): Buffer {
  const text = data === undefined ? '' : stringifyTagged('data', data);
  const start = HEADER_BYTES + embedding.byteLength;
  const record = Buffer.alloc(start + Buffer.byteLength(text));
  record.writeUInt32LE((label === undefined ? 0 : HAS_LABEL) | (data === undefined ? 0 : HAS_DATA), 0);
  record.writeUInt32LE(embedding.length, 4);
  record.writeDoubleLE(label ?? 0, 8);
  record.set(new Uint8Array(embedding.buffer, embedding.byteOffset, embedding.byteLength), HEADER_BYTES);
  record.write(text, start);
  return record;
}

/** The reverse of {@link encodeExample}. Throws where the bytes are none of its own. */
export function decodeExample(record: Uint8Array): StoredExample {
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  const flags = view.getUint32(0, true);
  const start = HEADER_BYTES + Float32Array.BYTES_PER_ELEMENT * view.getUint32(4, true);
  const embedding = new Float32Array(Uint8Array.from(record.subarray(HEADER_BYTES, start)).buffer);
  return {
    embedding,
    label: flags & HAS_LABEL ? view.getFloat64(8, true) : undefined,
    data: flags & HAS_DATA ? parseTagged(Buffer.from(record.subarray(start)).toString()) : undefined,
  };
}
