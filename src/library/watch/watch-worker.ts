/**
 * The thread that watches sources: so that what comes with ten thousand changes at once (an event, a look and a wait for each) takes
 * nothing from the thread that answers searches.
 */
import { lstat } from 'node:fs/promises';
import { basename } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { IGNORE_FILE } from '../indexing/ignore-rules.ts';
import { isPassedOver } from '../indexing/scan.ts';
import { unwatchableReason } from './file-systems.ts';
import { FolderWatch } from './folder-watch.ts';
import { Settling, type Look } from './settling.ts';
import type { WatchReport, WatchRequest } from './watch-protocol.ts';

/** How often files that changed are looked at. */
const LOOK_MS = 150;
const LOOKS_AT_ONCE = 64;

interface Watched {
  readonly folder: string;
  readonly watch: FolderWatch | null;
}

const port = parentPort;
if (port === null) throw new Error('this is a worker');
const report = (message: WatchReport): void => port.postMessage(message);

const watched = new Map<number, Watched>();
/** By id and path, with a character of value 0 between them: no path has one. */
const settling = new Settling<string>();
let timer: NodeJS.Timeout | null = null;
let looking = false;

port.on('message', (request: WatchRequest) => {
  if (request.type === 'watch') void begin(request);
  else end(request.id);
});

function end(id: number): void {
  const known = watched.get(id);
  watched.delete(id);
  known?.watch?.close();
}

function fail(id: number, reason: string): void {
  if (!watched.has(id)) return;
  end(id);
  report({ type: 'failed', id, reason });
}

async function begin({ id, folder, except }: Extract<WatchRequest, { type: 'watch' }>): Promise<void> {
  end(id);
  const begun: Watched = { folder, watch: null };
  watched.set(id, begun);
  const reason = await unwatchableReason(folder);
  // another request for the same source came meanwhile
  if (watched.get(id) !== begun) return;
  if (reason !== null) {
    fail(id, reason);
    return;
  }
  const watch = new FolderWatch({
    folder,
    isPassedOver: (path) => basename(path) !== IGNORE_FILE && isPassedOver(path, except),
    onReady: () => report({ type: 'ready', id }),
    onFailure: (error) => fail(id, error.message),
    onChange: (path) => {
      // the folder itself: whether it is there is asked by the service
      if (path === '') return;
      settling.note(`${id}\0${path}`, performance.now());
      timer ??= setInterval(() => void lookAtDue(), LOOK_MS);
    },
  });
  watched.set(id, { folder, watch });
  await watch.start();
}

async function lookAtDue(): Promise<void> {
  if (looking) return;
  looking = true;
  try {
    const due = [...settling.unseen(), ...settling.due(performance.now())];
    for (let i = 0; i < due.length; i += LOOKS_AT_ONCE) {
      await Promise.all(
        due.slice(i, i + LOOKS_AT_ONCE).map(async (key) => settling.looked(key, await lookAt(key), performance.now())),
      );
    }
    tell(settling.take(performance.now()));
    if (settling.empty && timer) {
      clearInterval(timer);
      timer = null;
    }
  } finally {
    looking = false;
  }
}

async function lookAt(key: string): Promise<Look> {
  const { id, path } = split(key);
  const source = watched.get(id);
  if (!source) return null;
  try {
    const { size, mtimeMs } = await lstat(`${source.folder}/${path}`);
    return { size, mtimeMs };
  } catch {
    // gone
    return null;
  }
}

function tell(keys: readonly string[]): void {
  const paths = new Map<number, string[]>();
  for (const key of keys) {
    const { id, path } = split(key);
    if (!watched.has(id)) continue;
    const own = paths.get(id) ?? [];
    own.push(path);
    paths.set(id, own);
  }
  if (paths.size === 0) return;
  report({ type: 'changed', changes: [...paths].map(([id, own]) => ({ id, paths: own })) });
}

function split(key: string): { id: number; path: string } {
  const at = key.indexOf('\0');
  return { id: Number(key.slice(0, at)), path: key.slice(at + 1) };
}
