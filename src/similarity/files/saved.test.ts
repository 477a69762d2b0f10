import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSaved, writeSaved } from './saved.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'saved-'));
});

afterEach(() => rm(folder, { recursive: true }));

function save(text: string): Promise<void> {
  return writeSaved(folder, 'part', { size: text.length }, (file) => writeFile(file, text));
}

describe('what is saved', () => {
  it('is read again', async () => {
    await save('some data');
    const { description, file } = await readSaved(folder, 'part');
    expect(description).toEqual({ size: 9 });
    expect(await readFile(file as string, 'utf8')).toBe('some data');
  });

  it('takes the place of what was there, and leaves nothing of it', async () => {
    await save('old');
    await save('new data');
    expect((await readSaved(folder, 'part')).description).toEqual({ size: 8 });
    expect(await readdir(folder)).toHaveLength(2);
  });

  it('stays as it was where writing fails', async () => {
    await save('old');
    const failing = writeSaved(folder, 'part', {}, async (file) => {
      await writeFile(file, 'half');
      throw new Error('the disk is full');
    });
    await expect(failing).rejects.toThrow('the disk is full');
    expect((await readSaved(folder, 'part')).description).toEqual({ size: 3 });
    expect(await readdir(folder)).toHaveLength(2);
  });

  it('may have no data', async () => {
    await writeSaved(folder, 'part', { a: [1] });
    expect(await readSaved(folder, 'part')).toEqual({ description: { a: [1] }, file: undefined });
  });
});

describe('what is not whole', () => {
  it('is missing where a file is not there', async () => {
    await expect(readSaved(folder, 'part')).rejects.toMatchObject({ code: 'FILE_MISSING' });
    await save('data');
    const { file } = await readSaved(folder, 'part');
    await rm(file as string);
    await expect(readSaved(folder, 'part')).rejects.toMatchObject({ code: 'FILE_MISSING', argument: file });
  });

  it('is damaged where the data are others', async () => {
    await save('data');
    const { file } = await readSaved(folder, 'part');
    await writeFile(file as string, 'date');
    await expect(readSaved(folder, 'part')).rejects.toMatchObject({ code: 'FILE_DAMAGED', argument: file });
  });

  it.each([
    ['no JSON', () => '{'],
    ['something else', () => 'null'],
    ['of another format', (text: string) => text.replace('"format": 1', '"format": 2')],
    ['changed by hand', (text: string) => text.replace('"size": 4', '"size": 5')],
    ['pointed at other data', (text: string) => text.replace('part-', '../part-')],
  ])('is damaged where the description is %s', async (_, change) => {
    await save('data');
    const path = join(folder, 'part.json');
    await writeFile(path, change(await readFile(path, 'utf8')));
    await expect(readSaved(folder, 'part')).rejects.toMatchObject({ code: 'FILE_DAMAGED', argument: path });
  });
});
