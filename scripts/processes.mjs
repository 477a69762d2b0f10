// Starting other programs. Plain JavaScript that runs on Node 20 with nothing installed.
import { spawn, spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** The project's own Node 24, from the `node` package. */
export const projectNode = join(
  root,
  'node_modules',
  'node',
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);

/** The environment with the project's programs, its Node before all, first on PATH. */
export function projectEnvironment(extra = {}) {
  const path = [join(root, 'node_modules', '.bin'), process.env['PATH'] ?? ''].join(delimiter);
  return { ...process.env, PATH: path, ...extra };
}

/** The path of an installed package's command, to be run by Node. */
export function commandOf(packageName, file) {
  return join(root, 'node_modules', packageName, file);
}

/**
 * Runs a program to its end, in the project's folder, with this process's own input and output, and passes signals on.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<number>} the exit code; 128 + the signal's number where a signal ended it; 127 where it could not start
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', env: projectEnvironment(), ...options });
    const stopPassing = passSignalsTo(child);
    child.once('error', (error) => {
      stopPassing();
      console.error(`Could not start ${command}: ${error.message}`);
      resolve(127);
    });
    child.once('exit', (code, signal) => {
      stopPassing();
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}

/** Keeps this process alive through the signals that the child is to handle, so that the child's exit code is not lost. */
function passSignalsTo(child) {
  // On a terminal, Ctrl-C reaches the child by itself (same process group); a second one would mean "now".
  const onTerminal = Boolean(process.stdin.isTTY);
  const handlers = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => {
    const handler = () => {
      if (signal !== 'SIGINT' || !onTerminal) child.kill(signal);
    };
    process.on(signal, handler);
    return [signal, handler];
  });
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  };
}

/**
 * Runs a program and gives its output.
 *
 * @returns {{ code: number, output: string }} both outputs joined; code 127 where the program is not there
 */
export function capture(command, args, options = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    env: projectEnvironment(),
    maxBuffer: 64 * 2 ** 20,
    ...options,
  });
  return { code: result.error ? 127 : (result.status ?? 1), output: `${result.stdout ?? ''}${result.stderr ?? ''}` };
}

/** Whether a program of this name is on PATH. */
export function has(command) {
  return capture(process.platform === 'win32' ? 'where' : 'which', [command]).code === 0;
}
