/** Each kind of damage is found by `verify`, mended by `--repair` and the next index run, and costs nothing that a person made. */
import Database from 'better-sqlite3';
import { readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { indexFolders, openLibrary, temporaryFolder } from '../fixtures/library.ts';
import { writeDrawings } from '../fixtures/pictures.ts';

interface Damage {
  readonly missing: number;
  readonly stale: number;
  readonly make: (library: string) => Promise<void> | void;
}

function inStore(library: string, sql: string): void {
  const db = new Database(join(library, 'features.sqlite'));
  db.exec(sql);
  db.close();
}

async function thumbnails(library: string): Promise<string[]> {
  const names = await readdir(join(library, 'thumbs'), { recursive: true });
  return names.filter((name) => name.endsWith('.webp')).map((name) => join(library, 'thumbs', name));
}

/** Several kinds at once, each of a picture of its own: a kind that is not found shows in the sum. */
const DAMAGES: Readonly<Record<string, Damage>> = {
  'features that are gone, features of another picture, a vector of zeros, one that is cut off, features of no picture':
    {
      missing: 4,
      stale: 1,
      make: (library) =>
        inStore(
          library,
          `DELETE FROM feature WHERE media_id = 1;
         UPDATE feature SET data = (SELECT data FROM feature WHERE media_id = 5) WHERE media_id = 2;
         UPDATE vector SET data = zeroblob(LENGTH(data)) WHERE media_id = 3;
         UPDATE vector SET data = SUBSTR(data, 1, 100) WHERE media_id = 4;
         INSERT INTO signature (media_id, data) SELECT -5, data FROM signature WHERE media_id = 6`,
        ),
    },
  'a thumbnail that is gone, one that is cut off, one of no picture': {
    missing: 2,
    stale: 1,
    make: async (library) => {
      const [gone = '', cut = ''] = await thumbnails(library);
      await rm(gone);
      await truncate(cut, 100);
      await writeFile(cut.replace(/[0-9a-f]{62}\.webp$/, `${'0'.repeat(62)}.webp`), 'left over');
    },
  },
  'a file of a picture that is not there': {
    missing: 1,
    stale: 0,
    make: (library) => {
      const db = new Database(join(library, 'catalog.sqlite'));
      db.pragma('foreign_keys = OFF');
      db.exec('UPDATE file SET media_id = 4711 WHERE media_id = 5');
      db.close();
    },
  },
};

test('each kind of damage is found, and mended by a repair and the next index run', async () => {
  const root = await temporaryFolder();
  const [photos, library] = [join(root, 'photos'), join(root, 'library')];
  await writeDrawings(photos, 6);
  const first = await openLibrary(library);
  await indexFolders(first.client, photos);
  await first.client.groups.create({ name: 'Kept', pictures: [1, 2, 3, 4, 5, 6] });
  await first.service.close();
  for (const [name, { missing, stale, make }] of Object.entries(DAMAGES)) {
    await make(library);
    const { client, service } = await openLibrary(library);
    expect(await client.verify({}), name).toMatchObject({ ok: false, missing, stale });
    await client.verify({ repair: true });
    await indexFolders(client, photos);
    expect(await client.verify({}), name).toMatchObject({ ok: true, missing: 0, stale: 0, pictures: 6 });
    expect((await client.groups.list())[0], name).toMatchObject({ name: 'Kept', pictures: 6 });
    await service.close();
  }
});
