/** Damaged and hostile files among whole ones: each costs itself and no more, in memory and in time. */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { FILE_FAILURES } from '../../src/contract/errors.ts';
import { damagedFiles, slowSvg, wholeFiles } from '../fixtures/damaged-files.ts';
import { jsonLines, openLibrary, startCommand, temporaryFolder } from '../fixtures/library.ts';

const SEED = 20_260;
const COUNT = Number(process.env['SEMBLANCE_DAMAGED_FILES'] ?? 120);
if (COUNT < 500)
  console.log(`${COUNT} damaged files for short; SEMBLANCE_DAMAGED_FILES=500 makes as many as are to be stood`);

const MOST_MEGABYTES = 1500;

/** The most memory that a process and those that it started have had, in MB, or null where the system does not say. */
function peakMegabytes(pid: number): number | null {
  try {
    const children = readdirSync(`/proc/${pid}/task`)
      .map((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8'))
      .flatMap((list) => list.split(' ').filter(Boolean).map(Number));
    const own = /VmHWM:\s*(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(own ?? 0) / 1000 + children.reduce((sum, child) => sum + (peakMegabytes(child) ?? 0), 0);
  } catch {
    // it has ended, or this is not Linux
    return null;
  }
}

test(`of ${COUNT} damaged files each is indexed or named, whole ones among them are all indexed, in bounded memory`, async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  await mkdir(photos);
  const whole = await wholeFiles(SEED);
  // it takes all the time that a file may
  const slow = COUNT >= 500 ? [slowSvg()] : [];
  const damaged = [...(await damagedFiles(COUNT - slow.length, SEED)), ...slow];
  for (const { name, bytes } of whole) await writeFile(join(photos, `whole-${name}`), bytes);
  for (const { name, bytes } of damaged) await writeFile(join(photos, name), bytes);

  const { child, result } = startCommand('index', photos, '--library', join(folder, 'library'), '--json');
  let peak = 0;
  const ended = result.then(() => true);
  while (!(await Promise.race([ended, wait(25, false)]))) peak = Math.max(peak, peakMegabytes(child.pid ?? 0) ?? 0);
  const { code, stdout } = await result;
  expect(code).toBe(0);
  const lines = jsonLines(stdout);
  const summary = lines.find(({ type }) => type === 'summary');
  const failures = lines.filter(({ type }) => type === 'failure');
  expect(summary).toMatchObject({ found: whole.length + COUNT, failed: failures.length });

  const { client } = await openLibrary(join(folder, 'library'));
  const named = new Map(failures.map(({ path, code: reason }) => [String(path), String(reason)]));
  const paths = [...damaged.map(({ name }) => name), ...whole.map(({ name }) => `whole-${name}`)].map((name) =>
    join(photos, name),
  );
  const indexed = await client.pictures.at({ paths });
  for (const [i, path] of paths.entries()) {
    if (indexed[i] === null) expect(Object.keys(FILE_FAILURES), path).toContain(named.get(path));
    else expect(named.get(path), path).toBeUndefined();
  }
  expect(failures.filter(({ path }) => String(path).includes('whole-'))).toEqual([]);
  // whole, whatever they say of themselves
  expect(failures.filter(({ path }) => String(path).includes('xmp-'))).toEqual([]);
  expect((await client.verify({})).ok).toBe(true);

  const codes = Map.groupBy(failures, ({ code: reason }) => String(reason));
  const counts = [...codes].map(([reason, list]) => `${reason} ${list.length}`).join(', ');
  console.log(`${COUNT - failures.length} damaged files indexed; ${counts}`);
  // within the limit in pixels, and not in that of memory
  expect(codes.get('DECODER_MEMORY')?.map(({ path }) => String(path))).toContain(join(photos, 'bomb-interlaced.png'));
  for (const { name } of slow) expect(named.get(join(photos, name))).toBe('DECODER_TIMEOUT');
  if (peak === 0) console.log('not measured here: memory, which needs /proc');
  else console.log(`at most ${Math.round(peak)} MB in all processes together`);
  expect(peak).toBeLessThan(MOST_MEGABYTES);
});
