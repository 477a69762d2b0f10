import { extname } from 'node:path';

/**
 * What a file's name promises, before it is opened.
 *
 * - `picture`: a format that is decoded here; the content decides, the name only lets it in.
 * - `video`: a film; the same holds for it.
 * - `unsupported`: a picture in a format that is not read.
 * - `sidecar`: XMP beside a picture, which says something of it.
 * - `companion`: what else cameras, phones and systems leave beside pictures; passed over without a word.
 * - `other`: anything else; named once in the failures list, so that nobody wonders.
 */
export type NameKind = 'picture' | 'video' | 'unsupported' | 'sidecar' | 'companion' | 'other';

const RAW = new Set(
  '.cr2 .cr3 .nef .nrw .arw .sr2 .srf .dng .raf .orf .rw2 .rwl .raw .pef .srw .3fr .iiq .erf'.split(' '),
);

const PICTURES = new Set([
  ...'.jpg .jpeg .jpe .jfif .png .webp .tif .tiff .gif .avif .heic .heif .hif .bmp .dib .svg .svgz .psd .psb .jxl'.split(
    ' ',
  ),
  ...RAW,
]);

const VIDEOS = new Set('.mp4 .mov .m4v .mkv .webm .avi .mts .m2ts .3gp .mpg .mpeg .wmv .asf'.split(' '));

const UNSUPPORTED = new Set('.jp2 .j2k .ico .tga .exr .hdr .crw .x3f .mrw .kdc .dcr .mef .mos'.split(' '));

/** What programs keep of edits and exports, previews of cameras, and the systems' own litter. */
const COMPANIONS = new Set('.aae .thm .json .ini .db .lnk .url .part .crdownload .tmp'.split(' '));

/** Kind of a file by its name (without its folder). */
export function nameKind(name: string): NameKind {
  if (name.startsWith('.')) return 'companion';
  const extension = extname(name).toLowerCase();
  if (PICTURES.has(extension)) return 'picture';
  if (VIDEOS.has(extension)) return 'video';
  if (UNSUPPORTED.has(extension)) return 'unsupported';
  if (extension === '.xmp') return 'sidecar';
  if (COMPANIONS.has(extension)) return 'companion';
  return 'other';
}

/** Whether a name is that of a camera raw file. */
export function isRawName(name: string): boolean {
  return RAW.has(extname(name).toLowerCase());
}

/** Media type of a video by its container. Whether Chromium can play it depends on what is in it: it looks by itself. */
export function videoMimeType(format: string): string {
  if (format === 'webm') return 'video/webm';
  return format === 'mkv' ? 'video/x-matroska' : 'video/mp4';
}

/** Media type of a format that Chromium shows by itself, or null where a rendering is needed. `format` is as decoding named it. */
export function browserMimeType(format: string): string | null {
  switch (format) {
    case 'jpeg':
    case 'png':
    case 'webp':
    case 'gif':
    case 'avif':
      return `image/${format}`;
    default:
      return null;
  }
}
