/** Moving, copying, linking and throwing away files by a plan, and bringing them back. Never the person's own trash. */
import {
  appendFile,
  chmod,
  copyFile,
  link,
  mkdir,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { sparePictures, type ActionInput } from '../../src/contract/action-schemas.ts';
import type { ServiceClient } from '../../src/contract/contract.ts';
import type { IndexSummary } from '../../src/contract/schemas.ts';
import { countingEncoder } from '../fixtures/counting-encoder.ts';
import { bindMount, smallDisk } from '../fixtures/disks.ts';
import { contentsOf, ordered, writeNumbered } from '../fixtures/file-actions.ts';
import { indexFolders, openLibrary, temporaryFolder } from '../fixtures/library.ts';
import { quarterJpeg } from '../fixtures/picture-files.ts';
import { drawing, writeDrawings } from '../fixtures/pictures.ts';
import { rawFiles } from '../fixtures/raw-files.ts';
import { drawnScene, writeVideo } from '../fixtures/videos.ts';

const PATIENCE = { timeout: 20_000, interval: 50 };

let root = '';
let photos = '';
let target = '';
let trash = '';

beforeEach(async () => {
  root = await temporaryFolder();
  photos = join(root, 'photos');
  target = join(photos, 'elsewhere');
  trash = join(root, 'data', 'Trash');
  vi.stubEnv('XDG_DATA_HOME', join(root, 'data'));
  onTestFinished(() => void vi.unstubAllEnvs());
  await mkdir(target, { recursive: true });
});

async function idsOf(client: ServiceClient, ...paths: string[]): Promise<(number | null)[]> {
  return client.pictures.at({ paths });
}

async function idOf(client: ServiceClient, path: string): Promise<number> {
  return (await idsOf(client, path))[0] ?? 0;
}

/** The runs of changes that are told of from now on. */
async function summaries(client: ServiceClient): Promise<IndexSummary[]> {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const events = await client.indexing.watch(undefined, { signal: stop.signal });
  const told: IndexSummary[] = [];
  void (async () => {
    for await (const event of events) if (event.type === 'summary') told.push(event);
  })().catch(() => undefined);
  return told;
}

const XMP = (stars: number): string => `<x:xmpmeta xmlns:x="adobe:ns:meta/">
  <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="${stars}"/></rdf:RDF></x:xmpmeta>`;

test.each(['trash', 'move'] as const)(
  '%s: pictures go with what belongs to them, the library follows at once, and all comes back',
  async (kind) => {
    const [a = '', b = ''] = await writeDrawings(photos, 3);
    await writeFile(join(photos, '0000.xmp'), XMP(4));
    await writeFile(join(photos, '0000.mov'), 'the film of a live photo');
    await writeFile(join(target, '0000.XMP'), 'another');
    const encoder = countingEncoder();
    const { client } = await openLibrary(join(root, 'library'), { encoder, watch: { lookMs: 200, pollMs: 500 } });
    await indexFolders(client, photos);
    await vi.waitFor(async () => expect((await client.status()).sources[0]?.watching).toBe('events'), PATIENCE);
    const told = await summaries(client);
    const before = await contentsOf(photos);
    const [id, other] = [await idOf(client, a), await idOf(client, b)];
    expect(await client.pictures.get({ id })).toMatchObject({ rating: 4, companions: [join(photos, '0000.mov')] });
    const encoded = encoder.encoded;

    const where = kind === 'trash' ? {} : { folder: target };
    const plan = await client.actions.plan({ kind, pictures: [{ id }, { id: other }], ...where });
    expect(plan).toMatchObject({ files: 4, pictures: 2, refused: [], state: 'planned' });
    expect(await contentsOf(photos)).toEqual(before);
    const outcome = await client.actions.run({ id: plan.id });
    expect(outcome).toMatchObject({ state: 'done', done: 4, failed: 0, refused: [], error: null });

    const there = kind === 'trash' ? join(trash, 'files') : target;
    const stem = kind === 'trash' ? '0000' : '0000 (2)';
    const moved = await contentsOf(there);
    expect(moved).toMatchObject({
      [`${stem}.jpg`]: before['0000.jpg'],
      [`${stem}.xmp`]: before['0000.xmp'],
      [`${stem}.mov`]: before['0000.mov'],
      '0001.jpg': before['0001.jpg'],
    });
    expect(Object.keys(await contentsOf(photos))).not.toContain('0000.jpg');
    const now = await idsOf(client, a, join(target, `${stem}.jpg`));
    expect(now).toEqual([null, kind === 'trash' ? null : id]);
    expect((await client.status()).vectors).toBe(kind === 'trash' ? 1 : 3);
    if (kind !== 'trash') expect(await client.pictures.get({ id })).toMatchObject({ rating: 4 });

    // long enough for the watcher to have looked: a new picture is found after all that
    const [late = ''] = await writeDrawings(join(photos, 'late'), 1, 50);
    await vi.waitFor(async () => expect(await idsOf(client, late)).not.toEqual([null]), PATIENCE);
    expect(encoder.encoded).toBe(encoded + 1);
    const seen = told.reduce((sum, { moved: at, removed, indexed }) => sum + at + removed + indexed, 0);
    expect(seen).toBe(1);

    expect(await client.actions.undo({ id: plan.id })).toMatchObject({ state: 'undone', done: 0, refused: [] });
    await rm(join(photos, 'late'), { recursive: true });
    expect(await contentsOf(photos)).toEqual(before);
    expect(await contentsOf(trash)).toEqual({});
    expect(await idsOf(client, a, b)).toEqual([id, other]);
    expect(await client.pictures.get({ id })).toMatchObject({ rating: 4, copies: [] });
    await vi.waitFor(async () => expect((await client.status()).vectors).toBe(3), PATIENCE);
    expect(encoder.encoded).toBe(encoded + 1);
    expect(await client.actions.list()).toMatchObject([{ id: plan.id, kind, state: 'undone' }]);
    expect((await client.jobs.ended()).slice(0, 2).map((job) => job.kind)).toEqual(
      expect.arrayContaining(['undo-actions']) as string[],
    );
  },
);

test('copies and hard links in a folder are known at once, and go again', async () => {
  const [a = ''] = await writeDrawings(photos, 2);
  await writeFile(join(photos, '0000.xmp'), XMP(4));
  const { client } = await openLibrary(join(root, 'library'), { encoder: countingEncoder() });
  await indexFolders(client, photos);
  const before = await contentsOf(photos);
  const id = await idOf(client, a);
  for (const kind of ['copy', 'link'] as const) {
    const plan = await client.actions.plan(await ordered(client, kind, target));
    expect(await client.actions.run({ id: plan.id })).toMatchObject({ state: 'done', done: 3, refused: [] });
    const made = join(target, '0000.jpg');
    expect(await contentsOf(photos)).toEqual({
      ...before,
      'elsewhere/0000.jpg': before['0000.jpg'],
      'elsewhere/0000.xmp': before['0000.xmp'],
      'elsewhere/0001.jpg': before['0001.jpg'],
    });
    expect((await stat(made)).ino === (await stat(a)).ino).toBe(kind === 'link');
    expect(await client.pictures.get({ id })).toMatchObject({ rating: 4, copies: [made] });
    expect(await indexFolders(client)).toMatchObject({ unchanged: 4, indexed: 0, moved: 0, removed: 0 });
    expect(await client.actions.undo({ id: plan.id })).toMatchObject({ state: 'undone', done: 0, refused: [] });
    expect(await contentsOf(photos)).toEqual(before);
    expect(await client.pictures.get({ id })).toMatchObject({ rating: 4, copies: [] });
  }
});

test('duplicates become hard links to the file that is kept, and files of their own again', async () => {
  const [a = '', b = ''] = await writeDrawings(photos, 2);
  const copy = join(photos, 'copy.jpg');
  await copyFile(a, copy);
  await utimes(copy, 1e9, 1e9);
  await link(a, join(photos, 'linked.jpg'));
  const { client } = await openLibrary(join(root, 'library'), { encoder: countingEncoder() });
  await indexFolders(client, photos);
  const [id, other] = [await idOf(client, a), await idOf(client, b)];
  const kept = { id, path: a };
  const plan = await client.actions.plan({
    kind: 'replace',
    pictures: [
      { id, path: copy, kept },
      { id, path: join(photos, 'linked.jpg'), kept },
      { id: other, kept },
    ],
  });
  expect(plan).toMatchObject({ files: 1, refusedFiles: 2 });
  expect(plan.refused.map(({ reason }) => reason).sort()).toEqual(['already-one', 'different-bytes']);
  expect(await client.actions.run({ id: plan.id })).toMatchObject({ done: 1, failed: 0 });
  expect((await stat(copy)).ino).toBe((await stat(a)).ino);
  expect(await indexFolders(client)).toMatchObject({ unchanged: 4, indexed: 0 });
  expect(await client.actions.undo({ id: plan.id })).toMatchObject({ state: 'undone' });
  expect((await stat(copy)).ino).not.toBe((await stat(a)).ino);
  expect((await stat(copy)).mtimeMs).toBe(1e12);
  expect(await indexFolders(client)).toMatchObject({ unchanged: 4, indexed: 0 });
});

test('what was said of pictures that are thrown away is said of the kept one, until they come back', async () => {
  const [kept = '', spare = ''] = await writeDrawings(photos, 2);
  const { client } = await openLibrary(join(root, 'library'), { encoder: countingEncoder() });
  await indexFolders(client, photos);
  const [id, removed] = [await idOf(client, kept), await idOf(client, spare)];
  const group = (await client.groups.create({ name: 'Beach', pictures: [removed] })).group?.id ?? 0;
  const refusing = (await client.groups.create({ name: 'Snow', pictures: [id] })).group?.id ?? 0;
  await client.groups.label({ id: refusing, pictures: [removed], verdict: 'out' });
  const said = async (): Promise<string[]> =>
    (await client.groups.of({ picture: id })).map(({ name, verdict }) => `${name} ${verdict}`);
  const plan = await client.actions.plan({ kind: 'trash', pictures: [{ id: removed, kept: { id } }] });
  await client.actions.run({ id: plan.id });
  expect(await said()).toEqual(['Beach in', 'Snow in']);
  await client.actions.undo({ id: plan.id });
  expect(await said()).toEqual(['Snow in']);
  expect((await client.groups.pictures({ id: group })).members).toEqual([removed]);
});

test('a file that is not as it was planned is not touched, and nothing is replaced', async () => {
  const paths = await writeDrawings(photos, 6);
  const [changed = '', gone = '', taken = '', linked = '', resized = '', fine = ''] = paths;
  const { client } = await openLibrary(join(root, 'library'), { encoder: countingEncoder() });
  await indexFolders(client, photos);
  const ids = await Promise.all(paths.map((path) => idOf(client, path)));
  const plan = await client.actions.plan({ kind: 'move', pictures: ids.map((id) => ({ id })), folder: target });
  expect(plan).toMatchObject({ files: 6 });
  // the same length and time, other content
  const { size, mtime } = await stat(changed);
  await writeFile(changed, Buffer.alloc(size, 1));
  await utimes(changed, mtime, mtime);
  await appendFile(resized, 'x');
  await rm(gone);
  await writeFile(join(target, '0002.jpg'), 'somebody else was here');
  await rm(linked);
  await symlink(fine, linked);
  const outcome = await client.actions.run({ id: plan.id });
  expect(outcome).toMatchObject({ done: 1, failed: 5 });
  expect(Object.fromEntries(outcome.refused.map(({ path, reason }) => [path, reason]))).toEqual({
    [changed]: 'changed',
    [gone]: 'gone',
    [taken]: 'taken',
    [linked]: 'not-a-file',
    [resized]: 'changed',
  });
  expect(Object.keys(await contentsOf(target)).sort()).toEqual(['0002.jpg', '0005.jpg']);
  // the old place is taken, and stays so
  await writeFile(fine, 'a new file');
  expect(await client.actions.undo({ id: plan.id })).toMatchObject({ state: 'done', refused: expect.anything() as [] });
  expect((await client.actions.steps({ id: plan.id })).at(-1)).toMatchObject({ state: 'done', reason: 'taken' });
  await rm(fine);
  expect(await client.actions.undo({ id: plan.id })).toMatchObject({ state: 'undone' });
});

test('copies are removed again only where they are as they were made, and not the last of their kind', async () => {
  const paths = await writeDrawings(photos, 3);
  const { client } = await openLibrary(join(root, 'library'), { encoder: countingEncoder() });
  await indexFolders(client, photos);
  const { id } = await client.actions.plan(await ordered(client, 'copy', target));
  await client.actions.run({ id });
  await appendFile(join(target, '0000.jpg'), 'edited');
  await rm(paths[1] ?? '');
  const undone = await client.actions.undo({ id });
  expect(undone).toMatchObject({ state: 'done', done: 2 });
  expect(undone.refused.map(({ reason }) => reason).sort()).toEqual(['changed', 'original-changed']);
  expect(Object.keys(await contentsOf(target)).sort()).toEqual(['0000.jpg', '0001.jpg']);
});

test('what cannot be done is said by the plan: offline, read-only, no kept picture, folders that were not picked', async () => {
  const [a = '', b = ''] = await writeDrawings(photos, 2);
  const away = join(root, 'away');
  const [c = ''] = await writeDrawings(away, 1, 40);
  const library = join(root, 'library');
  const { client, service } = await openLibrary(library, { encoder: countingEncoder(), pickedOnly: true });
  // a page names folders and files; only what main has shown a dialog for counts
  await symlink(photos, join(root, 'linked'));
  for (const path of [photos, join(root, 'linked')])
    await expect(client.sources.add({ path })).rejects.toMatchObject({ code: 'FOLDER_NOT_CHOSEN' });
  await expect(client.indexing.start({ folders: [photos] })).rejects.toMatchObject({ code: 'FOLDER_NOT_CHOSEN' });
  for (const path of [photos, away, join(root, 'made')]) service.pick(path);
  await expect(client.library.exportTo({ path: a })).rejects.toMatchObject({ code: 'FILE_NOT_CHOSEN' });
  expect((await client.library.exportTo({ path: join(root, 'made') })).groups).toBe(0);
  await indexFolders(client, photos, away);
  // what is a source already, or was, can be named
  expect((await client.sources.add({ path: target })).path).toBe(photos);
  const [id, other, offline] = [await idOf(client, a), await idOf(client, b), await idOf(client, c)];
  await rm(away, { recursive: true });
  const input: ActionInput = { kind: 'move', pictures: [{ id }], folder: target };
  await expect(client.actions.plan(input)).rejects.toMatchObject({ code: 'FOLDER_NOT_CHOSEN' });
  service.pick(target);
  service.pick(library);
  expect(await client.actions.plan(input)).toMatchObject({ files: 1 });
  await expect(client.actions.plan({ ...input, folder: library })).rejects.toMatchObject({
    code: 'FOLDER_HOLDS_LIBRARY',
  });
  const plan = await client.actions.plan({
    kind: 'trash',
    pictures: [{ id: offline }, { id, kept: { id: offline } }, { id: other, kept: { id: other, path: b } }],
  });
  expect(plan).toMatchObject({ files: 0, refusedFiles: 3 });
  expect(plan.refused.map(({ reason }) => reason)).toEqual(['offline', 'kept-missing', 'kept-missing']);
  await expect(client.actions.plan({ kind: 'trash', pictures: [{ id: 99 }] })).rejects.toMatchObject({
    code: 'PICTURE_UNKNOWN',
  });
  await expect(client.actions.run({ id: 99 })).rejects.toMatchObject({ code: 'ACTION_UNKNOWN' });
  // permissions mean nothing to root
  if (process.getuid?.() === 0) return;
  await chmod(photos, 0o500);
  onTestFinished(() => chmod(photos, 0o700));
  const refused = (await client.actions.plan({ kind: 'trash', pictures: [{ id }] })).refused;
  expect(refused).toEqual([{ path: a, reason: 'read-only' }]);
});

test('to another drive files are copied, compared and only then removed; a full one stops the plan where it is', async ({
  skip,
}) => {
  const disk = await smallDisk(8);
  if (!disk) return skip('mounting a small disk is not allowed here');
  await writeDrawings(photos, 4, 1, 900, 700);
  const { client } = await openLibrary(join(root, 'library'), { encoder: countingEncoder() });
  await indexFolders(client, photos);
  const before = await contentsOf(photos);
  const { id } = await client.actions.plan(await ordered(client, 'move', disk.folder));
  expect(await client.actions.run({ id })).toMatchObject({ done: 4, failed: 0 });
  expect(await contentsOf(disk.folder)).toEqual(before);
  expect(await contentsOf(photos)).toEqual({});
  expect((await client.status()).pictures).toBe(0);
  expect(await client.actions.undo({ id })).toMatchObject({ state: 'undone' });
  expect(await contentsOf(photos)).toEqual(before);
  expect((await client.status()).pictures).toBe(4);
  expect(await indexFolders(client)).toMatchObject({ unchanged: 4, indexed: 0, removed: 0 });

  const links = await client.actions.plan(await ordered(client, 'link', disk.folder));
  expect(links).toMatchObject({ files: 0, refusedFiles: 4 });
  const bytes = Buffer.from(Object.values(before)[0] ?? '', 'base64').length;
  await disk.fill(Math.round(1.5 * bytes));
  const full = await client.actions.plan(await ordered(client, 'move', disk.folder));
  const outcome = await client.actions.run({ id: full.id });
  expect(outcome).toMatchObject({ state: 'stopped', error: { code: 'DISK_FULL' }, failed: 0 });
  expect(outcome.done).toBeLessThan(4);
  const { ballast: _, ...there } = await contentsOf(disk.folder);
  expect({ ...(await contentsOf(photos)), ...there }).toEqual(before);
  expect(Object.keys(there)).toHaveLength(outcome.done);
  await disk.free();
  expect(await client.actions.run({ id: full.id })).toMatchObject({ state: 'done', done: 4 });
  expect(await client.actions.undo({ id: full.id })).toMatchObject({ state: 'undone' });
  expect(await contentsOf(photos)).toEqual(before);
});

test('what is under way can be paused and cancelled, and goes on at the next start where the program was ended', async () => {
  await writeNumbered(photos, 192);
  const library = join(root, 'library');
  const encoder = countingEncoder();
  const first = await openLibrary(library, { encoder });
  const { client } = first;
  await indexFolders(client, photos);
  const before = await contentsOf(photos);
  const { id } = await client.actions.plan(await ordered(client, 'trash', ''));
  /** The job as it is told, once it is so. */
  const jobWhen = async (state: string): Promise<string> => {
    for await (const { jobs } of await client.jobs.watch()) {
      const job = jobs.find((each) => each.kind === 'actions');
      if (job?.state === state) return job.id;
    }
    throw new Error('the stream of jobs ended');
  };
  const running = client.actions.run({ id });
  const job = await jobWhen('running');
  await client.jobs.pause({ id: job });
  await jobWhen('paused');
  await expect(client.actions.run({ id })).rejects.toMatchObject({ code: 'ACTION_BUSY' });
  await client.jobs.resume({ id: job });
  await client.jobs.cancel({ id: job });
  const stopped = await running;
  expect(stopped).toMatchObject({ state: 'stopped', failed: 0 });
  expect(stopped.done).toBeLessThan(192);

  const cut = client.actions.run({ id });
  await client.jobs.pause({ id: await jobWhen('running') });
  await jobWhen('paused');
  await first.service.close();
  expect((await cut).done).toBeLessThan(192);
  const again = await openLibrary(library, { encoder, watch: true });
  await vi.waitFor(
    async () => expect(await again.client.actions.list()).toMatchObject([{ state: 'done', done: 192 }]),
    PATIENCE,
  );
  expect(Object.keys(await contentsOf(photos))).toEqual([]);
  expect(await again.client.actions.undo({ id })).toMatchObject({ state: 'undone' });
  expect(await contentsOf(photos)).toEqual(before);
  expect((await again.client.jobs.ended()).map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual(
    expect.arrayContaining(['actions cancelled', 'actions cut', 'actions done', 'undo-actions done']) as string[],
  );
});

test('what is for a picture too that stays, stays; a moment is its video, and a half that is a picture of its own is left', async () => {
  await writeDrawings(photos, 1);
  await drawing(70).png().toFile(join(photos, '0000.png'));
  await writeFile(join(photos, '0000.xmp'), XMP(2));
  const alone = join(photos, '0001.cr2');
  writeVideo(join(photos, 'film.mp4'), [await drawnScene(1), await drawnScene(5)]);
  const { 'a.cr2': raw = Buffer.alloc(0) } = rawFiles(await quarterJpeg(320, 240), await quarterJpeg(), 1);
  await writeFile(alone, raw);
  const { client } = await openLibrary(join(root, 'library'), { encoder: countingEncoder() });
  await indexFolders(client, photos);
  // its other half comes when it is a picture of the library already
  await drawing(71).jpeg().toFile(join(photos, '0001.jpg'));
  await indexFolders(client);
  const planned = async (kind: ActionInput['kind'], id: number): Promise<string[]> => {
    const { steps } = await client.actions.plan({ kind, pictures: [{ id }], folder: target });
    return steps.map(({ source }) => basename(source)).sort();
  };
  const id = await idOf(client, join(photos, '0000.jpg'));
  expect(await planned('trash', id)).toEqual(['0000.jpg']);
  expect(await planned('move', id)).toEqual(['0000.jpg', '0000.xmp']);
  expect(await planned('trash', await idOf(client, join(photos, '0001.jpg')))).toEqual(['0001.jpg']);
  const film = await idOf(client, join(photos, 'film.mp4'));
  const all = await Promise.all([1, 2, 3, 4, 5, 6].map((each) => client.pictures.get({ id: each })));
  const moment = all.find((each) => each.video?.id === film && each.id !== film);
  expect(await planned('trash', moment?.id ?? 0)).toEqual(['film.mp4']);

  const { id: plan } = await client.actions.plan({ kind: 'move', pictures: [{ id }], folder: target });
  await client.actions.run({ id: plan });
  expect(Object.keys(await contentsOf(target)).sort()).toEqual(['0000.jpg', '0000.xmp']);
  expect(Object.keys(await contentsOf(photos))).toContain('0000.xmp');
  expect(await client.pictures.get({ id })).toMatchObject({ rating: 2 });
  expect(await client.actions.undo({ id: plan })).toMatchObject({ state: 'undone' });
  expect(await contentsOf(target)).toEqual({});
});

test.each(['0000.jpg', '0000.png'])(
  'a sidecar of two pictures stays with the one that cannot go, %s, and a copy goes with the other',
  async (staying) => {
    await writeDrawings(photos, 1);
    await drawing(70).png().toFile(join(photos, '0000.png'));
    await writeFile(join(photos, '0000.xmp'), XMP(2));
    const { client } = await openLibrary(join(root, 'library'), { encoder: countingEncoder() });
    await indexFolders(client, photos);
    const { id: move } = await client.actions.plan(await ordered(client, 'move', target));
    const { id: trashing } = await client.actions.plan(await ordered(client, 'trash', ''));
    await appendFile(join(photos, staying), 'x');
    const before = await contentsOf(photos);
    expect(await client.actions.run({ id: move })).toMatchObject({ done: 2, failed: 1, state: 'done' });
    const going = staying === '0000.jpg' ? '0000.png' : '0000.jpg';
    expect(Object.keys(await contentsOf(target)).sort()).toEqual([going, '0000.xmp']);
    expect(await contentsOf(photos)).toMatchObject({ [staying]: before[staying], '0000.xmp': before['0000.xmp'] });
    expect(await client.actions.undo({ id: move })).toMatchObject({ state: 'undone' });
    expect(await contentsOf(photos)).toEqual(before);
    const { refused } = await client.actions.run({ id: trashing });
    expect(refused.map(({ path, reason }) => [basename(path), reason])).toEqual([
      [staying, 'changed'],
      ['0000.xmp', 'needed'],
    ]);
    expect(await client.actions.undo({ id: trashing })).toMatchObject({ state: 'undone' });
    expect(await contentsOf(photos)).toEqual(before);
  },
);

test('a file is not taken for a copy of itself where its folder is mounted twice', async ({ skip }) => {
  await writeDrawings(photos, 1);
  const again = join(root, 'again');
  await mkdir(again);
  if (!bindMount(photos, again)) return skip('mounting is not allowed here');
  const { client } = await openLibrary(join(root, 'library'), { encoder: countingEncoder() });
  await indexFolders(client, photos, again);
  const id = await idOf(client, join(photos, '0000.jpg'));
  const { copies, path } = await client.pictures.get({ id });
  expect(copies).toHaveLength(1);
  const plan = await client.actions.plan({ kind: 'trash', pictures: [{ id, path: copies[0], kept: { id, path } }] });
  expect(plan).toMatchObject({ files: 0, refused: [{ reason: 'same-file' }] });
});

test('into a trash of the system files go by its own way, and it is said that only it can bring them back', async () => {
  const [a = '', b = '', c = ''] = await writeDrawings(photos, 3);
  await writeFile(join(photos, '0000.xmp'), XMP(4));
  const taken = join(root, 'taken');
  await mkdir(taken);
  const trashItem = async (path: string): Promise<void> => {
    if (path === b) throw new Error('the system refuses');
    // other content, size and time being the same, in the middle of the plan
    const { size, mtime } = await stat(c);
    await writeFile(c, Buffer.alloc(size, 1));
    await utimes(c, mtime, mtime);
    await rename(path, join(taken, basename(path)));
  };
  const { client } = await openLibrary(join(root, 'library'), { encoder: countingEncoder(), trashItem });
  await indexFolders(client, photos);
  const pictures = (await idsOf(client, a, b, c)).map((each) => ({ id: each ?? 0 }));
  const { id } = await client.actions.plan({ kind: 'trash', pictures });
  const outcome = await client.actions.run({ id });
  expect(outcome).toMatchObject({ done: 2, failed: 2, undoable: 0 });
  expect(outcome.refused).toEqual([
    { path: b, reason: 'failed' },
    { path: c, reason: 'changed' },
  ]);
  expect(Object.keys(await contentsOf(taken)).sort()).toEqual(['0000.jpg', '0000.xmp']);
  expect(await idsOf(client, a, b)).toEqual([null, expect.any(Number)]);
  await expect(client.actions.undo({ id })).rejects.toMatchObject({ code: 'NOTHING_TO_UNDO' });
});

test('all files of a set but the one to keep are spare', () => {
  const facts = { bytes: 1, width: 1, height: 1, format: 'jpeg', takenAt: null, kind: 'identical' as const };
  const picture = { ...facts, modifiedAt: '2026-01-01T00:00:00.000Z', sharpness: null, blurred: false };
  const hash = '0'.repeat(64);
  const pictures = [
    { ...picture, id: 1, hash, paths: ['/a', '/b'] },
    { ...picture, id: 2, hash, paths: ['/c'] },
  ];
  const kept = { id: 1, path: '/a' };
  expect(sparePictures({ kind: 'resized', reason: 'larger', pictures })).toEqual([
    { id: 1, path: '/b', kept },
    { id: 2, path: '/c', kept },
  ]);
});
