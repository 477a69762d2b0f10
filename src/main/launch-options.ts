import { resolve } from 'node:path';

export interface LaunchOptions {
  /** Absolute path, or undefined for the default that the service knows. */
  readonly library: string | undefined;
  /** Absolute paths of folders to add and index at start. */
  readonly folders: readonly string[];
}

/**
 * Reads `[--library DIR] [FOLDER…]` from a process's whole `argv`. The environment's `SEMBLANCE_LIBRARY` names the library
 * where the option does not.
 *
 * Switches of Chromium and Electron stand among the arguments and are passed over, and so is the application's own folder,
 * which a runtime that is not packaged is started with.
 */
export function parseLaunchOptions(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  appFolder: string,
): LaunchOptions {
  let library = env['SEMBLANCE_LIBRARY'];
  const folders: string[] = [];
  const rest = argv.slice(1);
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    if (argument === '--library') library = rest.shift() ?? library;
    else if (argument.startsWith('--library=')) library = argument.slice('--library='.length);
    else if (!argument.startsWith('-') && resolve(argument) !== resolve(appFolder)) folders.push(resolve(argument));
  }
  return { library: library ? resolve(library) : undefined, folders };
}
