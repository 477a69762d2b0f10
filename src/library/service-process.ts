/**
 * The library service as a process of its own, started by Electron's main: see `docs/architecture.md`. The one argument is
 * the library folder; without it, the same default as the command line's.
 */
import { RPCHandler } from '@orpc/server/message-port';
import { ServiceError } from '../contract/errors.ts';
import type { PowerState } from '../contract/process-messages.ts';
import { defaultLibraryFolder, libraryPaths } from './library-folder.ts';
import { connectParent, type ServicePort } from './service-port.ts';
import { openService } from './service.ts';

const parent = connectParent();
const paths = libraryPaths(process.argv[2] ?? defaultLibraryFolder());

/**
 * After this, what opening a large library left behind is collected: 35 MB of 200,000 pictures, which V8 keeps while little is allocated. Once, for
 * some 30 ms, when the first answers are there.
 */
const TIDY_MS = 5_000;

/** Ports that came before the library was open: they are served as soon as it is. */
const waiting: ServicePort[] = [];
let serve = (port: ServicePort): void => void waiting.push(port);
let close = (): Promise<void> => Promise.resolve();
/** What main told of the computer before the library was open. */
const early: PowerState[] = [];
let takePower = (power: PowerState): void => void early.push(power);
/** What was picked before it was open: all that was, where this is another start. */
const pickedEarly: string[] = [];
let pick = (path: string): void => void pickedEarly.push(path);
/** Files that main was asked to put into the trash. */
const trashing = new Map<number, (problem: string | null) => void>();
let requests = 0;
let closing = false;

async function closeAndExit(code: number): Promise<void> {
  if (closing) return;
  closing = true;
  try {
    await close();
  } catch (error) {
    console.error('The library did not close cleanly:', error);
    code = 1;
  }
  process.exit(code);
}

parent.listen({
  onPort: (port) => serve(port),
  onPower: (power) => takePower(power),
  onPicked: (path) => pick(path),
  onTrashed: (request, problem) => trashing.get(request)?.(problem),
  onClose: () => void closeAndExit(0),
});
/** Puts a file into the trash by way of main. @throws where the system refuses */
async function trashItem(path: string): Promise<void> {
  const request = ++requests;
  const problem = await new Promise<string | null>((resolve) => {
    trashing.set(request, resolve);
    parent.send({ type: 'trash', request, path });
  });
  trashing.delete(request);
  if (problem !== null) throw new Error(problem);
}

process.on('SIGTERM', () => void closeAndExit(0));
// Ctrl-C in a terminal reaches every process of the group. Main gets it too, and asks this one to close in good order.
process.on('SIGINT', () => undefined);

// elsewhere the library has its own way to the trash, and back
const ownTrash = process.platform === 'darwin' || process.platform === 'win32' ? { trashItem } : {};

try {
  const service = await openService({ libraryFolder: paths.folder, watch: true, pickedOnly: true, ...ownTrash });
  close = () => service.close();
  takePower = (power) => service.takePower(power);
  pick = (path) => service.pick(path);
  for (const path of pickedEarly.splice(0)) pick(path);
  for (const power of early.splice(0)) takePower(power);
  const handler = new RPCHandler(service.router);
  serve = (port) => handler.upgrade(port);
  parent.send({ type: 'ready', libraryFolder: paths.folder, thumbsFolder: paths.thumbs });
  for (const port of waiting.splice(0)) serve(port);
  setTimeout(() => void globalThis.gc?.({ type: 'major', execution: 'async' }), TIDY_MS).unref();
} catch (error) {
  const failure = ServiceError.from(error);
  if (failure.code === 'INTERNAL') console.error(error);
  parent.send({ type: 'failed', code: failure.code, message: failure.message });
  await closeAndExit(0);
}
