// npm run check: every static gate. All run, two at a time, even where one fails; what failed is shown whole.
import { availableParallelism } from 'node:os';
import { spawn } from 'node:child_process';
import { commandOf, projectEnvironment, projectNode, root } from './processes.mjs';
import { ready } from './ready.mjs';

await ready(import.meta.url);

/** Name → the package's command and its arguments; the slowest first. */
const GATES = {
  eslint: [commandOf('eslint', 'bin/eslint.js'), '.', '--max-warnings=0', '--cache', '--cache-location=.cache/eslint/'],
  tsc: [commandOf('typescript', 'bin/tsc'), '--noEmit'],
  'svelte-check': [
    commandOf('svelte-check', 'bin/svelte-check'),
    '--tsconfig=./tsconfig.json',
    '--fail-on-warnings',
    '--output=human',
  ],
  prettier: [commandOf('prettier', 'bin/prettier.cjs'), '--check', '--log-level=warn', '.'],
  'dependency-cruiser': [commandOf('dependency-cruiser', 'bin/dependency-cruiser.mjs'), 'src', 'test', 'examples'],
  knip: [commandOf('knip', 'bin/knip.js')],
};

const waiting = Object.entries(GATES);
const failed = [];
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work));
console.log(failed.length === 0 ? 'All gates passed.' : `Failed: ${failed.join(', ')}`);
process.exit(failed.length === 0 ? 0 : 1);

async function work() {
  for (let gate = waiting.shift(); gate; gate = waiting.shift()) {
    const [name, args] = gate;
    const started = Date.now();
    const { code, output } = await runGate(args);
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    console.log(`${code === 0 ? '✓' : '✗'} ${name} (${seconds} s)`);
    if (code !== 0) {
      failed.push(name);
      console.log(output.trimEnd());
    }
  }
}

function runGate(args) {
  return new Promise((resolve) => {
    let output = '';
    const env = projectEnvironment(process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' });
    if (!process.stdout.isTTY) delete env.FORCE_COLOR;
    const child = spawn(projectNode, args, { cwd: root, env });
    child.stdout.on('data', (text) => (output += text));
    child.stderr.on('data', (text) => (output += text));
    child.once('close', (code) => resolve({ code, output }));
  });
}
