import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freeTrashedPath, needTrash, note, release, trashFor, trashInfo } from './system-trash.ts';

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'semblance-trash-'));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

test('what the trash notes of a file is read by other programs: the path as in a URL, the time by this clock', () => {
  const at = new Date(2024, 4, 3, 7, 8, 9);
  expect(trashInfo({ top: null }, '/home/me/Bilder/Größe 100%.jpg', at)).toBe(
    '[Trash Info]\nPath=/home/me/Bilder/Gr%C3%B6%C3%9Fe%20100%25.jpg\nDeletionDate=2024-05-03T07:08:09\n',
  );
  expect(trashInfo({ top: '/media/card' }, '/media/card/DCIM/1.jpg', at)).toContain('\nPath=DCIM/1.jpg\n');
});

test('files of the home drive go to its trash, and a name there is taken once', async () => {
  const home = await folder();
  const env = { XDG_DATA_HOME: join(home, 'data') };
  const trash = await trashFor(home, env);
  expect(trash).toEqual({ folder: join(home, 'data', 'Trash'), top: null });
  const wanted = join(home, 'data', 'Trash', 'files', 'a.jpg');
  await note(wanted, join(home, 'a.jpg'), new Date(), env);
  await expect(note(wanted, join(home, 'b.jpg'), new Date(), env)).rejects.toMatchObject({ code: 'EEXIST' });
  expect(await freeTrashedPath(wanted, new Set())).toBe(wanted.replace('a.jpg', 'a (2).jpg'));
  const info = join(home, 'data', 'Trash', 'info', 'a.jpg.trashinfo');
  expect(await readFile(info, 'utf8')).toContain(`Path=${join(home, 'a.jpg')}\n`);

  // neither while something lies there, nor where it is noted for another file
  await writeFile(wanted, '');
  await release(wanted, join(home, 'a.jpg'));
  await rm(wanted);
  await release(wanted, join(home, 'other', 'b.jpg'));
  expect(await readFile(info, 'utf8')).toContain('Trash Info');
  await release(wanted, join(home, 'a.jpg'));
  await expect(readFile(info)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('where files go to the trash in another way that is said', () => {
  expect(() => needTrash('win32')).toThrow(expect.objectContaining({ code: 'TRASH_UNAVAILABLE' }) as Error);
  expect(() => needTrash('linux')).not.toThrow();
});
