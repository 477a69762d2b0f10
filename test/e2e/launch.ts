import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { electronRuntime, electronSwitches } from '../../scripts/electron-runtime.mjs';

const APP_FOLDER = join(import.meta.dirname, '../..');
/**
 * Draws in software from the start. Where there is no GPU, Chromium finds that out by its GPU process failing, and a page
 * that is drawn meanwhile can stand still for good (seen under xvfb, once in some fifty starts).
 */
const SOFTWARE: readonly string[] = ['--disable-gpu'];

/** A running Semblance: its Electron application and its one window. */
export interface Running {
  readonly app: ElectronApplication;
  readonly page: Page;
}

/** Chromium's own software GPU, as if it were a graphics card: for what WebGL draws. */
export const SOFTWARE_GPU = ['--use-angle=swiftshader', '--enable-unsafe-swiftshader'];

/** Starts the real application. `data` is where the window keeps its own state; never the developer's. */
export async function launch(
  library: string,
  data: string,
  folders: readonly string[] = [],
  variables: Readonly<Record<string, string>> = {},
  drawing: readonly string[] = SOFTWARE,
): Promise<Running> {
  const isNew = !existsSync(library);
  const app = await attach(library, data, folders, variables, drawing).catch(async (error: unknown) => {
    if (!(error instanceof Error && error.message.includes('electron.launch: Timeout'))) throw error;
    // Seen once in about 100 starts: the debugger is attached and never answers. The program may have run meanwhile, and
    // indexed what the test wants to see indexed.
    console.warn('The debugger of Electron did not answer; starting it once more.');
    if (isNew) await rm(library, { recursive: true, force: true, maxRetries: 10 });
    return attach(library, data, folders, variables, drawing);
  });
  const page = await app.firstWindow();
  // Until the page's scripts have run, what is dropped on it goes nowhere.
  // By element: where the library cannot be opened, its role is that of an alert.
  await page.locator('main').waitFor();
  return { app, page };
}

async function attach(
  library: string,
  data: string,
  folders: readonly string[],
  variables: Readonly<Record<string, string>>,
  drawing: readonly string[],
): Promise<ElectronApplication> {
  const { executable } = await electronRuntime();
  return _electron.launch({
    executablePath: executable,
    args: commandLine(library, folders, drawing),
    env: { ...environment(), ...variables, XDG_CONFIG_HOME: data },
    timeout: 30_000,
  });
}

/** Starts the application once more while it runs; it hands its folders to the first and ends. Gives its exit code. */
export async function launchAgain(library: string, data: string, folders: readonly string[]): Promise<number | null> {
  const { executable } = await electronRuntime();
  const child = spawn(executable, commandLine(library, folders), {
    env: { ...environment(), XDG_CONFIG_HOME: data },
    stdio: 'ignore',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

function commandLine(library: string, folders: readonly string[], drawing = SOFTWARE): string[] {
  return [...electronSwitches(), ...drawing, APP_FOLDER, '--library', library, ...folders];
}

function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
