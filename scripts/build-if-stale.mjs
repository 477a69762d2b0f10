// Builds when the sources are newer than what was built from them.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './processes.mjs';

const SOURCES = [
  'src',
  'scripts/encoder',
  'resources',
  'package.json',
  'package-lock.json',
  'vite.node.config.ts',
  'vite.similarity.config.ts',
  'tsconfig.similarity.json',
  'electron.vite.config.ts',
];
/** One file of each step of the build; each is written anew by its step. */
const OUTPUTS = [
  'out/node/semblance.js',
  'out/similarity/index.js',
  'out/main/index.js',
  'out/preload/index.cjs',
  'out/renderer/index.html',
];
/** Written only when its own inputs changed, so that its age says nothing. */
const ENCODER = 'out/encoder/builtin.onnx';

/** @returns {Promise<number>} the build's exit code, 0 where nothing was to be done */
export async function buildIfStale() {
  const outputs = [...OUTPUTS, ENCODER].map((file) => join(root, file));
  const builtAt = outputs.every((file) => existsSync(file))
    ? Math.min(...OUTPUTS.map((file) => statSync(join(root, file)).mtimeMs))
    : 0;
  if (newest(SOURCES.map((path) => join(root, path))) <= builtAt) return 0;
  console.error('Building …');
  return run('npm', ['run', '--silent', 'build'], {
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
}

/** The newest change of the files and folders; a folder's own time tells of removed files. */
function newest(paths) {
  let latest = 0;
  for (const path of paths) {
    if (!existsSync(path)) continue;
    const stat = statSync(path);
    latest = Math.max(latest, stat.mtimeMs);
    if (stat.isDirectory()) latest = Math.max(latest, newest(readdirSync(path).map((name) => join(path, name))));
  }
  return latest;
}
