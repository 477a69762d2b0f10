/**
 * The service is killed at random moments of indexing, moving, rebuilding and labelling. Twice here; `SEMBLANCE_KILLS=50` asks for
 * more, `SEMBLANCE_SEED` for other moments.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { indexFolders, openLibrary, temporaryFolder } from '../fixtures/library.ts';
import { mulberry32, writeDrawings } from '../fixtures/pictures.ts';

const KILLS = Number(process.env['SEMBLANCE_KILLS'] ?? 2);
const SEED = Number(process.env['SEMBLANCE_SEED'] ?? 1);
/** A process that was killed later than this has done each kind of work. */
const LATEST_MS = 2500;

interface Killed {
  readonly opened: boolean;
  /** What it said of labels, in order. */
  readonly lines: readonly string[];
}

/** Lets the worker run until `ms` after it has opened the library, or where that is null until `ms` after its start. */
async function runAndKill(args: readonly string[], ms: number, fromOpen: boolean): Promise<Killed> {
  const entry = join(import.meta.dirname, '../fixtures/killed-at-work.ts');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [text, problems] = ['', ''];
  const opened = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.startsWith('open\n')) resolve();
    });
  });
  child.stderr.on('data', (chunk: Buffer) => (problems += chunk.toString()));
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  if (fromOpen) await Promise.race([opened, closed]);
  await Promise.race([wait(ms), closed]);
  child.kill('SIGKILL');
  await closed;
  // it never ends by itself but with an error
  expect(problems).toBe('');
  expect(child.signalCode).toBe('SIGKILL');
  const lines = text.split('\n').filter((line) => /^(?:doing|done) [0-9a-f]{64} (?:in|out|none)$/.test(line));
  return { opened: text.startsWith('open\n'), lines };
}

test(
  `killed at ${KILLS} random moments of work, every acknowledged label is there and the library is sound`,
  { timeout: 60_000 + KILLS * 10_000 },
  async () => {
    const root = await temporaryFolder();
    const [photos, library] = [join(root, 'photos'), join(root, 'library')];
    await writeDrawings(photos, 30);
    const first = await openLibrary(library);
    await indexFolders(first.client, photos);
    await first.service.close();
    const random = mulberry32(SEED);
    /** What each picture may be said to be: what was acknowledged last, or what was being said when the process died. */
    const possible = new Map<string, Set<string>>();
    let acknowledged = 0;
    let opened = 0;
    for (let i = 0; i < KILLS; i++) {
      const early = random() < 0.2;
      const killed = await runAndKill([library, photos, String(SEED + i)], random() * LATEST_MS, !early);
      if (killed.opened) opened++;
      for (const line of killed.lines) {
        const [what = '', hash = '', verdict = ''] = line.split(' ');
        if (what === 'doing') possible.set(hash, (possible.get(hash) ?? new Set(['none'])).add(verdict));
        else {
          possible.set(hash, new Set([verdict]));
          acknowledged++;
        }
      }
    }
    expect(acknowledged).toBeGreaterThan(0);
    const { client, service } = await openLibrary(library);
    expect(service.notices).toEqual([]);
    await indexFolders(client, photos);
    const [group] = await client.groups.list();
    const { members, refused } = await client.groups.pictures({ id: group?.id ?? 0 });
    const now = new Map<string, string>();
    for (const id of members) now.set((await client.pictures.get({ id })).hash, 'in');
    for (const id of refused) now.set((await client.pictures.get({ id })).hash, 'out');
    for (const [hash, verdicts] of possible) expect([...verdicts], hash).toContain(now.get(hash) ?? 'none');
    const verified = await client.verify({});
    expect(verified.ok, JSON.stringify(verified)).toBe(true);
    console.log(`${KILLS} kills, ${opened} with the library open: ${acknowledged} acknowledged labels, none lost`);
  },
);
