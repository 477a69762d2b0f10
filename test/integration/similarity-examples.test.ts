import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const PATIENCE = 600_000;

/** What `npm run example -- NAME` prints, run as a user does. */
async function example(name: string): Promise<string> {
  const command = [join(root, 'scripts/example.mjs'), name];
  const { stdout } = await run(process.execPath, command, { cwd: root, maxBuffer: 1 << 24 });
  return stdout;
}

function printed(output: string, name: string): number {
  const value = new RegExp(`(?<!\\w)'?${name}'?: ([\\d.]+)`).exec(output)?.[1];
  expect(value, `${name} in ${output}`).toBeDefined();
  return Number(value);
}

describe('the examples', () => {
  it(
    'hello-world finds digits that it was not trained on, and draws them, in at most 20 lines',
    { timeout: PATIENCE },
    async () => {
      const picture = join(root, 'out/examples/neighbors.svg');
      await rm(picture, { force: true });
      expect(printed(await example('hello-world'), 'precision@1')).toBeGreaterThanOrEqual(0.95);
      expect((await readFile(picture, 'utf8')).startsWith('<svg')).toBe(true);
      const lines = (await readFile(join(root, 'examples/hello-world.ts'), 'utf8')).trimEnd().split('\n');
      expect(lines.length).toBeLessThanOrEqual(20);
    },
  );

  it('new-classes finds digits of two classes that it never saw, and shows them', { timeout: PATIENCE }, async () => {
    const page = join(root, 'out/examples/new-classes.html');
    await rm(page, { force: true });
    expect(printed(await example('new-classes'), 'precision@1')).toBeGreaterThanOrEqual(0.85);
    expect((await readFile(page, 'utf8')).match(/<path class="point"/g)).toHaveLength(400);
  });

  it('self-supervised has better features than the untrained net', { timeout: PATIENCE }, async () => {
    const output = await example('self-supervised');
    expect(printed(output, 'trained')).toBeGreaterThan(printed(output, 'untrained') + 0.05);
  });
});
