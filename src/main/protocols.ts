import { open, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { protocol, session } from 'electron';
import type { ServiceClient } from '../contract/contract.ts';
import { thumbnailPath } from '../contract/thumbnail-path.ts';
import { PAGE_FOLDER } from './application-folders.ts';
import { byteRange } from './byte-range.ts';
import { fileStream } from './file-stream.ts';
import { pageFile, pictureId, picturePair, thumbnailHash } from './protocol-addresses.ts';

export const PAGE_ADDRESS = 'app://semblance/';

/** What a page may load and do. Nothing comes from elsewhere; styles and scripts are files of the application alone. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' thumb: photo: blob: data:",
  'media-src photo:',
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.map': 'application/json',
};

/** What the protocols need of the service. Both are undefined while it is not running. */
export interface ServiceAccess {
  thumbsFolder(): string | undefined;
  client(): ServiceClient | undefined;
}

/** Must run before Electron is ready. */
export function declareProtocols(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
    { scheme: 'thumb', privileges: { standard: true, secure: true } },
    { scheme: 'photo', privileges: { standard: true, secure: true, stream: true } },
  ]);
}

/** Answers `app://semblance/…`, `thumb://picture/HASH`, `photo://picture/ID` and `photo://difference/ID-ID`, and nothing else of these schemes. */
export function serveProtocols(service: ServiceAccess): void {
  const { protocol: served } = session.defaultSession;
  served.handle('app', ({ url }) => orNotFound(() => page(url)));
  served.handle('thumb', ({ url }) => orNotFound(() => thumbnail(url, service.thumbsFolder())));
  served.handle('photo', ({ url, headers }) => orNotFound(() => photo(url, headers.get('Range'), service.client())));
}

async function page(url: string): Promise<Response | null> {
  const file = pageFile(url);
  if (file === null) return null;
  const type = CONTENT_TYPES[extname(file)];
  if (type === undefined) return null;
  return new Response(new Uint8Array(await readFile(join(PAGE_FOLDER, file))), {
    headers: {
      'Content-Type': type,
      'Content-Security-Policy': CONTENT_SECURITY_POLICY,
      'X-Content-Type-Options': 'nosniff',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Referrer-Policy': 'no-referrer',
    },
  });
}

async function thumbnail(url: string, thumbsFolder: string | undefined): Promise<Response | null> {
  const hash = thumbnailHash(url);
  if (hash === null || thumbsFolder === undefined) return null;
  return new Response(new Uint8Array(await readFile(join(thumbsFolder, thumbnailPath(hash)))), {
    headers: {
      'Content-Type': 'image/webp',
      // The address is the content's hash: it can never mean another picture.
      'Cache-Control': 'public, max-age=31536000, immutable',
      'X-Content-Type-Options': 'nosniff',
    },
  });
}

/** A picture, or where two of them differ. */
async function shownFile(
  url: string,
  client: ServiceClient,
): Promise<{ readonly path: string; readonly mimeType: string } | null> {
  const pair = picturePair(url);
  if (pair !== null) return client.explore.difference(pair);
  const id = pictureId(url);
  return id === null ? null : client.pictures.display({ id });
}

/** The service alone turns an id into a path, and checks that the path's real place is inside a source. */
async function photo(
  url: string,
  rangeHeader: string | null,
  client: ServiceClient | undefined,
): Promise<Response | null> {
  const shown = client && (await shownFile(url, client));
  if (!shown) return null;
  const { path, mimeType } = shown;
  if (!/^(?:image|video)\//.test(mimeType)) return null;
  const file = await open(path);
  const { size } = await file.stat();
  // A video is asked for in parts: its index, then from where it is played.
  const range = byteRange(rangeHeader, size);
  const { start, end } = range ?? { start: 0, end: size };
  return new Response(fileStream(file, start, end), {
    status: range === null ? 200 : 206,
    headers: {
      'Content-Type': mimeType,
      'Content-Length': String(end - start),
      'Accept-Ranges': 'bytes',
      ...(range !== null && { 'Content-Range': `bytes ${start}-${end - 1}/${size}` }),
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    },
  });
}

/** Whatever the reason, the page learns only that there is nothing: a missing file is an everyday thing here. */
async function orNotFound(answer: () => Promise<Response | null>): Promise<Response> {
  let response: Response | null;
  try {
    response = await answer();
  } catch {
    response = null;
  }
  return response ?? new Response(null, { status: 404 });
}
