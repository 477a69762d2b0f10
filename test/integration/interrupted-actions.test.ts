/** File actions that something comes in the way of: a drive that is away, the program's end, a file that is not as it was. */
import Database from 'better-sqlite3';
import { appendFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { ServiceClient } from '../../src/contract/contract.ts';
import { countingEncoder } from '../fixtures/counting-encoder.ts';
import { contentsOf, ordered, stepsOf, writeNumbered } from '../fixtures/file-actions.ts';
import { indexFolders, openLibrary, temporaryFolder } from '../fixtures/library.ts';
import { writeDrawings } from '../fixtures/pictures.ts';

let root = '';
let photos = '';
let target = '';
let library = '';

beforeEach(async () => {
  root = await temporaryFolder();
  photos = join(root, 'photos');
  target = join(root, 'target');
  library = join(root, 'library');
  vi.stubEnv('XDG_DATA_HOME', join(root, 'data'));
  onTestFinished(() => void vi.unstubAllEnvs());
  await mkdir(target);
});

function opened(options: Parameters<typeof openLibrary>[1] = {}) {
  return openLibrary(library, { encoder: countingEncoder(), ...options });
}

async function idOf(client: ServiceClient, path: string): Promise<number> {
  return (await client.pictures.at({ paths: [path] }))[0] ?? 0;
}

/** Writes into the journal what a program leaves that is ended in the middle of a plan. */
function leaveBegun(id: number): void {
  const db = new Database(join(library, 'catalog.sqlite'));
  db.prepare(`UPDATE action_plan SET state = 'running' WHERE id = ?`).run(id);
  db.prepare(`UPDATE action_step SET state = 'begun' WHERE plan_id = ?`).run(id);
  db.close();
}

async function statesOf(client: ServiceClient, id: number): Promise<string[]> {
  return (await stepsOf(client, id)).map(({ state }) => state);
}

test.each([
  ['photos', 'empty'],
  ['target', 'no'],
  ['target', 'empty'],
] as const)(
  'what was begun is settled only when both drives are here: without that of the %s, and %s place of it, it is left',
  async (missing, place) => {
    const [a = '', b = ''] = await writeDrawings(photos, 2);
    const first = await opened();
    await indexFolders(first.client, photos);
    const before = await contentsOf(photos);
    const { id } = await first.client.actions.plan(await ordered(first.client, 'move', target));
    await first.service.close();
    leaveBegun(id);
    // one was moved, the other was not
    await rename(a, join(target, '0000.jpg'));
    const away = missing === 'photos' ? photos : target;
    await rename(away, `${away} away`);
    // the empty place where a drive was
    if (place === 'empty') await mkdir(away);
    const without = await opened();
    // the one that is at its old place has no other, as far as can be seen
    const seen = missing === 'target' && place === 'empty' ? ['begun', 'planned'] : ['begun', 'begun'];
    expect((await statesOf(without.client, id)).sort()).toEqual(seen);
    const left = seen.filter((state) => state === 'begun').length;
    expect(await without.client.actions.list()).toMatchObject([{ unsettled: left }]);
    expect(without.service.notices.join()).toMatch(new RegExp(`“Moved 0 of 2 files to target” .* of ${left} files? `));
    await without.service.close();
    await rm(away, { recursive: true, force: true });
    await rename(`${away} away`, away);
    const { client } = await opened();
    const steps = await stepsOf(client, id);
    expect(new Map(steps.map(({ source, state }) => [source, state]))).toEqual(
      new Map([
        [a, 'done'],
        [b, 'planned'],
      ]),
    );
    expect(await client.actions.list()).toMatchObject([{ state: 'stopped', done: 1 }]);
    expect(await client.actions.undo({ id })).toMatchObject({ state: 'undone', refused: [] });
    expect(await contentsOf(photos)).toEqual(before);
  },
);

test('the library opens, and it is said, where it cannot be written down what came of what was begun', async () => {
  const [a = ''] = await writeDrawings(photos, 1);
  const first = await opened();
  await indexFolders(first.client, photos);
  const { id } = await first.client.actions.plan(await ordered(first.client, 'move', target));
  await first.service.close();
  leaveBegun(id);
  await rename(a, join(target, '0000.jpg'));
  const change = (sql: string): void => void new Database(join(library, 'catalog.sqlite')).exec(sql).close();
  change(`CREATE TRIGGER broken BEFORE UPDATE ON action_step BEGIN SELECT RAISE(ABORT, 'no'); END`);
  const { client, service } = await opened();
  expect(service.notices).toEqual([expect.stringContaining('could not be found out')]);
  for await (const event of await client.encoders.watch()) {
    if (event.type === 'notice') break;
  }
  expect(await statesOf(client, id)).toEqual(['begun']);
  await service.close();
  change('DROP TRIGGER broken');
  const again = await opened();
  expect(again.service.notices).toEqual([]);
  expect(await statesOf(again.client, id)).toEqual(['done']);
  expect(await again.client.actions.undo({ id })).toMatchObject({ state: 'undone' });
});

test('a note in the trash that cannot be read keeps no library from opening', async () => {
  await writeDrawings(photos, 1);
  const first = await opened();
  await indexFolders(first.client, photos);
  const plan = await first.client.actions.plan(await ordered(first.client, 'trash', ''));
  await first.service.close();
  leaveBegun(plan.id);
  const info = join(root, 'data', 'Trash', 'info');
  await mkdir(info, { recursive: true });
  await writeFile(join(info, '0000.jpg.trashinfo'), '[Trash Info]\nPath=/caf%E9.jpg\n');
  const { client } = await opened();
  expect(await statesOf(client, plan.id)).toEqual(['planned']);
  expect(await client.actions.run({ id: plan.id })).toMatchObject({ state: 'done', done: 1 });
  expect(await client.actions.undo({ id: plan.id })).toMatchObject({ state: 'undone' });
  expect(Object.keys(await contentsOf(info))).toEqual(['0000.jpg.trashinfo']);
});

test('nothing is done with a spare file whose kept one has changed since, nor with what goes with it', async () => {
  const [kept = '', spare = '', other = ''] = await writeDrawings(photos, 3);
  await writeFile(join(photos, '0001.xmp'), '<x/>');
  const { client } = await opened();
  await indexFolders(client, photos);
  const before = await contentsOf(photos);
  const pictures = [
    { id: await idOf(client, spare), kept: { id: await idOf(client, kept) } },
    { id: await idOf(client, other) },
  ];
  const { id } = await client.actions.plan({ kind: 'trash', pictures });
  await appendFile(kept, 'x');
  const outcome = await client.actions.run({ id });
  expect(outcome).toMatchObject({ state: 'done', done: 1, failed: 2, refusedFiles: 2 });
  expect(outcome.refused).toEqual([
    { path: spare, reason: 'kept-missing' },
    { path: join(photos, '0001.xmp'), reason: 'kept-missing' },
  ]);
  const now = await contentsOf(photos);
  expect([now['0001.jpg'], now['0001.xmp'], now['0002.jpg']]).toEqual([
    before['0001.jpg'],
    before['0001.xmp'],
    undefined,
  ]);
  const undone = await client.actions.undo({ id });
  expect(undone).toMatchObject({ state: 'undone', refused: [], description: 'Undid what was done with 1 file' });
  await expect(client.actions.run({ id })).rejects.toMatchObject({ code: 'ACTION_ENDED' });
});

test('what goes with a picture stays where it is when the picture cannot come back', async () => {
  const [a = ''] = await writeDrawings(photos, 20);
  for (const name of ['0000.xmp', '0000.mov', '0019.xmp']) await writeFile(join(photos, name), name);
  const { client } = await opened();
  await indexFolders(client, photos);
  const before = await contentsOf(photos);
  const { id } = await client.actions.plan(await ordered(client, 'move', target));
  expect(await client.actions.run({ id })).toMatchObject({ done: 23 });
  await writeFile(a, 'a new file');
  const undone = await client.actions.undo({ id });
  expect(undone).toMatchObject({ state: 'done', done: 3, refusedFiles: 3 });
  expect(undone.refused.map(({ reason }) => reason)).toEqual(['taken', 'taken', 'taken']);
  expect(Object.keys(await contentsOf(target)).sort()).toEqual(['0000.jpg', '0000.mov', '0000.xmp']);
  await rm(a);
  expect(await client.actions.undo({ id })).toMatchObject({ state: 'undone', done: 0 });
  expect(await contentsOf(photos)).toEqual(before);
});

test('a drive that is away stops a plan, and costs none of its files', async () => {
  await writeDrawings(photos, 3);
  const { client } = await opened();
  await indexFolders(client, photos);
  const { id } = await client.actions.plan(await ordered(client, 'move', target));
  await rename(photos, `${photos} away`);
  const outcome = await client.actions.run({ id });
  expect(outcome).toMatchObject({ state: 'stopped', done: 0, failed: 0, error: { code: 'FOLDER_MISSING' } });
  await rename(`${photos} away`, photos);
  await rename(target, `${target} away`);
  await expect(client.actions.run({ id })).rejects.toMatchObject({ code: 'FOLDER_MISSING' });
  await rename(`${target} away`, target);
  expect(await client.actions.run({ id })).toMatchObject({ state: 'done', done: 3, failed: 0 });
});

test('what was cancelled stays so after the program’s end, and undoing that was stopped goes on as undoing', async () => {
  await writeNumbered(photos, 128);
  const first = await opened();
  await indexFolders(first.client, photos);
  const before = await contentsOf(photos);
  const { id } = await first.client.actions.plan(await ordered(first.client, 'trash', ''));
  const jobOf = async (client: ServiceClient, kind: string): Promise<string> => {
    for await (const { jobs } of await client.jobs.watch()) {
      const job = jobs.find((each) => each.kind === kind && each.state === 'running');
      if (job) return job.id;
    }
    throw new Error('the stream of jobs ended');
  };
  const running = first.client.actions.run({ id });
  const cancelled = first.client.jobs.cancel({ id: await jobOf(first.client, 'actions') });
  await first.service.close();
  await Promise.allSettled([cancelled, running]);
  const second = await opened({ watch: true });
  expect(await second.client.actions.list()).toMatchObject([{ state: 'stopped' }]);
  await second.client.actions.run({ id });

  const undoing = second.client.actions.undo({ id });
  await second.client.jobs.cancel({ id: await jobOf(second.client, 'undo-actions') });
  expect(await undoing).toMatchObject({ state: 'undo-stopped' });
  await expect(second.client.actions.run({ id })).rejects.toMatchObject({ code: 'ACTION_ENDED' });
  expect(await second.client.actions.undo({ id })).toMatchObject({ state: 'undone' });
  expect(await contentsOf(photos)).toEqual(before);
});

test('a plan for a folder that was picked before the program’s end is not carried out until it is picked again', async () => {
  await writeDrawings(photos, 1);
  const first = await opened({ pickedOnly: true });
  first.service.pick(photos);
  await indexFolders(first.client, photos);
  first.service.pick(target);
  const { id } = await first.client.actions.plan(await ordered(first.client, 'move', target));
  await first.service.close();
  const { client, service } = await opened({ pickedOnly: true });
  await expect(client.actions.run({ id })).rejects.toMatchObject({ code: 'FOLDER_NOT_CHOSEN' });
  service.pick(target);
  expect(await client.actions.run({ id })).toMatchObject({ state: 'done', done: 1 });
});
