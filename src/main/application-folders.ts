import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { app } from 'electron';

/** The folder that holds `out/`, `node_modules/` and `package.json`: this file is `out/main/index.js` once built. */
export const APP_FOLDER = join(import.meta.dirname, '../..');
export const PAGE_FOLDER = join(APP_FOLDER, 'out/renderer');
export const PRELOAD_FILE = join(APP_FOLDER, 'out/preload/index.cjs');
export const SERVICE_FILE = join(APP_FOLDER, 'out/node/service.js');

/**
 * Gives each library its own folder for the window's state. Electron's lock against a second instance is one per such
 * folder, so that two libraries can be open at once, and one library only once.
 */
export function setWindowDataFolder(library: string | undefined): void {
  app.setName('Semblance');
  const base = join(app.getPath('appData'), 'Semblance');
  const name =
    library === undefined ? 'window' : `window-${createHash('sha256').update(library).digest('hex').slice(0, 16)}`;
  app.setPath('userData', join(base, name));
}
