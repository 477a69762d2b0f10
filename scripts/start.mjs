// npm start -- FOLDER: the window with that folder being indexed or, where there is no display, the main job in the terminal.
import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { buildIfStale } from './build-if-stale.mjs';
import { electronRuntime, electronSwitches } from './electron-runtime.mjs';
import { projectNode, root, run } from './processes.mjs';
import { ready } from './ready.mjs';
import { explainMissing, hasDisplay, missingForElectron } from './system-libraries.mjs';

const USAGE = `Usage: npm start -- FOLDER

Opens the window with FOLDER being indexed. Where there is no display, as here, the folder is indexed in the terminal, the
pictures most alike to a few of it are shown, and a page of them is written; that needs a FOLDER.
All commands: npm run --silent semblance -- --help`;

const folder = chosenFolder(process.argv.slice(2));
if (folder === undefined && !hasDisplay()) wrongUsage(USAGE);

await ready(import.meta.url);
const built = await buildIfStale();
if (built > 128) process.exit(built); // Ctrl-C
if (built !== 0) fail('The build failed; the reason stands above.');
process.exit(canOpenWindow() ? await openWindow() : await tour());

/** The folder that was named, absolute; ends the program where it is not one. */
function chosenFolder([argument, ...rest]) {
  if (argument === undefined) return undefined;
  if (rest.length > 0)
    wrongUsage(`One folder, not ${rest.length + 1}: quote a name with spaces. Usage: npm start -- FOLDER`);
  if (argument === '-h' || argument === '--help') {
    console.log(USAGE);
    process.exit(0);
  }
  // npm runs scripts in the project's folder, and says here where the person was.
  const path = resolve(process.env['INIT_CWD'] ?? process.cwd(), argument);
  try {
    if (!statSync(path).isDirectory()) wrongUsage(`Not a folder: ${path}`);
    accessSync(path, constants.R_OK | constants.X_OK);
  } catch (error) {
    wrongUsage(error.code === 'EACCES' ? `The folder may not be read: ${path}` : `There is no such folder: ${path}`);
  }
  return path;
}

function canOpenWindow() {
  if (!hasDisplay()) {
    console.error('There is no display: doing the main job in the terminal.');
    return false;
  }
  const missing = missingForElectron({ xvfb: false });
  if (missing.length === 0) return true;
  console.error(explainMissing(missing));
  if (folder === undefined) process.exit(1);
  console.error('Until then the main job is done in the terminal.');
  return false;
}

async function openWindow() {
  const runtime = await electronRuntime().catch((error) => fail(error.message));
  return run(runtime.executable, [...electronSwitches(), root, ...(folder === undefined ? [] : [folder])]);
}

function tour() {
  return run(projectNode, ['out/node/semblance.js', 'tour', folder]);
}

function wrongUsage(message) {
  console.error(message);
  process.exit(2);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
