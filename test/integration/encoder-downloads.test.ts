import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EncoderDefinition } from '../../src/compute/encoders/definition.ts';
import type { DownloadProgress } from '../../src/compute/encoders/download-progress.ts';
import { downloadEncoder, type DownloadOptions } from '../../src/compute/encoders/download.ts';
import { listInstalled, openInstalled, removeEncoder, verifyInstalled } from '../../src/compute/encoders/installed.ts';
import { ENCODER_REGISTRY, registeredEncoder } from '../../src/compute/encoders/registry.ts';
import { openTextEncoder } from '../../src/compute/encoders/text-encoder.ts';
import type { ServiceErrorCode } from '../../src/contract/errors.ts';
import { sha256, twoTowersDefinition, twoTowersFiles } from '../fixtures/onnx-models.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, bytes: Buffer) => void;

/** A server of the two-tower model's files that counts what it is asked. */
class FileServer {
  readonly requests: { url: string; range: string | undefined; ifRange: string | undefined }[] = [];
  /** Answers of one's own, by path. */
  readonly handlers = new Map<string, Handler>();
  readonly files = twoTowersFiles();
  readonly #server: Server = createServer((request, response) => this.#answer(request, response));

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = request.url ?? '';
    this.requests.push({ url, range: request.headers.range, ifRange: request.headers['if-range']?.toString() });
    const bytes = this.files.get(url.slice(1)) ?? Buffer.of();
    const handler = this.handlers.get(url);
    if (handler === undefined) sendFile(request, response, bytes);
    else handler(request, response, bytes);
  }
}

function etagOf(bytes: Buffer): string {
  return `"${sha256(bytes).slice(0, 16)}"`;
}

/** As storages do: with an ETag, a part where the ETag is still the same. */
function sendFile(request: IncomingMessage, response: ServerResponse, bytes: Buffer): void {
  const etag = etagOf(bytes);
  const from = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
  if (from === undefined || request.headers['if-range'] !== etag) {
    response.writeHead(200, { 'content-length': bytes.length, etag }).end(bytes);
    return;
  }
  const rest = bytes.subarray(Number(from));
  const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
  response.writeHead(206, { 'content-length': rest.length, 'content-range': range, etag }).end(rest);
}

/** Half of the file, then the connection is cut. */
function cutHalfWay(_: IncomingMessage, response: ServerResponse, bytes: Buffer): void {
  response.writeHead(200, { 'content-length': bytes.length, etag: etagOf(bytes) });
  response.write(bytes.subarray(0, bytes.length / 2), () => setTimeout(() => response.destroy(), 50));
}

const VISION = 'onnx/vision.onnx';
const TOKENIZER = 'tokenizer.json';

let server: FileServer;
let models: string;

beforeEach(async () => {
  models = await mkdtemp(path.join(tmpdir(), 'semblance-downloads-'));
  server = new FileServer();
  await server.start();
});

afterEach(async () => {
  await server.stop();
  await rm(models, { recursive: true, force: true });
});

/** The two-tower model at the local server, with its sizes, and its sums where `sums` says so. */
function definition(options: { sums?: boolean; change?: Partial<EncoderDefinition> } = {}): EncoderDefinition {
  const base = twoTowersDefinition(options.change);
  const files = base.files.map((file) => {
    const bytes = twoTowersFiles().get(file.path) ?? Buffer.of();
    const sum = options.sums === false ? null : sha256(bytes);
    const url = `http://${server.host}/${file.path}`;
    return { ...file, bytes: bytes.length, bytesAre: 'exact' as const, sha256: sum, url };
  });
  return { ...base, source: 'hub', files };
}

function download(wanted = definition(), options: DownloadOptions = {}): ReturnType<typeof downloadEncoder> {
  return downloadEncoder(models, wanted, { httpHosts: [server.host], ...options });
}

function failsWith(code: ServiceErrorCode, detail: RegExp): object {
  return { code, detail: expect.stringMatching(detail) as string };
}

