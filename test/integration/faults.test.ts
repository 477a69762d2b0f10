import Database from 'better-sqlite3';
import { execFile } from 'node:child_process';
import { mkdir, open, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { DecodePool } from '../../src/library/media/decode-pool.ts';
import { openService } from '../../src/library/service.ts';
import { indexFolders, openLibrary, runCommand, startCommand, temporaryFolder } from '../fixtures/library.ts';
import { drawing, writeDrawings } from '../fixtures/pictures.ts';

const run = promisify(execFile);

/** What a library holds, without what differs between two runs that end alike: ids, and when a failure was seen. */
function contents(library: string): unknown {
  const db = new Database(join(library, 'catalog.sqlite'), { readonly: true });
  db.prepare('ATTACH ? AS f').run(join(library, 'features.sqlite'));
  const pictures = db
    .prepare(
      `SELECT file.path, file.size, file.mtime_ms, m.hash, m.width, m.height, m.format,
              (SELECT hex(data) FROM f.feature WHERE media_id = m.id) AS features,
              (SELECT hex(data) FROM f.vector WHERE media_id = m.id) AS vector
       FROM file JOIN media m ON m.id = file.media_id ORDER BY file.path`,
    )
    .all();
  const failures = db.prepare('SELECT path, code FROM failure ORDER BY path').all();
  const orphans = db.prepare('SELECT COUNT(*) AS n FROM f.feature WHERE media_id NOT IN (SELECT id FROM media)').get();
  db.close();
  return { pictures, failures, orphans };
}

test('killed at several moments, the next run ends in the same state as one that was not', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  await writeDrawings(photos, 70, 1, 480, 360);
  await writeFile(join(photos, 'bad.jpg'), 'no picture');
  const whole = join(folder, 'whole');
  const started = performance.now();
  expect((await runCommand('index', photos, '--library', whole)).code).toBe(0);
  const duration = performance.now() - started;

  const killed = join(folder, 'killed');
  // from the start of the process through the middle of the pipeline to the writing of the index
  for (const share of [0.15, 0.3, 0.45, 0.6, 0.75, 0.9]) {
    const { child, result } = startCommand('index', photos, '--library', killed);
    await wait(share * duration);
    child.kill('SIGKILL');
    await result;
  }
  expect((await runCommand('index', photos, '--library', killed)).code).toBe(0);
  expect(contents(killed)).toEqual(contents(whole));
  expect(JSON.parse((await runCommand('verify', '--library', killed, '--json')).stdout)).toMatchObject({
    ok: true,
    pictures: 70,
    vectors: 70,
    recall10: expect.closeTo(1, 2) as number,
  });
});

test('a second process gets a clear error, and reading goes on beside the first', async () => {
  const folder = await temporaryFolder();
  const library = join(folder, 'library');
  await writeDrawings(join(folder, 'photos'), 3);
  const { client } = await openLibrary(library);
  await indexFolders(client, join(folder, 'photos'));
  const second = await runCommand('index', join(folder, 'photos'), '--library', library);
  expect(second.code).toBe(1);
  expect(second.stderr).toMatch(/^LIBRARY_LOCKED: /m);
  const reader = await runCommand('similar', join(folder, 'photos', '0000.jpg'), '--library', library, '--json');
  expect(reader.stdout.split('\n')[0]).toContain('"rank":1');
});

test('a catalog of a newer version is refused and left alone', async () => {
  const folder = await temporaryFolder();
  await mkdir(folder, { recursive: true });
  const db = new Database(join(folder, 'catalog.sqlite'));
  db.pragma('user_version = 999');
  db.close();
  await expect(openService({ libraryFolder: folder })).rejects.toMatchObject({ code: 'CATALOG_NEWER' });
  const after = new Database(join(folder, 'catalog.sqlite'));
  expect(after.pragma('user_version', { simple: true })).toBe(999);
  after.close();
});

test('a damaged catalog is named and left as it is', async () => {
  const folder = await temporaryFolder();
  await writeFile(
    join(folder, 'catalog.sqlite'),
    'this is not a database, and long enough to be looked at as one'.repeat(40),
  );
  await expect(openService({ libraryFolder: folder })).rejects.toMatchObject({ code: 'CATALOG_DAMAGED' });
});

test('a library that cannot be made says where', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'file'), '');
  await expect(openService({ libraryFolder: join(folder, 'file', 'library') })).rejects.toMatchObject({
    code: 'LIBRARY_READ_ONLY',
  });
});

const canMount = process.platform === 'linux' && process.getuid?.() === 0;
if (!canMount) console.log('skipped: full disk and read-only folder need root on Linux, to mount a small tmpfs');

/** A tmpfs of `size`; unmounted when the test ends, after what has been opened on it was closed. */
async function smallDisk(size: string): Promise<string> {
  const folder = await temporaryFolder();
  await run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  onTestFinished(async () => {
    await run('umount', ['-l', folder]);
  });
  return folder;
}

