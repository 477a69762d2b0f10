// What Electron needs of a Linux system, and how to get it.
import { existsSync, readFileSync } from 'node:fs';
import { capture, has, run } from './processes.mjs';

/** Debian package → a library in it that Electron loads. */
const LIBRARIES = {
  'libgtk-3-0': 'libgtk-3.so.0',
  libnss3: 'libnss3.so',
  libasound2: 'libasound.so.2',
  libgbm1: 'libgbm.so.1',
  'libatk-bridge2.0-0': 'libatk-bridge-2.0.so.0',
  libxss1: 'libXss.so.1',
  libxtst6: 'libXtst.so.6',
};
/** Renamed with the 64-bit time transition: Debian 13, Ubuntu 24.04 and newer. */
const RENAMED = {
  'libgtk-3-0': 'libgtk-3-0t64',
  libasound2: 'libasound2t64',
  'libatk-bridge2.0-0': 'libatk-bridge2.0-0t64',
};

/** Whether a window can be opened. */
export function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']);
}

/**
 * Names what is missing to open an Electron window.
 *
 * @param {{ xvfb: boolean, executable?: string }} needs whether a virtual display is needed; the Electron to look into
 * @returns {string[]} libraries and programs, none where all is there
 */
export function missingForElectron({ xvfb, executable }) {
  if (process.platform !== 'linux') return [];
  const missing = executable ? unresolved(executable) : notInCache();
  if (xvfb && !has('xvfb-run')) missing.push('xvfb-run');
  return missing;
}

function unresolved(executable) {
  return [...capture('ldd', [executable]).output.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1]);
}

function notInCache() {
  const { code, output } = capture(existsSync('/sbin/ldconfig') ? '/sbin/ldconfig' : 'ldconfig', ['-p']);
  return code === 0 ? Object.values(LIBRARIES).filter((library) => !output.includes(library)) : [];
}

/** The packages of this system that hold everything Electron and its tests need. */
function packages() {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const id = /^ID="?([^"\n]*)/m.exec(release)?.[1] ?? '';
  const version = Number(/^VERSION_ID="?([\d.]*)/m.exec(release)?.[1] ?? 0);
  const renamed = (id === 'debian' && version >= 13) || (id === 'ubuntu' && version >= 24.04);
  return ['xvfb', 'xauth', ...Object.keys(LIBRARIES).map((name) => (renamed && RENAMED[name]) || name)];
}

/** One line: what is missing, and the command that installs it. */
export function explainMissing(missing) {
  return `Missing for Electron: ${missing.join(', ')}. Install with: sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages().join(' ')}`;
}

/** Installs what is missing where that may be done unasked: as root on a Debian system, or in CI. */
export async function installMissing(missing) {
  const root = process.getuid?.() === 0;
  if (!has('apt-get') || !(root || process.env['CI'] === 'true')) return false;
  console.error(`Installing system libraries (missing: ${missing.join(', ')}) …`);
  const prefix = root ? [] : ['sudo', '-n'];
  const apt = async (...args) => {
    const [command, ...rest] = [...prefix, 'apt-get', ...args];
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    return (await run(command, rest, { env, stdio: ['ignore', 'ignore', 2] })) === 0;
  };
  return (await apt('update', '-qq')) && (await apt('install', '-y', '-qq', '--no-install-recommends', ...packages()));
}