/** How often a file was asked for, and from which byte. */
function rangesOf(file: string): (string | undefined)[] {
  return server.requests.filter((request) => request.url === `/${file}`).map((request) => request.range);
}

describe('a download', () => {
  it('is not begun by anything but the call: listing, opening and looking at definitions ask nobody', async () => {
    await listInstalled(models);
    await expect(openInstalled(models, 'two-towers')).rejects.toMatchObject({ code: 'ENCODER_NOT_INSTALLED' });
    expect(ENCODER_REGISTRY.length).toBeGreaterThan(5);
    definition();
    const licence = { name: 'research only', url: null, file: null, restricted: true };
    await expect(download(definition({ change: { licence } }))).rejects.toMatchObject({ code: 'ENCODER_LICENCE' });
    expect(server.requests).toEqual([]);

    await download();
    expect(server.requests.map((request) => request.url).sort()).toEqual(
      [...server.files.keys()].map((file) => `/${file}`).sort(),
    );
    const { folder, definition: installed } = await openInstalled(models, 'two-towers');
    const words = await openTextEncoder(folder, installed);
    await words.encode(['red']);
    await words.close();
    await verifyInstalled(models, 'two-towers');
    expect(server.requests).toHaveLength(4);
  });

  it('tells how far it is, to the last byte', async () => {
    const told: DownloadProgress[] = [];
    await download(definition(), { onProgress: (progress) => told.push(progress) });
    const total = [...server.files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
    expect(told[0]).toMatchObject({ phase: 'download', bytes: 0, total, secondsLeft: null });
    expect(told.at(-1)).toMatchObject({ phase: 'install', bytes: total, total });
    expect(told.map((progress) => progress.bytes)).toEqual(
      told.map((progress) => progress.bytes).sort((a, b) => a - b),
    );
  });

  it('goes on after a cut where it stopped', async () => {
    server.handlers.set(`/${VISION}`, cutHalfWay);
    await expect(download()).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
    expect(existsSync(path.join(models, 'two-towers'))).toBe(false);
    server.handlers.clear();
    await download();
    const half = Math.floor((server.files.get(VISION)?.length ?? 0) / 2);
    expect(rangesOf(VISION)).toEqual([undefined, `bytes=${half}-`]);
    await verifyInstalled(models, 'two-towers');
  });

  it('begins anew where the file has changed in between, and does not load again what is complete', async () => {
    server.handlers.set(`/${TOKENIZER}`, (request, response, bytes) => {
      const other = Buffer.from(bytes.toString().replace('red', 'RED'));
      cutHalfWay(request, response, other);
    });
    await expect(download()).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
    server.handlers.clear();
    await download();
    expect(rangesOf(TOKENIZER)[1]).toMatch(/^bytes=/);
    expect(rangesOf(VISION)).toHaveLength(1);
    await verifyInstalled(models, 'two-towers');
  });

  it('begins anew where all of a file was there and only its name was not', async () => {
    server.handlers.set(`/${VISION}`, cutHalfWay);
    await expect(download()).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
    server.handlers.clear();
    const part = path.join(models, '.two-towers.part', `${VISION}.part`);
    await writeFile(part, server.files.get(VISION) ?? '');
    server.handlers.set(`/${VISION}`, (request, response, bytes) => {
      if (request.headers.range === `bytes=${bytes.length}-`) response.writeHead(416).end();
      else sendFile(request, response, bytes);
    });
    await download();
    expect(rangesOf(VISION).slice(-2)).toEqual([expect.stringMatching(/^bytes=/), undefined]);
    await verifyInstalled(models, 'two-towers');
  });

  it('needs room for what is missing alone', async () => {
    server.handlers.set(`/${VISION}`, cutHalfWay);
    await expect(download()).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
    server.handlers.clear();
    const vision = server.files.get(VISION)?.length ?? 0;
    const all = [...server.files.values()].reduce((sum, bytes) => sum + bytes.length, 0) + vision;
    // 50 MB stay free; half of the vision model is there, and a note of where it came from
    const enough = 50_000_000 + all - Math.floor(vision / 2);
    const withFree = (bytes: number) => download(definition(), { freeBytes: () => Promise.resolve(bytes) });
    await expect(withFree(enough - 2000)).rejects.toMatchObject({ code: 'DISK_FULL' });
    await withFree(enough);
    await verifyInstalled(models, 'two-towers');
  });

  it('begins anew where the server knows no parts', async () => {
    server.handlers.set(`/${VISION}`, cutHalfWay);
    await expect(download()).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
    server.handlers.set(`/${VISION}`, (_, response, bytes) =>
      response.writeHead(200, { 'content-length': bytes.length }).end(bytes),
    );
    await download();
    await verifyInstalled(models, 'two-towers');
  });

  it('follows redirects, and none to an address that is not encrypted', async () => {
    server.handlers.set(`/${VISION}`, (_, response) =>
      response.writeHead(302, { location: '/stored/elsewhere' }).end(),
    );
    server.handlers.set('/stored/elsewhere', (request, response) =>
      sendFile(request, response, server.files.get(VISION) ?? Buffer.of()),
    );
    await download();
    await verifyInstalled(models, 'two-towers');
    await removeEncoder(models, 'two-towers');

    server.handlers.set(`/${VISION}`, (_, response) =>
      response.writeHead(302, { location: 'http://localhost:9/x' }).end(),
    );
    await expect(download()).rejects.toMatchObject(failsWith('DOWNLOAD_FAILED', /localhost:9, which is not encrypted/));
    server.handlers.set(`/${VISION}`, (_, response) => response.writeHead(302, { location: `/${VISION}` }).end());
    await expect(download()).rejects.toMatchObject(failsWith('DOWNLOAD_FAILED', /redirects more than/));
  });

  it('asks nobody by http who was not named', async () => {
    await expect(downloadEncoder(models, definition())).rejects.toMatchObject(
      failsWith('DOWNLOAD_FAILED', /not encrypted/),
    );
    expect(server.requests).toEqual([]);
  });
});

describe('a download that goes wrong', () => {
  it('is refused by its size, before it is loaded', async () => {
    server.handlers.set(`/${VISION}`, (_, response) => response.writeHead(200, { 'content-length': 5_000_000 }).end());
    await expect(download()).rejects.toMatchObject(failsWith('ENCODER_SIZE', /5000000 bytes/));
  });

  it('is stopped where a server that says no size sends without end', async () => {
    server.handlers.set(`/${VISION}`, (_, response) => {
      response.writeHead(200, { etag: '"x"' });
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    await expect(download()).rejects.toMatchObject({ code: 'ENCODER_SIZE' });
  });

  it('is refused by its sum, both told, and loaded anew at the next try', async () => {
    const right = server.files.get(VISION) ?? Buffer.of();
    const wrong = Buffer.from(right);
    wrong[40] = (wrong[40] ?? 0) ^ 0xff;
    server.files.set(VISION, wrong);
    await expect(download()).rejects.toMatchObject(
      failsWith('ENCODER_CHECKSUM', new RegExp(`${sha256(wrong)}, listed is ${sha256(right)}`)),
    );
    expect((await listInstalled(models)).encoders).toEqual([]);
    server.files.set(VISION, right);
    await download();
    expect(rangesOf(VISION)).toEqual([undefined, undefined]);
  });

  it('shows and pins a sum that nobody knew, and refuses any later change', async () => {
    const { firstSeen } = await download(definition({ sums: false }));
    const bytes = server.files.get(TOKENIZER) ?? Buffer.of();
    expect(firstSeen).toContainEqual({ path: TOKENIZER, sha256: sha256(bytes) });
    expect((await download(definition({ sums: false }))).firstSeen).toEqual([]);
    await removeEncoder(models, 'two-towers');
    server.files.set(TOKENIZER, Buffer.from(bytes.toString().replace('red', 'RED')));
    await expect(download(definition({ sums: false }))).rejects.toMatchObject(failsWith('ENCODER_CHECKSUM', /pinned/));
  });

  it('can be cancelled and gone on with', async () => {
    const cancel = new AbortController();
    server.handlers.set(`/${VISION}`, (_, response, bytes) => {
      response.writeHead(200, { 'content-length': bytes.length, etag: etagOf(bytes) });
      response.write(bytes.subarray(0, 50));
    });
    const running = expect(download(definition(), { signal: cancel.signal })).rejects.toMatchObject(
      failsWith('DOWNLOAD_CANCELLED', /Two towers/),
    );
    const part = path.join(models, '.two-towers.part', `${VISION}.part`);
    await vi.waitFor(async () => expect((await stat(part)).size).toBe(50), { timeout: 10_000 });
    cancel.abort();
    await running;
    server.handlers.clear();
    await download();
    expect(rangesOf(VISION)).toEqual([undefined, 'bytes=50-']);
    const before = server.requests.length;
    await expect(download(definition(), { signal: cancel.signal })).rejects.toMatchObject({
      code: 'DOWNLOAD_CANCELLED',
    });
    expect(server.requests).toHaveLength(before);
  });

  it('says where a server refuses, is silent or is not there', async () => {
    server.handlers.set(`/${VISION}`, (_, response) => response.writeHead(404).end());
    await expect(download()).rejects.toMatchObject(failsWith('DOWNLOAD_FAILED', /404 Not Found/));
    server.handlers.set(`/${VISION}`, () => undefined);
    await expect(download(definition(), { silenceMs: 100 })).rejects.toMatchObject(
      failsWith('DOWNLOAD_FAILED', /does not answer/),
    );
    const wanted = definition();
    await server.stop();
    const httpHosts = [new URL(wanted.files[0]?.url ?? '').host];
    await expect(downloadEncoder(models, wanted, { httpHosts })).rejects.toMatchObject(
      failsWith('DOWNLOAD_FAILED', /ECONNREFUSED/),
    );
    await server.start();
  });

  it.skipIf(process.platform !== 'linux')(
    'tells a full disk, keeps what it has, and goes on when there is room',
    async () => {
      const freeBytes = () => Promise.resolve(1000);
      await expect(download(definition(), { freeBytes })).rejects.toMatchObject(failsWith('DISK_FULL', /are needed/));
      expect(server.requests).toEqual([]);
      const part = path.join(models, '.two-towers.part', `${TOKENIZER}.part`);
      await mkdir(path.dirname(part), { recursive: true });
      await symlink('/dev/full', part);
      await expect(download()).rejects.toMatchObject({ code: 'DISK_FULL' });
      await rm(part);
      await download();
      expect(rangesOf(VISION)).toHaveLength(1);
      expect((await readdir(models)).sort()).toEqual(['pins.json', 'two-towers']);
    },
  );

  it('leaves the installed one as it was, and can be taken away', async () => {
    await download(definition({ sums: false }));
    const manifest = await readFile(path.join(models, 'two-towers/installed.json'));
    server.handlers.set(`/${VISION}`, cutHalfWay);
    await expect(download(definition({ sums: false }))).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
    expect(await readFile(path.join(models, 'two-towers/installed.json'))).toEqual(manifest);
    await verifyInstalled(models, 'two-towers');
    await removeEncoder(models, 'two-towers');
    expect(await readdir(models)).toEqual(['pins.json']);
    await writeFile(path.join(models, 'pins.json'), 'nonsense');
    await expect(download()).rejects.toMatchObject(failsWith('ENCODER_DAMAGED', /pins\.json/));
  });
});

describe('the registry', () => {
  it('lists addresses by https alone, sums that are sums, and what each is called', () => {
    const ids = ENCODER_REGISTRY.map((known) => known.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(
      expect.arrayContaining([
        'builtin',
        'dinov2-small',
        'clip-vit-base-patch32',
        'siglip2-base',
        'mobileclip-s0',
        'mobileclip-s2',
      ]),
    );
    for (const { files } of ENCODER_REGISTRY) {
      for (const file of files) expect(file.url).toMatch(/^https:\/\/huggingface\.co\/.+\/resolve\/.+/);
    }
    expect(() => registeredEncoder('nothing')).toThrow(/builtin, dinov2-small/);
  });
});
