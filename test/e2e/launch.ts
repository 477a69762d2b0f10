import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import { join } from 'node:path';
import { electronRuntime, electronSwitches } from '../../scripts/electron-runtime.mjs';

const APP_FOLDER = join(import.meta.dirname, '../..');
/**
 * Draws in software from the start. Where there is no GPU, Chromium finds that out by its GPU process failing, and a page
 * that is drawn meanwhile can stand still for good (seen under xvfb, once in some fifty starts).
 */
const SOFTWARE = ['--disable-gpu'];

/** A running Semblance: its Electron application and its one window. */
export interface Running {
  readonly app: ElectronApplication;
  readonly page: Page;
}

/** Starts the real application. `data` is where the window keeps its own state; never the developer's. */
export async function launch(library: string, data: string, folders: readonly string[] = []): Promise<Running> {
  const { executable } = await electronRuntime();
  const app = await _electron.launch({
    executablePath: executable,
    args: [...electronSwitches(), ...SOFTWARE, APP_FOLDER, '--library', library, ...folders],
    env: { ...environment(), XDG_CONFIG_HOME: data },
  });
  return { app, page: await app.firstWindow() };
}

function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
