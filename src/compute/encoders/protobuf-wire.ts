/**
 * Protocol-buffer messages as they lie in a file: enough to replace a few fields of a model of hundreds of megabytes without
 * decoding its weights. Format: https://protobuf.dev/programming-guides/encoding/
 */

/** One field of a message. */
export interface WireField {
  readonly number: number;
  /** All its bytes, with its tag. */
  readonly bytes: Uint8Array;
  /** The content of a length-delimited field (a message, a string, bytes); otherwise empty. */
  readonly content: Uint8Array;
  /** The value of a varint field below 2^53; otherwise 0. */
  readonly value: number;
}

/** The fields of a message, in order. RangeError where it ends within one or is no such message. */
export function* readFields(message: Uint8Array): Generator<WireField> {
  const reader = { message, offset: 0 };
  while (reader.offset < message.length) {
    const start = reader.offset;
    const tag = readVarint(reader);
    const [number, kind] = [Math.floor(tag / 8), tag % 8];
    let content = message.subarray(0, 0);
    let value = 0;
    if (kind === 0) value = readVarint(reader);
    else if (kind === 1) reader.offset += 8;
    else if (kind === 5) reader.offset += 4;
    else if (kind === 2) {
      const length = readVarint(reader);
      content = message.subarray(reader.offset, reader.offset + length);
      reader.offset += length;
    } else throw new RangeError(`a field of kind ${kind}`);
    if (number === 0 || reader.offset > message.length) throw new RangeError('the message ends within a field');
    yield { number, bytes: message.subarray(start, reader.offset), content, value };
  }
}

function readVarint(reader: { message: Uint8Array; offset: number }): number {
  let value = 0;
  for (let shift = 0; shift < 70; shift += 7) {
    const byte = reader.message[reader.offset];
    if (byte === undefined) throw new RangeError('the message ends within a number');
    reader.offset++;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return value;
  }
  throw new RangeError('a number is too long');
}

/** A length-delimited field: its tag and length, then the parts of its content, not copied. */
export function delimited(number: number, parts: readonly Uint8Array[]): Uint8Array[] {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return [Uint8Array.from([...varint(number * 8 + 2), ...varint(length)]), ...parts];
}

/** A varint field. */
export function varintField(number: number, value: number): Uint8Array {
  return Uint8Array.from([...varint(number * 8), ...varint(value)]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return [...bytes, rest];
}

/** The first string field with this number. */
export function stringField(message: Uint8Array, number: number): string {
  for (const field of readFields(message))
    if (field.number === number) return Buffer.from(field.content).toString('utf8');
  return '';
}
