// npm test: unit, integration and end-to-end tests, installing what they need first. `npm test -- unit e2e` runs only the
// stages named. The last line is the total: `N passed, N failed` and, where there are any, `, N skipped`.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildIfStale } from './build-if-stale.mjs';
import { electronRuntime } from './electron-runtime.mjs';
import { commandOf, projectEnvironment, projectNode, root, run } from './processes.mjs';
import { ready } from './ready.mjs';
import { explainMissing, hasDisplay, installMissing, missingForElectron } from './system-libraries.mjs';
import { emptyStage, printTotals, readPlaywright, readVitest } from './test-totals.mjs';

const STAGES = ['unit', 'integration', 'e2e'];
const REPORTS = join(root, 'test-results');

const named = process.argv.slice(2);
const unknown = named.filter((name) => !STAGES.includes(name));
if (unknown.length > 0) {
  console.error(`Unknown stage: ${unknown.join(', ')}. Usage: npm test [-- ${STAGES.join(' | ')}]`);
  process.exit(2);
}
const stages = named.length > 0 ? named : STAGES;

await ready(import.meta.url);
rmSync(REPORTS, { recursive: true, force: true });
mkdirSync(REPORTS, { recursive: true });

const results = {};
const libraries = stages.includes('e2e') ? await systemLibraries() : undefined;
if ((await buildIfStale()) === 0) {
  for (const stage of stages) {
    console.log(`\n== ${stage} tests`);
    results[stage] = stage === 'e2e' ? await endToEnd() : await vitest(stage);
  }
} else {
  for (const stage of stages) results[stage] = emptyStage('the build failed');
}
process.exit(printTotals(results));

/** @returns {Promise<string | undefined>} the line that says what is missing */
async function systemLibraries(executable) {
  const look = () => missingForElectron({ xvfb: !hasDisplay(), executable });
  const missing = look();
  if (missing.length === 0 || ((await installMissing(missing)) && look().length === 0)) return undefined;
  const line = explainMissing(look());
  console.error(line);
  return line;
}

async function vitest(stage) {
  const projects = stage === 'unit' ? ['unit', 'renderer'] : [stage];
  const report = join(REPORTS, `${stage}.json`);
  const code = await run(
    projectNode,
    [
      commandOf('vitest', 'vitest.mjs'),
      'run',
      ...projects.map((project) => `--project=${project}`),
      '--reporter=default',
      '--reporter=./scripts/vitest-totals-reporter.mjs',
    ],
    { env: projectEnvironment({ SEMBLANCE_TEST_REPORT: report }) },
  );
  return readVitest(report, code);
}

async function endToEnd() {
  if (libraries) return emptyStage(libraries);
  let runtime;
  try {
    runtime = await electronRuntime();
  } catch (error) {
    console.error(error.message);
    return emptyStage(error.message);
  }
  const stillMissing = await systemLibraries(runtime.executable);
  if (stillMissing) return emptyStage(stillMissing);
  console.log(`Electron ${runtime.version}${runtime.official ? '' : ' (older runtime)'}`);
  const command = [projectNode, commandOf('@playwright/test', 'cli.js'), 'test'];
  if (!hasDisplay()) command.unshift('xvfb-run', '-a', '-s', '-screen 0 1440x960x24');
  const code = await run(command[0], command.slice(1));
  return readPlaywright(join(REPORTS, 'e2e.json'), code);
}