test.skipIf(!canMount)('a full disk ends the run with its code, and what was done is kept', async () => {
  const disk = await smallDisk('3m');
  const photos = join(await temporaryFolder(), 'photos');
  await writeDrawings(photos, 100, 1, 600, 400);
  await writeFile(join(disk, 'ballast'), Buffer.alloc(2_500_000));
  const library = join(disk, 'library');
  const full = await runCommand('index', photos, '--library', library);
  expect(full.code).toBe(1);
  expect(full.stderr).toMatch(/^DISK_FULL: /m);
  await rm(join(disk, 'ballast'));
  await run('mount', ['-o', 'remount,size=64m', disk]);
  expect((await runCommand('index', photos, '--library', library)).code).toBe(0);
  expect(JSON.parse((await runCommand('verify', '--library', library, '--json')).stdout)).toMatchObject({
    ok: true,
    pictures: 100,
  });
});

test.skipIf(!canMount)('a read-only library folder is refused for writing', async () => {
  const disk = await smallDisk('8m');
  await run('mount', ['-o', 'remount,ro', disk]);
  const result = await runCommand('index', disk, '--library', join(disk, 'library'));
  expect(result.code).toBe(1);
  expect(result.stderr).toMatch(/^LIBRARY_READ_ONLY: /m);
});

test('a decode worker that dies costs its file and no other', async () => {
  const folder = await temporaryFolder();
  const paths = await writeDrawings(folder, 20, 1, 1600, 1200);
  const pool = new DecodePool(2);
  onTestFinished(() => pool.close());
  const results = Promise.allSettled(paths.map((path) => pool.decode({ path })));
  await wait(700);
  await killOneDecoder();
  const settled = await results;
  const failed = settled.filter(({ status }) => status === 'rejected');
  expect(failed.length).toBeLessThanOrEqual(1);
  await expect(pool.decode({ path: paths[0] ?? '' })).resolves.toMatchObject({ width: 1600 });
});

/** Kills the newest decode worker of this process, as a crash in a decoder would. */
async function killOneDecoder(): Promise<void> {
  const { stdout } = await run('pgrep', ['-P', String(process.pid), '-f', 'decode-worker']);
  const pids = stdout.split('\n').filter(Boolean).map(Number);
  expect(pids.length).toBeGreaterThan(0);
  process.kill(pids.at(-1) ?? 0, 'SIGKILL');
}

test('a decoder that hangs is given up', async () => {
  const folder = await temporaryFolder();
  // a named pipe that nobody writes to: opening it for reading waits for ever
  const pipe = join(folder, 'pipe.jpg');
  await run('mkfifo', [pipe]);
  const picture = join(folder, 'picture.jpg');
  await drawing(1).jpeg().toFile(picture);
  const pool = new DecodePool(1, 5_000);
  onTestFinished(() => pool.close());
  const [hung, other] = await Promise.allSettled([pool.decode({ path: pipe }), pool.decode({ path: picture })]);
  expect(hung).toMatchObject({ status: 'rejected', reason: { code: 'DECODER_TIMEOUT' } });
  expect(other).toMatchObject({ status: 'fulfilled', value: { width: 320, height: 240 } });
});

test('a person waits for no video: what is urgent is decoded beside it, and nothing is put behind it', async () => {
  const folder = await temporaryFolder();
  // a video that is read for ever
  const pipe = join(folder, 'long.mp4');
  await run('mkfifo', [pipe]);
  const picture = join(folder, 'picture.jpg');
  await drawing(1).jpeg().toFile(picture);
  const pool = new DecodePool(1, 6_000);
  onTestFinished(() => pool.close());
  const long = pool.decode({ path: pipe }, { isLong: true });
  const order: string[] = [];
  const settled = Promise.allSettled([
    long.catch(() => order.push('long')),
    pool.decode({ path: picture }).then(() => order.push('behind')),
    pool.decode({ path: picture }, { urgent: true }).then(() => order.push('urgent')),
  ]);
  await settled;
  expect(order).toEqual(['urgent', 'long', 'behind']);
});

test('an index file with a flipped byte is not used, and is built again', async () => {
  const folder = await temporaryFolder();
  const library = join(folder, 'library');
  await writeDrawings(join(folder, 'photos'), 40);
  const first = await openLibrary(library);
  await indexFolders(first.client, join(folder, 'photos'));
  // scores differ until the neighbors of all pictures are known
  await first.service.settled();
  const example = { kind: 'file' as const, path: join(folder, 'photos', '0007.jpg') };
  const before = await first.client.search.similar({ examples: [example] });
  await first.service.close();
  const models = join(library, 'vectors');
  const [model = ''] = await readdir(models);
  const file = (await readdir(join(models, model))).find((name) => name.endsWith('.bin')) ?? '';
  const handle = await open(join(models, model, file), 'r+');
  await handle.write(Buffer.from([0xff]), 0, 1, 5_000);
  await handle.close();
  const second = await openLibrary(library);
  await second.service.settled();
  const after = await second.client.search.similar({ examples: [example] });
  expect(after.neighbors).toEqual(before.neighbors);
  expect((await second.client.verify({})).ok).toBe(true);
});
