import { expect, test } from 'vitest';
import { embeddedMetadata } from './embedded-metadata.ts';
import { exifBlock, iptcBlock, xmpPacket } from '../../../test/fixtures/metadata-blocks.ts';
import { NO_METADATA, withSidecars, type PictureMetadata } from './picture-metadata.ts';

const saying = (said: Partial<PictureMetadata>): PictureMetadata => ({ ...NO_METADATA, ...said });

test('of a picture’s own blocks EXIF counts first, keywords are those of all, the zone is that of the same time', () => {
  const found = embeddedMetadata({
    exif: [exifBlock({ make: 'Semblance', original: '2019:07:04 16:20:11', rating: 2 })],
    xmp: [
      Buffer.from(
        xmpPacket({ rating: 5, keywords: ['sea'], created: '2019-07-04T16:20:11+02:00', camera: ['X', 'Y'] }),
      ),
    ],
    iptc: [iptcBlock({ keywords: ['Sea', 'harbour'] }, true)],
  });
  expect(found).toEqual(
    saying({
      takenAt: '2019-07-04T16:20:11',
      takenOffset: 120,
      takenFrom: 'exif',
      camera: 'Semblance',
      rating: 5,
      keywords: ['sea', 'harbour'],
    }),
  );
});

test('a sidecar counts before the picture, field by field; one that is older than the picture behind it', () => {
  const own = saying({ rating: 1, keywords: ['old'], takenAt: '2019-01-01T00:00:00', takenFrom: 'exif', lens: 'L' });
  const metadata = saying({
    rating: 4,
    keywords: ['new'],
    takenAt: '2020-01-01T00:00:00',
    takenFrom: 'xmp',
    title: 'T',
  });
  expect(withSidecars(own, [{ metadata, outdated: false }])).toEqual({ ...metadata, takenFrom: 'sidecar', lens: 'L' });
  expect(withSidecars(own, [{ metadata, outdated: true }])).toEqual({ ...own, title: 'T' });
  expect(withSidecars(own, [{ metadata: NO_METADATA, outdated: false }])).toEqual(own);
  const newer = saying({ rating: 5 });
  expect(
    withSidecars(own, [
      { metadata: newer, outdated: false },
      { metadata, outdated: false },
    ]),
  ).toMatchObject({ rating: 5, keywords: ['new'] });
});
