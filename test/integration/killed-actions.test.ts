/**
 * The service is killed at random moments of doing and undoing a plan: each file is in its old or its new place, the journal says which, and
 * undoing brings all back. Here a few times with few files; `SEMBLANCE_KILLS=20 SEMBLANCE_KILL_FILES=1000` asks for more, `SEMBLANCE_SEED` for
 * other moments.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { ActionInput, ActionStep } from '../../src/contract/action-schemas.ts';
import { countingEncoder } from '../fixtures/counting-encoder.ts';
import { contentsOf, ordered, stepsOf, writeNumbered } from '../fixtures/file-actions.ts';
import { indexFolders, openLibrary, temporaryFolder } from '../fixtures/library.ts';
import { mulberry32 } from '../fixtures/pictures.ts';

const KILLS = Number(process.env['SEMBLANCE_KILLS'] ?? 3);
const FILES = Number(process.env['SEMBLANCE_KILL_FILES'] ?? 120);
const SEED = Number(process.env['SEMBLANCE_SEED'] ?? 7);
const KINDS: readonly ActionInput['kind'][] = ['trash', 'move', 'copy', 'replace'];

async function killed(moment: number, ...args: string[]): Promise<void> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, '../fixtures/killed-while-moving.ts'), ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise((resolve) => child.once('close', resolve));
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('close', () => reject(new Error('the process ended by itself')));
  });
  await wait(moment);
  child.kill('SIGKILL');
  await ended;
}

async function hashOf(path: string): Promise<string | null> {
  return existsSync(path)
    ? createHash('sha256')
        .update(await readFile(path))
        .digest('hex')
    : null;
}

/** Where the journal says that a file is. */
async function expectWhereItSays({ state, source, target }: ActionStep, kind: string, hash: string): Promise<void> {
  const [here, there] = [await hashOf(source), await hashOf(target)];
  const isDone = state === 'done';
  expect(['planned', 'done', 'undone'], source).toContain(state);
  if (kind === 'replace') expect([here, there], source).toEqual([hash, hash]);
  else if (kind === 'copy') expect([here, there], `${state} ${source}`).toEqual([hash, isDone ? hash : null]);
  else expect([here, there], `${state} ${source}`).toEqual(isDone ? [null, hash] : [hash, null]);
}

test(
  'killed at random moments of a plan: each file is in its old or new place, and undoing brings all back',
  { timeout: 60_000 + KILLS * (20_000 + 60 * FILES) },
  async () => {
    const root = await temporaryFolder();
    vi.stubEnv('XDG_DATA_HOME', join(root, 'data'));
    onTestFinished(() => void vi.unstubAllEnvs());
    const [photos, target, library] = [join(root, 'photos'), join(root, 'target'), join(root, 'library')];
    await mkdir(target);
    await writeNumbered(photos, FILES);
    const encoder = countingEncoder();
    const random = mulberry32(SEED);
    let opened = await openLibrary(library, { encoder });
    await indexFolders(opened.client, photos);
    const before = await contentsOf(photos);
    const hashes = new Map<string, string>();
    for (const name of Object.keys(before)) hashes.set(join(photos, name), (await hashOf(join(photos, name))) ?? '');
    const counts: Record<string, number> = {};

    for (let kill = 0; kill < KILLS; kill++) {
      const kind = KINDS[kill % KINDS.length] ?? 'trash';
      const { id } = await opened.client.actions.plan(await ordered(opened.client, kind, target));
      await opened.service.close();
      // about what the plan, and undoing it, takes
      await killed(Math.round(random() * (100 + 3 * FILES)), library, String(id), kind, target);

      opened = await openLibrary(library, { encoder });
      const [plan] = await opened.client.actions.list();
      const steps = plan ? await stepsOf(opened.client, plan.id) : [];
      for (const step of steps) await expectWhereItSays(step, kind, hashes.get(step.source) ?? '');
      const done = steps.filter(({ state }) => state === 'done').length;
      const where = done === 0 ? 'before or after' : done === steps.length ? 'all done' : 'in the middle';
      counts[where] = (counts[where] ?? 0) + 1;
      const hidden = [...(await readdir(photos, { recursive: true })), ...(await readdir(target))];
      expect(hidden.filter((name) => name.includes('.semblance'))).toEqual([]);
      if (plan && done > 0) {
        const undone = await opened.client.actions.undo({ id: plan.id });
        expect(undone).toMatchObject({ state: 'undone', done: 0, refused: [], error: null });
      }
      expect(await contentsOf(photos)).toEqual(before);
      expect(await readdir(target)).toEqual([]);
      expect(await contentsOf(join(root, 'data', 'Trash'))).toEqual({});
    }
    // the library has followed all of it: nothing is to be read again
    expect(await indexFolders(opened.client)).toMatchObject({ found: FILES, unchanged: FILES, indexed: 0, removed: 0 });
    console.log(`${KILLS} kills of ${FILES} files: ${JSON.stringify(counts)}`);
  },
);
