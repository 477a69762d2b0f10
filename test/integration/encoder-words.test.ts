import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import type { ServiceClient } from '../../src/contract/contract.ts';
import { encoderDefinition } from '../../src/compute/encoders/definition.ts';
import { ENCODER_REGISTRY } from '../../src/compute/encoders/registry.ts';
import { encodersEvent, installTwoTowers, switchTo } from '../fixtures/encoders.ts';
import { indexFolders, jsonLines, openLibrary, runCommand, temporaryFolder } from '../fixtures/library.ts';
import { sha256, twoTowersDefinition, twoTowersFiles, writeTwoTowers } from '../fixtures/onnx-models.ts';

const COLOURS = {
  red: [210, 30, 30],
  green: [30, 210, 30],
  blue: [30, 30, 210],
  yellow: [210, 200, 30],
  grey: [120, 120, 120],
} as const;

/** A picture of each colour, named by it. */
async function colouredPictures(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, [r, g, b]] of Object.entries(COLOURS)) {
    const picture = sharp({ create: { width: 320, height: 240, channels: 3, background: { r, g, b } } });
    await picture.png().toFile(join(folder, `${name}.png`));
  }
}

async function colouredLibrary() {
  const root = await temporaryFolder();
  const photos = join(root, 'photos');
  await colouredPictures(photos);
  const folder = join(root, 'library');
  const opened = await openLibrary(folder);
  await indexFolders(opened.client, photos);
  return { root, photos, folder, ...opened };
}

type Query = Parameters<ServiceClient['search']['similar']>[0];

async function found(client: ServiceClient, query: Query): Promise<string[]> {
  const { neighbors } = await client.search.similar({ k: 5, ...query });
  return neighbors.map(({ path }) => basename(path, '.png'));
}

test('pictures are found by words, and words and pictures together', async () => {
  const { client, root, photos } = await colouredLibrary();
  const words = { examples: [], text: 'red' };
  await expect(client.search.similar(words)).rejects.toMatchObject({ code: 'ENCODER_READS_NO_WORDS' });
  await expect(client.search.similar({ examples: [] })).rejects.toMatchObject({ code: 'BAD_REQUEST' });

  await switchTo(client, await installTwoTowers(client, root));
  for (const colour of ['red', 'green', 'blue']) {
    expect((await found(client, { examples: [], text: colour }))[0]).toBe(colour);
  }
  const file = (name: string, wanted = true) => ({ kind: 'file' as const, path: join(photos, `${name}.png`), wanted });
  // half red, half green is yellow
  expect((await found(client, { examples: [file('red')], text: 'green' }))[0]).toBe('yellow');
  expect((await found(client, { examples: [file('red', false)], text: 'red green' })).at(0)).toBe('green');

  const { neighbors } = await client.search.similar({ examples: [], text: 'blue', k: 5 });
  // the line between words and pictures is their own: 0.2, where that between pictures is 0.5
  for (const { score, related } of neighbors) expect(related).toBe(score >= 0.2);
  const both = await client.search.similar({ examples: [file('blue')], text: 'blue', k: 5 });
  expect(both.neighbors[0]).toMatchObject({ related: true });
  expect(both.thumbnails).toHaveLength(1);
});

test('the command line installs, switches, finds by words and removes', async () => {
  const { root, photos, folder, service } = await colouredLibrary();
  await service.close();
  const source = join(root, 'source');
  await writeTwoTowers(source);
  const command = async (...args: string[]) => runCommand(...args, '--library', folder, '--json');

  const refused = await command('similar', '--text', 'green');
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain('ENCODER_READS_NO_WORDS');
  expect((await command('similar')).code).toBe(2);
  const asked = await command('encoders', 'install', 'dinov2-small');
  expect(asked.code).toBe(2);
  expect(asked.stderr).toMatch(/89 MB.*\n.*Apache-2\.0.*\n.*--yes/);

  const installed = await command('encoders', 'install', source);
  expect(jsonLines(installed.stdout)).toMatchObject([{ id: 'two-towers', installed: true, active: false, text: true }]);
  const used = await command('encoders', 'use', 'two-towers');
  expect(jsonLines(used.stdout)).toMatchObject([{ id: 'two-towers', active: true }]);
  const results = jsonLines((await command('similar', '--text', 'green', '-k', '2')).stdout);
  expect(results).toMatchObject([{ rank: 1, path: join(photos, 'green.png') }, { rank: 2 }]);
  const listed = jsonLines((await command('encoders')).stdout);
  expect(listed.map(({ id }) => id)).toEqual(expect.arrayContaining(['builtin', 'two-towers', 'siglip2-base']));
  expect(jsonLines((await command('status')).stdout)).toMatchObject([{ encoder: 'two-towers', vectors: 5 }]);
  const busy = await command('encoders', 'remove', 'two-towers');
  expect(busy).toMatchObject({ code: 1 });
  expect(busy.stderr).toContain('ENCODER_IN_USE');
});

