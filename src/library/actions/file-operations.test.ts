import { link, mkdir, mkdtemp, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { ActionKind } from '../../contract/action-schemas.ts';
import { contentHash, look } from './file-look.ts';
import { operationOf, type OperatedStep } from './file-operations.ts';
import { note } from './system-trash.ts';

let root = '';

beforeEach(async () => {
  const made = await mkdtemp(join(tmpdir(), 'semblance-operations-'));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  root = made;
});

/** A step of a file that holds this text, as it was planned. */
async function stepOf(text: string, change: Partial<OperatedStep> = {}): Promise<OperatedStep> {
  const [source, target] = [join(root, 'a.jpg'), join(root, 'to', 'a.jpg')];
  await mkdir(dirname(target));
  await writeFile(source, text);
  const now = await look(source);
  if (now === null) throw new Error('it was just written');
  const made = { madeInode: null, madeMtimeMs: null, temporary: join(root, 'to', '.semblance-1-0') };
  return { ...now, ...made, source, target, hash: await contentHash(source), ...change };
}

function does(operation: ActionKind, { source, target }: OperatedStep) {
  return operationOf({ operation, source, target }, null);
}

function textAt(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null);
}

test('a power cut that took the names of a copy and of its original leaves the hidden one, which becomes the file', async () => {
  const step = await stepOf('the only one');
  await rm(step.source);
  await writeFile(step.temporary, 'the only one');
  expect(await does('move', step).settle(step)).toBe('done');
  expect([await textAt(step.target), await textAt(step.temporary)]).toEqual(['the only one', null]);

  // one that is not whole is not taken for the file, and not removed either
  await rm(step.target);
  await writeFile(step.temporary, 'the only');
  expect(await does('move', step).settle(step)).toBe('failed');
  expect([await textAt(step.target), await textAt(step.temporary)]).toEqual([null, 'the only']);

  // on its way back it may have been edited
  await writeFile(join(root, '.semblance-1-0'), 'edited');
  expect(await does('move', step).settleRevert(step)).toBe('undone');
  expect(await textAt(step.source)).toBe('edited');
});

test('a hidden copy goes where the original is there still', async () => {
  const step = await stepOf('here');
  await writeFile(step.temporary, 'he');
  expect(await does('move', step).settle(step)).toBe('planned');
  expect([await textAt(step.source), await textAt(step.temporary)]).toEqual(['here', null]);
});

test('undoing a move takes nothing back that has only the name of what was moved', async () => {
  const planned = await stepOf('mine');
  await does('move', planned).perform(planned);
  const made = await look(planned.target);
  const step = { ...planned, madeInode: made?.inode ?? null, madeMtimeMs: made?.mtimeMs ?? null };
  await writeFile(join(root, 'other'), 'somebody else’s');
  await rm(step.target);
  await link(join(root, 'other'), step.target);
  await utimes(step.target, 1e9, 1e9);
  await expect(does('move', step).revert(step)).rejects.toMatchObject({ reason: 'changed' });
  expect(await textAt(step.source)).toBeNull();
});

test('out of the trash comes only what went there from the same place', async () => {
  vi.stubEnv('XDG_DATA_HOME', join(root, 'data'));
  onTestFinished(() => void vi.unstubAllEnvs());
  const trashed = join(root, 'data', 'Trash', 'files', 'a.jpg');
  const step = await stepOf('mine', { target: trashed, temporary: join(dirname(trashed), '.semblance-1-0') });
  await does('trash', step).perform(step);
  const info = join(root, 'data', 'Trash', 'info', 'a.jpg.trashinfo');
  await rm(info);
  await note(trashed, join(root, 'other', 'a.jpg'));
  await expect(does('trash', step).revert(step)).rejects.toMatchObject({ reason: 'not-in-trash' });
  // by another program, in another encoding
  await writeFile(info, '[Trash Info]\nPath=/caf%E9/a.jpg\n');
  await expect(does('trash', step).revert(step)).rejects.toMatchObject({ reason: 'not-in-trash' });
  await rm(info);
  await note(trashed, step.source);
  await does('trash', step).revert(step);
  expect([await textAt(step.source), await look(info)]).toEqual(['mine', null]);
});

test('a file is replaced by a link to a file only, and to one with its bytes', async () => {
  const first = await stepOf('same', { temporary: join(root, '.semblance-1-0') });
  const kept = join(root, 'kept.jpg');
  await writeFile(kept, 'same');
  const linked = { ...first, target: join(root, 'linked.jpg') };
  await symlink(kept, linked.target);
  await expect(does('replace', linked).perform(linked)).rejects.toMatchObject({ reason: 'kept-missing' });
  const step = { ...first, target: kept };
  await writeFile(kept, 'else');
  await expect(does('replace', step).perform(step)).rejects.toMatchObject({ reason: 'different-bytes' });
  expect([await textAt(step.source), await look(step.temporary)]).toEqual(['same', null]);
  expect((await stat(step.source)).nlink).toBe(1);
  // the kept one was changed between being compared and the end
  await link(step.source, step.temporary);
  await rm(step.source);
  await link(kept, step.source);
  expect(await does('replace', step).settle(step)).toBe('planned');
  expect([await textAt(step.source), await look(step.temporary)]).toEqual(['same', null]);
  await writeFile(kept, 'same');
  await does('replace', step).perform(step);
  expect((await stat(step.source)).ino).toBe((await stat(kept)).ino);
});

test('a copy is the last of its kind where the original has other bytes by now, whatever its time says', async () => {
  const planned = await stepOf('same');
  await does('copy', planned).perform(planned);
  const made = await look(planned.target);
  const step = { ...planned, madeInode: made?.inode ?? null, madeMtimeMs: made?.mtimeMs ?? null };
  await writeFile(step.source, 'else');
  await utimes(step.source, 1e9, 1e9);
  const again = { ...step, mtimeMs: 1e12 };
  await utimes(step.target, 1e9, 1e9);
  await expect(
    does('copy', again).revert({ ...again, madeMtimeMs: (await look(step.target))?.mtimeMs ?? null }),
  ).rejects.toMatchObject({ reason: 'original-changed' });
  expect(await textAt(step.target)).toBe('same');
});
