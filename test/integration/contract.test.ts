import { createORPCClient, isDefinedError, safe } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { RPCHandler } from '@orpc/server/message-port';
import { symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ServiceClient } from '../../src/contract/contract.ts';
import { layoutCount } from '../../src/contract/picture-layout.ts';
import { indexFolders, openLibrary, temporaryFolder } from '../fixtures/library.ts';
import { writeDrawings, writeRepeatedDrawings } from '../fixtures/pictures.ts';

/** A client on the far end of a real message port, as the window has it. */
async function clientOverPort(library: string): Promise<ServiceClient> {
  const { service } = await openLibrary(library);
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => {
    port1.close();
    port2.close();
  });
  new RPCHandler(service.router).upgrade(port1);
  port1.start();
  port2.start();
  return createORPCClient(new RPCLink({ port: port2 }));
}

test('the whole path over a message port: progress, results, binary data', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  const [path = ''] = await writeDrawings(photos, 12);
  const client = await clientOverPort(join(folder, 'library'));
  expect(await indexFolders(client, photos)).toMatchObject({ found: 12, indexed: 12 });
  const { rows } = await client.pictures.layout({});
  expect(layoutCount(new Uint8Array(await rows.arrayBuffer()))).toBe(12);
  const link = join(folder, 'link');
  await symlink(photos, link, 'junction');
  const [written, linked, none] = await client.pictures.at({
    paths: [path, join(link, basename(path)), join(link, 'none.jpg')],
  });
  expect([typeof written, linked, none]).toEqual(['number', written, null]);
  const bytes = new Blob(['no picture']);
  const { neighbors, thumbnails } = await client.search.similar({ examples: [{ kind: 'file', path }] });
  expect(neighbors[0]?.path).toBe(path);
  expect(thumbnails[0]?.type).toBe('image/webp');
  expect(thumbnails[0]?.size).toBeGreaterThan(100);
  await expect(client.search.similar({ examples: [{ kind: 'bytes', bytes }] })).rejects.toMatchObject({
    code: 'PICTURE_UNREADABLE',
  });
});

test('errors arrive typed, and input that the contract does not allow is refused', async () => {
  const folder = await temporaryFolder();
  const client = await clientOverPort(join(folder, 'library'));
  const { error } = await safe(client.sources.add({ path: join(folder, 'none') }));
  expect(isDefinedError(error) && error.code === 'FOLDER_MISSING' && error.data.detail).toBe(join(folder, 'none'));
  expect(error?.message).toContain(join(folder, 'none'));
  const wrong = { id: 'one' } as unknown as { id: number };
  await expect(client.pictures.get(wrong)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  await expect(client.sources.remove({ id: 77 })).rejects.toMatchObject({ code: 'SOURCE_UNKNOWN' });
});

test('a search is answered while an index run is under way, and cancel reaches the run', async () => {
  const folder = await temporaryFolder();
  await writeDrawings(join(folder, 'few'), 10);
  await writeRepeatedDrawings(join(folder, 'many'), 150, { width: 1200, height: 900 });
  const client = await clientOverPort(join(folder, 'library'));
  await indexFolders(client, join(folder, 'few'));
  const running = indexFolders(client, join(folder, 'many'));
  const stop = new AbortController();
  for await (const event of await client.indexing.watch(undefined, { signal: stop.signal })) {
    if (event.type !== 'progress' || event.state !== 'indexing' || event.indexed < 5) continue;
    const { neighbors } = await client.search.similar({
      examples: [{ kind: 'file', path: join(folder, 'few', '0003.jpg') }],
    });
    expect(neighbors[0]?.path).toBe(join(folder, 'few', '0003.jpg'));
    await client.indexing.cancel();
    stop.abort();
    break;
  }
  const summary = await running;
  expect(summary.cancelled).toBe(true);
  expect(summary.indexed).toBeLessThan(150);
});
