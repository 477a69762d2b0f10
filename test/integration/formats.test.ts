/** Every format that is read, from the file to the thumbnail's colours. */
import sharp, { type Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { decodePicture, renderPicture } from '../../src/library/media/decode.ts';
import type { DecodedPicture } from '../../src/library/media/decode-protocol.ts';
import { withOrientation } from '../../src/library/media/raw-preview.ts';
import { HEIC } from '../fixtures/heic.ts';
import {
  bmpFile,
  matrixProfile,
  psdFile,
  QUARTERS,
  quarterJpeg,
  quarterPixels,
  type PsdOptions,
} from '../fixtures/picture-files.ts';
import { JXL, jxlContainer } from '../fixtures/jxl-files.ts';
import { rafFile, rawFiles, tiff } from '../fixtures/raw-files.ts';

/** Red, green and blue of Adobe RGB (1998) as XYZ under D50. */
const ADOBE_RGB = [
  [0.6097, 0.3111, 0.0195],
  [0.2053, 0.6257, 0.0609],
  [0.1492, 0.0632, 0.7446],
] as const;

type Colour = readonly [number, number, number];

/** The thumbnail's colours in the middle of its four quarters, from left to right, from the top. */
async function quarters({ thumbnail }: DecodedPicture): Promise<Colour[]> {
  const { data, info } = await sharp(thumbnail ?? Buffer.alloc(0))
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(info.channels).toBe(3);
  const at = (x: number, y: number): Colour => {
    const i = 3 * (Math.floor(y * info.height) * info.width + Math.floor(x * info.width));
    return [data[i] ?? -1, data[i + 1] ?? -1, data[i + 2] ?? -1];
  };
  return [at(0.25, 0.25), at(0.75, 0.25), at(0.25, 0.75), at(0.75, 0.75)];
}

async function decode(bytes: Uint8Array): Promise<DecodedPicture> {
  return decodePicture(bytes, 'hash', []);
}

/** Colours may differ by what lossy compression and rounding do to them. */
async function expectQuarters(picture: DecodedPicture, expected: readonly Colour[], within = 8): Promise<void> {
  const found = await quarters(picture);
  const off = found.map((colour, i) =>
    Math.max(...colour.map((value, c) => Math.abs(value - (expected[i]?.[c] ?? 999)))),
  );
  expect(Math.max(...off), `${picture.format}: ${JSON.stringify(found)}`).toBeLessThanOrEqual(within);
}

test('HEIC: the primary picture, turned once, in sRGB, with its EXIF', async () => {
  const picture = await decode(HEIC);
  expect(picture).toMatchObject({
    format: 'heic',
    width: 48,
    height: 64,
    metadata: { takenAt: '2024-03-02T10:11:12' },
  });
  await expectQuarters(picture, QUARTERS);
});

const PIXELS = { raw: { width: 48, height: 64, channels: 3 } } as const;
const quarterImage = (): Sharp => sharp(quarterPixels(), PIXELS);

test.each<[string, (image: Sharp) => Sharp]>([
  ['jpeg', (image) => image.jpeg({ quality: 95, progressive: true, chromaSubsampling: '4:4:4' })],
  ['png', (image) => image.png({ palette: true })],
  ['png', (image) => image.png({ progressive: true })],
  ['webp', (image) => image.webp({ lossless: true })],
  ['gif', (image) => image.gif()],
  ['avif', (image) => image.avif({ quality: 90, chromaSubsampling: '4:4:4' })],
  ['tiff', (image) => image.tiff({ compression: 'lzw', tile: true, tileWidth: 16, tileHeight: 16 })],
])('%s of its own kind', async (format, write) => {
  const picture = await decode(await write(quarterImage()).toBuffer());
  expect(picture).toMatchObject({ format, width: 48, height: 64 });
  await expectQuarters(picture, QUARTERS);
});

test('16 bits: PNG and TIFF', async () => {
  const deep = quarterImage().toColourspace('rgb16');
  await expectQuarters(await decode(await deep.clone().png().toBuffer()), QUARTERS);
  await expectQuarters(await decode(await deep.clone().tiff({ compression: 'deflate' }).toBuffer()), QUARTERS);
});

test('grey pictures become three colours', async () => {
  const found = await quarters(await decode(await quarterImage().greyscale().png().toBuffer()));
  for (const [r, g, b] of found) expect([g, b]).toEqual([r, r]);
  expect(found[1]?.[0]).toBeGreaterThan(found[0]?.[0] ?? 255);
});

test('what is transparent lies on white', async () => {
  const half = Buffer.alloc(4 * 48 * 64);
  for (let i = 0; i < 48 * 64; i++) half.set([200, 40, 40, i % 48 < 24 ? 255 : 0], 4 * i);
  const image = sharp(half, { raw: { width: 48, height: 64, channels: 4 } });
  const white = [255, 255, 255] as const;
  for (const bytes of [await image.clone().png().toBuffer(), await image.clone().webp({ lossless: true }).toBuffer()]) {
    await expectQuarters(await decode(bytes), [QUARTERS[0], white, QUARTERS[0], white]);
  }
});

test('of several pages and frames the first', async () => {
  const other = sharp({ create: { width: 48, height: 64, channels: 3, background: '#808000' } });
  const frames = [await quarterImage().png().toBuffer(), await other.png().toBuffer()];
  for (const write of [(image: Sharp) => image.gif(), (image: Sharp) => image.tiff(), (image: Sharp) => image.webp()]) {
    const bytes = await write(sharp(frames, { join: { animated: true } })).toBuffer();
    expect((await sharp(bytes, { animated: true }).metadata()).pages).toBe(2);
    const picture = await decode(bytes);
    expect(picture).toMatchObject({ width: 48, height: 64 });
    await expectQuarters(picture, QUARTERS, 12);
  }
});

test('wide colours become sRGB: Display P3, Adobe RGB, CMYK', async () => {
  const p3 = await quarterImage().withIccProfile('p3').png().toBuffer();
  await expectQuarters(await decode(p3), QUARTERS);
  const cmyk = await quarterImage().withIccProfile('cmyk').jpeg({ quality: 100 }).toBuffer();
  expect(await sharp(cmyk).metadata()).toMatchObject({ space: 'cmyk', hasProfile: true });
  // that blue is beyond what ink on paper can be
  const printed = await quarters(await decode(cmyk));
  for (const [c, colour] of printed.slice(0, 3).entries()) expect(Math.max(...colour)).toBe(colour[c]);
  expect(Math.min(...(printed[3] ?? []))).toBeGreaterThan(200);
  const adobe = matrixProfile(ADOBE_RGB, 2.2);
  const psd = await decode(psdFile({ icc: adobe }));
  const [red] = await quarters(psd);
  // the same numbers mean a stronger red there than in sRGB
  expect(red?.[0]).toBeGreaterThan(225);
});

test('EXIF that is broken costs neither the picture nor its turning', async () => {
  const jpeg = await quarterJpeg(48, 64, true);
  const turned = Buffer.from(withOrientation(jpeg, 6));
  await expectQuarters(await decode(turned), QUARTERS);
  // a directory that is its own next one
  const loop = Buffer.from(turned);
  loop.writeUInt32BE(8, 2 + 4 + 6 + 8 + 2 + 12);
  const picture = await decode(loop);
  expect(picture).toMatchObject({ width: 48, height: 64 });
  await expectQuarters(picture, QUARTERS);
  // a directory beyond the end of its block
  const beyond = Buffer.from(turned);
  beyond.writeUInt32BE(0x7fffffff, 2 + 4 + 6 + 4);
  expect((await decode(beyond)).format).toBe('jpeg');
});

test.each([
  ['of 1 bit', bmpFile(1), [QUARTERS[0], QUARTERS[1], QUARTERS[0], QUARTERS[1]]],
  ['of 4 bits', bmpFile(4), QUARTERS],
  ['of 8 bits', bmpFile(8), QUARTERS],
  ['in runs', bmpFile(8, { packed: true }), QUARTERS],
  ['of 16 bits', bmpFile(16), QUARTERS],
  ['of 24 bits', bmpFile(24), QUARTERS],
  ['of 32 bits, from the top', bmpFile(32, { topDown: true }), QUARTERS],
] as const)('BMP %s', async (_, bytes, expected) => {
  const picture = await decode(bytes);
  expect(picture).toMatchObject({ format: 'bmp', width: 48, height: 64 });
  await expectQuarters(picture, expected);
});

test.each<PsdOptions>([
  {},
  { packed: true },
  { packed: true, bits: 16 },
  { bits: 16 },
  { packed: true, big: true },
  { mode: 'indexed', packed: true },
])('PSD %o', async (options) => {
  const picture = await decode(psdFile(options));
  expect(picture).toMatchObject({ format: 'psd', width: 48, height: 64 });
  await expectQuarters(picture, QUARTERS);
});

test('PSD in ink and in grey; without its flattened picture it is named', async () => {
  for (const packed of [false, true]) {
    const [red, green, blue, grey] = await quarters(await decode(psdFile({ mode: 'cmyk', packed })));
    expect(Math.max(...(red ?? []))).toBe(red?.[0]);
    expect(Math.max(...(green ?? []))).toBe(green?.[1]);
    expect(Math.max(...(blue ?? []))).toBe(blue?.[2]);
    expect(Math.min(...(grey ?? []))).toBeGreaterThan(180);
  }
  const reds = QUARTERS.map(([r]) => [r, r, r] as const);
  await expectQuarters(await decode(psdFile({ mode: 'grey' })), reds);
  await expect(decode(psdFile({ unmerged: true }))).rejects.toMatchObject({ code: 'NO_PREVIEW' });
});

test('camera raw: the largest preview, turned by the raw file where it does not say so itself', async () => {
  const lying = await quarterJpeg(480, 640, true);
  const small = await sharp({ create: { width: 16, height: 12, channels: 3, background: '#808000' } })
    .jpeg()
    .toBuffer();
  for (const [name, bytes] of Object.entries(rawFiles(lying, small, 6))) {
    const picture = await decode(bytes);
    expect(picture, name).toMatchObject({
      format: 'raw',
      width: 480,
      height: 640,
      metadata: { camera: 'Semblance Test' },
    });
    if (name.endsWith('cr3')) expect(picture.metadata.takenAt).toBe('2024-03-02T10:11:12');
    await expectQuarters(picture, QUARTERS);
  }
  // one that says so itself is turned once
  const saying = Buffer.from(withOrientation(lying, 6));
  for (const bytes of [...Object.values(rawFiles(saying, small, 6)), rafFile(saying)]) {
    const picture = await decode(bytes);
    expect(picture).toMatchObject({ format: 'raw', width: 480, height: 640 });
    await expectQuarters(picture, QUARTERS);
  }
});

test('camera raw without a preview is named', async () => {
  await expect(decode(rafFile(Buffer.alloc(400)))).rejects.toMatchObject({ code: 'NO_PREVIEW' });
});

test('JPEG XL: as it is, and with EXIF in a container', async () => {
  const picture = await decode(JXL);
  expect(picture).toMatchObject({ format: 'jxl', width: 48, height: 64 });
  await expectQuarters(picture, QUARTERS);
  const dated = await decode(jxlContainer(JXL, tiff([[272, 2, 'Semblance Test']])));
  expect(dated).toMatchObject({ format: 'jxl', width: 48, height: 64, metadata: { camera: 'Semblance Test' } });
  await expectQuarters(dated, QUARTERS);
});

test('what a browser cannot show is rendered upright', async () => {
  const lying = await quarterJpeg(48, 64, true);
  const { 'd.dng': dng = Buffer.alloc(0) } = rawFiles(lying, Buffer.alloc(0), 6);
  for (const bytes of [HEIC, JXL, psdFile(), bmpFile(24), dng]) {
    const rendered = await renderPicture(bytes, 3072);
    expect(await sharp(rendered).metadata()).toMatchObject({ format: 'webp', width: 48, height: 64 });
    await expectQuarters({ ...(await decode(bytes)), thumbnail: rendered }, QUARTERS);
  }
});

test('SVG is drawn as large as it is wanted, whatever size it names, and reaches for no file', async () => {
  const squares = QUARTERS.map(
    ([r, g, b], i) =>
      `<rect x="${(i % 2) * 24}" y="${i < 2 ? 0 : 32}" width="24" height="32" fill="rgb(${r},${g},${b})"/>`,
  ).join('');
  for (const size of ['width="48" height="64"', 'width="24000" height="32000"', '']) {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" ${size} viewBox="0 0 48 64">${squares}
      <image href="file:///etc/passwd" width="10" height="10"/></svg>`;
    const picture = await decode(Buffer.from(svg));
    expect(picture.format).toBe('svg');
    expect((await sharp(picture.thumbnail ?? Buffer.alloc(0)).metadata()).height).toBe(320);
    await expectQuarters(picture, QUARTERS);
  }
});

test.each([
  ['a JPEG 2000 named .jpg', Buffer.from('0000000c6a5020200d0a870a', 'hex'), 'FORMAT_UNSUPPORTED'],
  ['a JPEG XL that is cut off', Buffer.from('ff0a7a0430', 'hex'), 'FILE_DAMAGED'],
  ['a text named .jpg', Buffer.from('Dear diary, '), 'FILE_NOT_A_PICTURE'],
  ['nothing', Buffer.alloc(0), 'FILE_EMPTY'],
])('%s is named', async (_, bytes, code) => {
  await expect(decode(bytes)).rejects.toMatchObject({ code });
});