test('a download is asked for, told and installed; nothing is requested before', async () => {
  const root = await temporaryFolder();
  const files = twoTowersFiles();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? '').slice(1);
    requests.push(path);
    const bytes = files.get(path);
    response.writeHead(bytes ? 200 : 404, { 'content-length': bytes?.length ?? 0 }).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const listed = encoderDefinition.parse({
    ...twoTowersDefinition({ source: 'hub' }),
    licence: { name: 'research only', url: null, file: null, restricted: true },
    files: twoTowersDefinition().files.map((file) => {
      const bytes = files.get(file.path) ?? Buffer.of();
      return {
        ...file,
        bytes: bytes.length,
        bytesAre: 'exact',
        sha256: sha256(bytes),
        url: `http://${host}/${file.path}`,
      };
    }),
  });
  const registry = [...ENCODER_REGISTRY.slice(0, 1), listed];
  const { client } = await openLibrary(join(root, 'library'), { registry, httpHosts: [host] });
  const download = (acceptLicence: boolean) => client.encoders.download({ id: 'two-towers', acceptLicence });
  expect(await client.encoders.list()).toMatchObject([
    { id: 'builtin' },
    { id: 'two-towers', state: 'available', source: 'registry', licence: { restricted: true } },
  ]);
  await expect(download(false)).rejects.toMatchObject({ code: 'ENCODER_LICENCE' });
  await expect(client.encoders.download({ id: 'other' })).rejects.toMatchObject({ code: 'ENCODER_UNKNOWN' });
  expect(requests).toEqual([]);

  const done = await encodersEvent(client, 'installed', async () => {
    await download(true);
    await expect(download(true)).rejects.toMatchObject({ code: 'ENCODER_BUSY' });
  });
  expect(done).toMatchObject({ encoder: 'two-towers', name: 'Two towers', firstSeen: [] });
  expect(requests.toSorted()).toEqual([...files.keys()].toSorted());
  expect(await client.encoders.list()).toMatchObject([{}, { id: 'two-towers', state: 'ready', installed: true }]);

  files.set('onnx/text.onnx', Buffer.from('another file'));
  await client.encoders.remove({ id: 'two-towers' });
  const failed = await encodersEvent(client, 'failed', () => download(true));
  expect(failed).toMatchObject({ what: 'download', encoder: 'two-towers', code: 'ENCODER_SIZE' });
});

test('what encodes is listed, chosen and remembered', async () => {
  const folder = join(await temporaryFolder(), 'library');
  // a process as a GPU's is one, though the processor does its work
  const gpu = {
    id: 'gpu',
    kind: 'webgpu' as const,
    name: 'Graphics',
    driver: '',
    provider: { name: 'cpu', deviceId: 0 },
  };
  const options = { devices: () => Promise.resolve([gpu]) };
  const first = await openLibrary(folder, options);
  const report = await first.client.compute.devices({ wait: true });
  expect(report).toMatchObject({ choice: 'auto', settled: true, devices: [{ id: 'cpu' }, { id: 'gpu' }] });
  expect(report.devices.every(({ rate }) => (rate ?? 0) > 0)).toBe(true);
  await expect(first.client.compute.choose({ device: 'nothing' })).rejects.toMatchObject({ code: 'DEVICE_UNKNOWN' });
  expect(await first.client.compute.choose({ device: 'gpu' })).toMatchObject({ choice: 'gpu', provider: 'Graphics' });
  await first.service.close();
  const second = await openLibrary(folder, options);
  expect(await second.client.compute.devices({ wait: true })).toMatchObject({ choice: 'gpu', provider: 'Graphics' });
});
