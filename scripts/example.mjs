// npm run example -- NAME: runs examples/NAME.ts on the project's own Node; without a name it lists what there is.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectNode, root, run } from './processes.mjs';
import { ready } from './ready.mjs';

const [name, ...rest] = process.argv.slice(2);
const examples = listExamples();
if (name === undefined || name === '-h' || name === '--help') {
  const width = Math.max(...examples.map((example) => example.name.length));
  console.log('Usage: npm run example -- NAME\n');
  for (const example of examples) console.log(`  ${example.name.padEnd(width)}  ${example.description}`);
  process.exit(0);
}
if (!examples.some((example) => example.name === name)) {
  console.error(`There is no example "${name}"; there are ${examples.map((example) => example.name).join(', ')}.`);
  process.exit(2);
}

await ready(import.meta.url);
// Under this condition `semblance/similarity` is its source, so that nothing has to be built.
process.exit(await run(projectNode, ['--conditions=semblance-source', join('examples', `${name}.ts`), ...rest]));

/** The files whose first line says what they show; the others are read by them. */
function listExamples() {
  const folder = join(root, 'examples');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({
      name: file.slice(0, -'.ts'.length),
      firstLine: readFileSync(join(folder, file), 'utf8').split('\n')[0],
    }))
    .filter(({ firstLine }) => firstLine.startsWith('// '))
    .map((example) => ({ name: example.name, description: example.firstLine.slice('// '.length) }));
}
