/** Downloads one file: redirects followed by hand, resumable, never to an address that was not allowed. */
import { mkdir, open, readFile, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { ServiceError } from '../../contract/errors.ts';
import { storageError, writeJson } from './storage.ts';

export interface FileDownload {
  readonly url: string;
  /** Where it goes when complete; until then it is `<target>.part`. */
  readonly target: string;
  /** Called with the size as soon as the server says it; throws where it is wrong. */
  readonly checkSize: (bytes: number) => void;
  /** Bytes after which it is given up: more than it can have. */
  readonly limit: number;
  /** Hosts that may be asked by http, as `127.0.0.1:8080`; all others by https alone. */
  readonly httpHosts: readonly string[];
  readonly signal: AbortSignal;
  /** After this long without a byte the server does not answer. */
  readonly silenceMs: number;
  /** Called with how much of the file is there. */
  readonly onBytes: (bytes: number) => void;
}

/** The hub answers with one redirect to its storage; more than this is a loop. */
const MAX_REDIRECTS = 5;

/** Tells whether what is there is the beginning of what the server has now. */
interface PartInfo {
  readonly url: string;
  /** Its ETag, or the date of its last change, as `If-Range` takes it. */
  readonly validator: string | null;
}

/**
 * Downloads to `<target>.part`, going on where an earlier try stopped if the file has not changed there, and renames.
 * @throws ServiceError DOWNLOAD_FAILED, DISK_FULL, what `checkSize` throws, and the signal's reason
 */
export async function downloadFile(request: FileDownload): Promise<void> {
  try {
    await downloadPart(request);
  } catch (error) {
    if (!(error instanceof PartRefusedError)) throw error;
    // all of it was there already, or it is another file now: once more from the beginning
    await downloadPart(request);
  }
}

/** The server has nothing that follows what is there; that was removed. */
class PartRefusedError extends Error {}

async function downloadPart(request: FileDownload): Promise<void> {
  const part = `${request.target}.part`;
  const infoFile = `${part}.json`;
  await mkdir(path.dirname(part), { recursive: true });
  const info = await readInfo(infoFile, request.url);
  const have = info?.validator == null ? 0 : await sizeOf(part);
  const watch = new SilenceWatch(request.silenceMs, request.signal);
  try {
    const headers = new Headers({ 'accept-encoding': 'identity' });
    if (have > 0 && info?.validator != null) {
      headers.set('range', `bytes=${have}-`);
      headers.set('if-range', info.validator);
    }
    const response = await follow(request, headers, watch);
    if (have > 0 && response.status === 416) {
      await response.body?.cancel();
      await Promise.all([part, infoFile].map((file) => rm(file, { force: true })));
      throw new PartRefusedError();
    }
    const start = await startOf(response, have, request);
    const total = announced(response, start);
    if (total !== undefined) request.checkSize(total);
    await writeJson(infoFile, { url: request.url, validator: validatorOf(response) } satisfies PartInfo);
    const bytes = await writeBody(response, part, start, request, watch);
    if (total !== undefined && bytes < total) throw failed(request.url, `ended after ${bytes} of ${total} bytes`);
  } catch (error) {
    request.signal.throwIfAborted();
    if (error instanceof PartRefusedError) throw error;
    // going on from what is too long would only repeat it
    if (error instanceof ServiceError && error.code === 'ENCODER_SIZE') await rm(part, { force: true });
    throw toServiceError(error, request.url, part, watch.silent);
  } finally {
    watch.stop();
  }
  await rename(part, request.target);
  await rm(infoFile, { force: true });
}

/** Aborts when the server has been silent for too long, or the user cancels. */
class SilenceWatch {
  readonly signal: AbortSignal;
  silent = false;
  readonly #timer: NodeJS.Timeout;

  constructor(silenceMs: number, cancel: AbortSignal) {
    const controller = new AbortController();
    this.signal = AbortSignal.any([cancel, controller.signal]);
    this.#timer = setTimeout(() => {
      this.silent = true;
      controller.abort(new Error('no answer'));
    }, silenceMs);
  }

  heard(): void {
    this.#timer.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

function failed(url: string, what: string, cause?: unknown): ServiceError {
  return new ServiceError('DOWNLOAD_FAILED', `${new URL(url).host} ${what}.`, { cause });
}

function toServiceError(error: unknown, url: string, part: string, silent: boolean): unknown {
  if (error instanceof ServiceError) return error;
  if (silent) return failed(url, 'does not answer', error);
  const stored = storageError(error, part);
  if (stored instanceof ServiceError) return stored;
  if (!(error instanceof Error)) return error;
  // fetch says "fetch failed" or "terminated", and why in its cause
  const { cause } = error;
  const reason = cause instanceof Error ? ('code' in cause ? String(cause.code) : cause.message) : error.message;
  return failed(url, `cannot be reached, or the connection broke (${reason})`, error);
}

async function follow(request: FileDownload, headers: Headers, watch: SilenceWatch): Promise<Response> {
  let address = new URL(request.url);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    requireAllowed(address, request);
    const response = await fetch(address, { headers, redirect: 'manual', signal: watch.signal });
    watch.heard();
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    await response.body?.cancel();
    address = new URL(location, address);
  }
  throw failed(request.url, `redirects more than ${MAX_REDIRECTS} times`);
}

function requireAllowed(address: URL, { url, httpHosts }: FileDownload): void {
  if (address.protocol === 'https:') return;
  if (address.protocol === 'http:' && httpHosts.includes(address.host)) return;
  throw failed(url, `leads to ${address.protocol}//${address.host}, which is not encrypted`);
}

/** Where the body begins in the file. */
async function startOf(response: Response, have: number, { url }: FileDownload): Promise<number> {
  if (response.status === 200) return 0;
  if (response.status === 206) {
    const range = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
    if (have > 0 && range === String(have)) return have;
  }
  await response.body?.cancel();
  throw failed(url, `answers with ${response.status} ${response.statusText}`.trim());
}

/** Size of the whole file, where the server says it. */
function announced(response: Response, start: number): number | undefined {
  const length = response.headers.get('content-length');
  if (length === null || response.headers.has('content-encoding')) return undefined;
  return start + Number(length);
}

/** Weak ETags do not promise the same bytes. */
function validatorOf(response: Response): string | null {
  const etag = response.headers.get('etag');
  return etag !== null && !etag.startsWith('W/') ? etag : response.headers.get('last-modified');
}

async function writeBody(
  response: Response,
  part: string,
  start: number,
  request: FileDownload,
  watch: SilenceWatch,
): Promise<number> {
  const file: FileHandle = await open(part, start > 0 ? 'a' : 'w');
  let bytes = start;
  try {
    request.onBytes(bytes);
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      watch.heard();
      await file.writeFile(chunk);
      bytes += chunk.length;
      // A server that sends without end is stopped.
      if (bytes > request.limit)
        throw new ServiceError('ENCODER_SIZE', `${request.url} is longer than ${request.limit} bytes`);
      request.onBytes(bytes);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return bytes;
}

async function readInfo(file: string, url: string): Promise<PartInfo | undefined> {
  try {
    const info = JSON.parse(await readFile(file, 'utf8')) as PartInfo;
    return info.url === url ? info : undefined;
  } catch (error) {
    // Not there, or cut short: begin anew.
    if (error instanceof SyntaxError || (error instanceof Error && 'code' in error && error.code === 'ENOENT')) {
      return undefined;
    }
    throw error;
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
    throw error;
  }
}
