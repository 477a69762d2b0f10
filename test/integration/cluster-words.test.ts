import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { ServiceClient } from '../../src/contract/contract.ts';
import { installTwoTowers, switchTo } from '../fixtures/encoders.ts';
import { indexFolders, jsonLines, openLibrary, runCommand, temporaryFolder } from '../fixtures/library.ts';
import { mulberry32 } from '../fixtures/pictures.ts';

/** What the small encoder sees in each kind, and the word of the vocabulary that has the same colour in it. */
const KINDS = { red: 'Red flowers', green: 'Green meadow', blue: 'Blue sky' } as const;

/** Pictures in three colours, each a little another, in a folder whose name says nothing. */
async function writeColours(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const random = mulberry32(7);
  for (const [place, kind] of Object.keys(KINDS).entries()) {
    for (let i = 0; i < 8; i++) {
      const [r = 0, g = 0, b = 0] = [0, 1, 2].map((channel) =>
        Math.round((channel === place ? 200 : 20) + 15 * random()),
      );
      const picture = sharp({ create: { width: 64, height: 64, channels: 3, background: { r, g, b } } });
      await picture.png().toFile(join(folder, `${kind}${i}.png`));
    }
  }
}

async function proposed(client: ServiceClient, words: boolean): Promise<(string | null)[]> {
  const { clusters } = await client.explore.clusters({ granularity: 0.5, fresh: true, words });
  return clusters.filter(({ key }) => key !== 'alone').map(({ proposedName }) => proposedName);
}

test('clusters get names by words from an encoder that reads them, read once', async () => {
  const root = await temporaryFolder();
  const [photos, folder] = [join(root, '2019'), join(root, 'library')];
  await writeColours(photos);
  const { client, service } = await openLibrary(folder);
  await indexFolders(client, photos);
  await service.settled();
  // the built-in encoder reads none
  for (const name of await proposed(client, true)) expect(Object.values(KINDS)).not.toContain(name);

  const encoder = await installTwoTowers(client, root);
  await switchTo(client, encoder);
  await service.settled();
  const told = await client.explore.watch();
  expect((await proposed(client, false)).filter((name) => name === 'Blue sky')).toEqual([]);
  for await (const event of told) if (event.type === 'words') break;
  const named = (await proposed(client, false)).filter((name) => name !== null);
  expect(named.sort()).toEqual(Object.values(KINDS).toSorted());
  expect((await stat(join(folder, 'models', encoder, 'vocabulary.bin'))).size).toBeGreaterThan(1000);

  await service.close();
  const listed = jsonLines((await runCommand('clusters', '--json', '--library', folder)).stdout);
  expect(listed.map(({ proposedName }) => proposedName)).toEqual(expect.arrayContaining(Object.values(KINDS)));
});
