import { decodeText, longText, nameText, wallTime, zoneOffset } from './metadata-values.ts';
import { keywordsOf, NO_METADATA, type PictureMetadata } from './picture-metadata.ts';

/** More than any file has: a data set takes five bytes at least. */
const MOST_DATA_SETS = 5000;

/** Photoshop's resource with the records of IPTC. */
const IPTC_RESOURCE = 0x0404;

const UTF8 = '\u001b%G';

// IPTC-NAA Information Interchange Model 4.2, record 2; and the character set in record 1
const [TITLE, KEYWORD, DATE, TIME, CAPTION] = [5, 25, 55, 60, 120] as const;
const CHARACTER_SET = 90;

/**
 * Reads a block of IPTC-IIM, bare (as in a TIFF) or among Photoshop's resources (as in a JPEG). What is cut off or of another kind is left out.
 */
export function iptcMetadata(block: Uint8Array): PictureMetadata {
  const bytes = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  const records = bytes[0] === 0x1c ? bytes : resourceOf(bytes);
  if (!records) return NO_METADATA;
  const keywords: string[] = [];
  const texts = new Map<number, string>();
  let utf8 = false;
  for (const { record, dataSet, value } of dataSets(records)) {
    if (record === 1 && dataSet === CHARACTER_SET) utf8 = value.toString('latin1') === UTF8;
    if (record !== 2) continue;
    const text = utf8 ? value.toString('utf8') : decodeText(value);
    const keyword = dataSet === KEYWORD ? nameText(text) : null;
    if (keyword) keywords.push(keyword);
    else if (!texts.has(dataSet)) texts.set(dataSet, text);
  }
  const taken = takenOf(texts.get(DATE) ?? '', texts.get(TIME) ?? '');
  return {
    ...NO_METADATA,
    ...taken,
    keywords: keywordsOf(keywords),
    title: nameText(texts.get(TITLE)),
    description: longText(texts.get(CAPTION)),
  };
}

/** `20190704` and `162011+0200`; a date without its time is no more than a day, which the file's time may know better. */
function takenOf(date: string, time: string): Pick<PictureMetadata, 'takenAt' | 'takenOffset' | 'takenFrom'> {
  const day = /^(\d{4})(\d\d)(\d\d)$/.exec(date);
  const clock = /^(\d\d)(\d\d)(\d\d)([+-]\d{4})?$/.exec(time);
  const taken = day && clock && wallTime(`${day.slice(1).join('-')}T${clock.slice(1, 4).join(':')}`);
  if (!taken) return { takenAt: null, takenOffset: null, takenFrom: null };
  return { takenAt: taken.at, takenOffset: zoneOffset(clock[4]), takenFrom: 'iptc' };
}

/** Photoshop's resources: `8BIM`, number, name, length, bytes, each padded to an even length. */
function resourceOf(bytes: Buffer): Buffer | null {
  let at = bytes.subarray(0, 64).indexOf('8BIM');
  while (at >= 0 && at + 12 <= bytes.length && bytes.toString('latin1', at, at + 4) === '8BIM') {
    const name = bytes.readUInt8(at + 6);
    const lengthAt = at + 7 + name + ((name + 1) % 2);
    if (lengthAt + 4 > bytes.length) return null;
    const length = bytes.readUInt32BE(lengthAt);
    const value = bytes.subarray(lengthAt + 4, lengthAt + 4 + length);
    if (bytes.readUInt16BE(at + 4) === IPTC_RESOURCE) return value;
    at = lengthAt + 4 + length + (length % 2);
  }
  return null;
}

function* dataSets(
  bytes: Buffer,
): Generator<{ readonly record: number; readonly dataSet: number; readonly value: Buffer }> {
  let at = 0;
  for (let seen = 0; seen < MOST_DATA_SETS && at + 5 <= bytes.length && bytes[at] === 0x1c; seen++) {
    const length = bytes.readUInt16BE(at + 3);
    // an extended length is for more than 32 kB, which nothing that is read here takes
    if (length > 0x7fff || at + 5 + length > bytes.length) return;
    yield {
      record: bytes.readUInt8(at + 1),
      dataSet: bytes.readUInt8(at + 2),
      value: bytes.subarray(at + 5, at + 5 + length),
    };
    at += 5 + length;
  }
}
