import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const PRINT_LOADED = `
  import { createRequire } from 'node:module';
  await import(process.argv[1]);
  console.log(Object.keys(createRequire(process.argv[1]).cache).join('\\n'));
`;

/** Files of CommonJS packages that a module of the project brings with it. */
async function loadedBy(module: string): Promise<string> {
  const file = fileURLToPath(new URL(module, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', PRINT_LOADED, file]);
  return stdout;
}

test.each(['service.ts', '../cli/commands.ts'])(
  '%s does not load TensorFlow.js, which workers alone compute with: it would cost each start 0.2 s',
  async (module) => {
    const loaded = await loadedBy(module);
    expect(loaded).toContain('better-sqlite3');
    expect(loaded).not.toContain('@tensorflow');
  },
);
