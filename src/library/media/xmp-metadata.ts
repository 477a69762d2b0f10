import {
  cameraName,
  decodeText,
  longText,
  nameText,
  placeAt,
  starsOf,
  starsOfPercent,
  wallTime,
} from './metadata-values.ts';
import { keywordsOf, NO_METADATA, type PictureMetadata } from './picture-metadata.ts';
import { xmpProperties, type XmpProperties } from './xmp-properties.ts';

/** Larger XMP is not read: that of a picture with a long history of edits and many masks is below 2 MB. */
export const MAX_XMP_BYTES = 4 * 2 ** 20;

const [XMP, DC, EXIF, EXIF_EX, TIFF, AUX, PHOTOSHOP, LIGHTROOM, MICROSOFT] = [
  'http://ns.adobe.com/xap/1.0/',
  'http://purl.org/dc/elements/1.1/',
  'http://ns.adobe.com/exif/1.0/',
  'http://cipa.jp/exif/1.0/',
  'http://ns.adobe.com/tiff/1.0/',
  'http://ns.adobe.com/exif/1.0/aux/',
  'http://ns.adobe.com/photoshop/1.0/',
  'http://ns.adobe.com/lightroom/1.0/',
  'http://ns.microsoft.com/photo/1.0/',
] as const;

/** When it was taken: MWG's order of what programs write. */
const DATES = [`${EXIF}DateTimeOriginal`, `${PHOTOSHOP}DateCreated`, `${XMP}CreateDate`] as const;

/** Reads a packet of XMP: of a picture, or a sidecar's whole file. What is too large, damaged or something else says nothing. */
export function xmpMetadata(packet: Uint8Array): PictureMetadata {
  if (packet.byteLength > MAX_XMP_BYTES) return NO_METADATA;
  const properties = xmpProperties(packetText(packet));
  const first = (name: string): string | undefined => properties.get(name)?.[0];
  const taken = DATES.map((name) => wallTime(first(name))).find((time) => time !== null);
  return {
    takenAt: taken?.at ?? null,
    takenOffset: taken?.offset ?? null,
    takenFrom: taken ? 'xmp' : null,
    camera: cameraName(nameText(first(`${TIFF}Make`)), nameText(first(`${TIFF}Model`))),
    lens: nameText(first(`${EXIF_EX}LensModel`)) ?? nameText(first(`${AUX}Lens`)),
    ...placeAt(degrees(first(`${EXIF}GPSLatitude`)), degrees(first(`${EXIF}GPSLongitude`))),
    rating: starsOf(first(`${XMP}Rating`)) ?? starsOfPercent(first(`${MICROSOFT}Rating`)),
    keywords: keywords(properties),
    title: nameText(first(`${DC}title`)),
    description: longText(first(`${DC}description`)),
  };
}

function packetText(packet: Uint8Array): string {
  const [a, b] = packet;
  if (a === 0xff && b === 0xfe) return new TextDecoder('utf-16le').decode(packet);
  if (a === 0xfe && b === 0xff) return new TextDecoder('utf-16be').decode(packet);
  return decodeText(packet);
}

/** Plain ones, then each step of those in a hierarchy: `Places|Europe|Paris` is found by each of the three. */
function keywords(properties: XmpProperties): string[] {
  const plain = properties.get(`${DC}subject`) ?? [];
  const steps = (properties.get(`${LIGHTROOM}hierarchicalSubject`) ?? []).flatMap((path) => path.split('|', 20));
  return keywordsOf([...plain, ...steps].map(nameText).filter((word) => word !== null));
}

/** `48,51.5N` and `48,51,30N`. */
function degrees(value: string | undefined): number | null {
  const parts = /^(\d{1,3}),(\d{1,2}(?:\.\d{1,20})?)(?:,(\d{1,2}(?:\.\d{1,20})?))?([NSEW])$/i.exec(value?.trim() ?? '');
  if (!parts) return null;
  const sum = Number(parts[1]) + Number(parts[2]) / 60 + Number(parts[3] ?? 0) / 3600;
  return /[SW]/i.test(parts[4] ?? '') ? -sum : sum;
}
