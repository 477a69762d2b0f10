/** What a damaged, newer or older catalog costs, and that what a person made outlives it. */
import Database from 'better-sqlite3';
import { mkdir, open, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CATALOG_MIGRATIONS } from '../../src/library/catalog/catalog-schema.ts';
import { openService } from '../../src/library/service.ts';
import { indexFolders, openLibrary, runCommand, temporaryFolder } from '../fixtures/library.ts';
import { writeDrawings } from '../fixtures/pictures.ts';

/** Flips all bits of every page behind the first, as a dying disk or a wrong copy might. */
async function flipBytes(file: string): Promise<Buffer> {
  const bytes = await readFile(file);
  for (let i = 4096; i < bytes.length; i++) bytes[i] = 255 - (bytes[i] ?? 0);
  const handle = await open(file, 'r+');
  await handle.write(bytes);
  await handle.close();
  return bytes;
}

test('a catalog with flipped bytes is set aside, its newest sound backup restored, and the user told', async () => {
  const root = await temporaryFolder();
  const [photos, library] = [join(root, 'photos'), join(root, 'library')];
  await writeDrawings(photos, 6);
  const first = await openLibrary(library);
  await indexFolders(first.client, photos);
  await first.client.groups.create({ name: 'Kept', pictures: [1, 2] });
  await first.service.close();
  // a day's first opening makes its backup
  await (await openService({ libraryFolder: library })).close();
  const [made = ''] = await readdir(join(library, 'backups'));
  expect(made).toMatch(/^catalog-.*\.sqlite$/);
  // a newer one that is no good is passed over
  await writeFile(join(library, 'backups', 'catalog-2199-01-01T00-00-00-000Z.sqlite'), 'half a backup');
  const later = await openLibrary(library);
  await writeDrawings(join(root, 'more'), 2, 77);
  await indexFolders(later.client, join(root, 'more'));
  await later.service.close();
  const damaged = await flipBytes(join(library, 'catalog.sqlite'));

  // a reader names it and touches nothing
  const reader = await runCommand('status', '--library', library);
  expect(reader.stderr).toMatch(/^CATALOG_DAMAGED: /m);
  const { service, client } = await openLibrary(library);
  expect(service.notices).toEqual([expect.stringMatching(/was damaged, so the backup of 20.* was restored/)]);
  const aside = (await readdir(library)).find((name) => /^catalog\.damaged-.*\.sqlite$/.test(name)) ?? '';
  expect((await readFile(join(library, aside))).equals(damaged)).toBe(true);
  const [group] = await client.groups.list();
  expect(group).toMatchObject({ name: 'Kept', pictures: 2 });
  await indexFolders(client, join(root, 'more'));
  await client.verify({ repair: true });
  expect(await client.verify({})).toMatchObject({ ok: true, pictures: 8 });
});

test('a catalog of a newer version is refused, and not a byte of the library is written', async () => {
  const library = await temporaryFolder();
  const file = join(library, 'catalog.sqlite');
  const db = new Database(file);
  db.exec('CREATE TABLE of_the_future (x); PRAGMA user_version = 999');
  db.close();
  const before = await readFile(file);
  for (const access of ['read', 'write'] as const) {
    await expect(openService({ libraryFolder: library, access })).rejects.toMatchObject({ code: 'CATALOG_NEWER' });
  }
  expect((await readFile(file)).equals(before)).toBe(true);
});

test('a catalog is backed up before its schema is brought up to date', async () => {
  const library = await temporaryFolder();
  await mkdir(library, { recursive: true });
  const db = new Database(join(library, 'catalog.sqlite'));
  for (const { version, sql } of CATALOG_MIGRATIONS.slice(0, 2)) db.exec(`${sql}; PRAGMA user_version = ${version}`);
  db.close();
  await (await openService({ libraryFolder: library })).close();
  const [name = ''] = await readdir(join(library, 'backups'));
  const backup = new Database(join(library, 'backups', name), { readonly: true });
  expect(backup.pragma('user_version', { simple: true })).toBe(2);
  backup.close();
});
