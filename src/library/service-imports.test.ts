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
  '%s loads neither TensorFlow.js nor ONNX Runtime, which workers alone compute with: they would cost each start 0.3 s and 40 MB',
  async (module) => {
    const loaded = await loadedBy(module);
    expect(loaded).toContain('better-sqlite3');
    for (const heavy of ['@tensorflow', 'onnxruntime', 'onnx-proto', 'graphology', 'sharp']) {
      expect(loaded).not.toContain(heavy);
    }
  },
);
