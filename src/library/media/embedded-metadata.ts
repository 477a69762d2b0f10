import { exifMetadata } from './exif-metadata.ts';
import { iptcMetadata } from './iptc-metadata.ts';
import { mergeMetadata, NO_METADATA, type PictureMetadata } from './picture-metadata.ts';
import { xmpMetadata } from './xmp-metadata.ts';

/** The blocks of a picture that say something of it, of each kind the first that has a field counts. */
export interface MetadataBlocks {
  /** A TIFF each, with or without the marker of a JPEG's segment. */
  readonly exif?: readonly Buffer[] | undefined;
  readonly xmp?: readonly Buffer[] | undefined;
  readonly iptc?: readonly Buffer[] | undefined;
}

/** One block, or none. */
export function listed(block: Buffer | undefined): readonly Buffer[] | undefined {
  return block && [block];
}

/** The blocks of one, then of another. */
export function joinBlocks(a: MetadataBlocks, b: MetadataBlocks): MetadataBlocks {
  const joined = (key: keyof MetadataBlocks): Buffer[] => [...(a[key] ?? []), ...(b[key] ?? [])];
  return { exif: joined('exif'), xmp: joined('xmp'), iptc: joined('iptc') };
}

/**
 * What is in a picture itself. The camera's EXIF counts before XMP, and that before IPTC; of ratings XMP's, which is what programs change.
 * Whatever is in the blocks costs no more than their own fields.
 */
export function embeddedMetadata({ exif = [], xmp = [], iptc = [] }: MetadataBlocks): PictureMetadata {
  const described = xmp.map((block) => read(xmpMetadata, block));
  const merged = mergeMetadata([
    ...exif.map((block) => read(exifMetadata, block)),
    ...described,
    ...iptc.map((block) => read(iptcMetadata, block)),
  ]);
  const rating = described.find((reading) => reading.rating !== null)?.rating ?? merged.rating;
  return { ...merged, rating };
}

function read(reader: (block: Buffer) => PictureMetadata, block: Buffer): PictureMetadata {
  try {
    return reader(block);
  } catch {
    // no reader throws on what its tests could think of; and what is said of a picture is worth less than the picture
    return NO_METADATA;
  }
}
