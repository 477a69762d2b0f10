// Makes a fresh clone ready: installs the dependencies where needed and goes on under the project's own Node. Plain
// JavaScript that runs on Node 20 with nothing installed: nothing here may import a dependency.
import { createWriteStream, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { has, projectEnvironment, projectNode, root, run } from './processes.mjs';

const INSTALL_LOG = join(root, '.cache', 'install.log');
const LOG_TAIL_LINES = 25;

/**
 * To be called first by every script that `npm` starts. Installs when package-lock.json and node_modules differ, and, where
 * this is not the project's Node, runs the script again on that and ends this process with its exit code.
 *
 * @param {string} script the caller's import.meta.url
 */
export async function ready(script) {
  const [major] = process.versions.node.split('.').map(Number);
  if (major < 20) stop(`Node ${process.versions.node} is too old to install Semblance: Node 20 or newer is needed.`);
  if (!installed()) await install();
  if (major !== projectNodeMajor()) {
    process.exit(await run(projectNode, [fileURLToPath(script), ...process.argv.slice(2)]));
  }
  process.env['PATH'] = projectEnvironment().PATH;
}

function projectNodeMajor() {
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules', 'node', 'package.json'), 'utf8'));
  return Number(version.split('.')[0]);
}

/**
 * Whether node_modules holds what package-lock.json asks for. npm writes node_modules/.package-lock.json as the last step
 * of an install, so an interrupted one is seen too. Optional packages (other platforms' binaries) may be absent.
 */
export function installed() {
  const written = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(written) || !existsSync(projectNode)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(written, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' || present[path]?.version === entry.version || (present[path] === undefined && entry.optional),
  );
}

async function install() {
  refuseWithoutCompiler();
  mkdirSync(dirname(INSTALL_LOG), { recursive: true });
  console.error(
    'Installing the dependencies with npm ci (first run or changed package-lock.json; takes a few minutes) …',
  );
  const started = Date.now();
  const code = await npmCi();
  const seconds = Math.round((Date.now() - started) / 1000);
  if (code === 0 && installed()) {
    console.error(`Dependencies installed in ${seconds} s.`);
    return;
  }
  const tail = readFileSync(INSTALL_LOG, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
  stop(
    `${tail}\n\nThe dependencies could not be installed (npm ci ended with code ${code}; whole log: ${INSTALL_LOG}).\n` +
      'Check that the npm registry can be reached (npm ping) and that the disk has 2 GB free, then run the same command again.',
  );
}

/** @returns {Promise<number>} npm's exit code */
function npmCi() {
  return new Promise((resolve) => {
    const log = createWriteStream(INSTALL_LOG);
    // onnxruntime-node's install script would fetch GPU libraries; the CPU and WebGPU providers are in the package already.
    const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip', ...headersBesideNode() };
    const child = spawn('npm', ['ci', '--loglevel=error', '--no-fund', '--no-audit', '--foreground-scripts=false'], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    const started = Date.now();
    const ticker = setInterval(() => {
      console.error(`  still installing (${Math.round((Date.now() - started) / 1000)} s) …`);
    }, 30_000);
    const finish = (code) => {
      clearInterval(ticker);
      log.end(() => resolve(code));
    };
    child.once('error', (error) => {
      log.write(`${error.message}\n`);
      finish(127);
    });
    child.once('close', (code) => finish(code ?? 1));
  });
}

/** node-gyp downloads Node's headers unless told where they are; many systems have them beside their Node. */
function headersBesideNode() {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, 'include', 'node', 'node_api.h')) && !process.env['npm_config_nodedir']
    ? { npm_config_nodedir: prefix }
    : {};
}

/** hnswlib-node has no prebuilt binary: node-gyp compiles it at install. */
function refuseWithoutCompiler() {
  if (process.platform === 'win32') return; // node-gyp finds Visual Studio by itself, and says so where there is none.
  const missing = [
    ['make', has('make')],
    ['a C++ compiler', has('c++') || has('g++') || has('clang++')],
    ['python3', has('python3')],
  ].filter(([, there]) => !there);
  if (missing.length === 0) return;
  const cure =
    process.platform === 'darwin' ? 'xcode-select --install' : 'sudo apt-get install -y build-essential python3';
  stop(`The vector index is compiled at install, which needs ${missing.map(([name]) => name).join(', ')}: ${cure}`);
}

function stop(message) {
  console.error(message);
  process.exit(1);
}
