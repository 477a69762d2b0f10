import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

/** What another program would write: the built module, typed, without any of this project's settings. */
const PROGRAM = `
import * as tf from '@tensorflow/tfjs-core';
import { getDistance, MultiSimilarityLoss, useBackend, type Lookup } from 'semblance/similarity';

await useBackend('cpu');
const embeddings = tf.tensor2d([[1, 0], [0, 1], [1, 0]]);
const loss: number = (await new MultiSimilarityLoss().compute([0, 0, 1], embeddings).data())[0] ?? 0;
const none: Lookup[] = [];
// @ts-expect-error a distance has no such member: that this is an error shows that the types are there
void getDistance('l2').nothing;
console.log(JSON.stringify({ positive: loss > 0, distance: getDistance('l2').name, none: none.length }));
`;

describe('the package export semblance/similarity', () => {
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'semblance-package-'));
    await mkdir(join(folder, 'node_modules'));
    await symlink(root, join(folder, 'node_modules/semblance'), 'junction');
    await symlink(join(root, 'node_modules/@tensorflow'), join(folder, 'node_modules/@tensorflow'), 'junction');
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    await writeFile(join(folder, 'program.ts'), PROGRAM);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('runs in another program as it is built', async () => {
    const { stdout } = await run(process.execPath, ['program.ts'], { cwd: folder });
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toEqual({
      positive: true,
      distance: 'euclidean',
      none: 0,
    });
  });

  it.each(['nodenext', 'bundler'])('brings its types to a program that resolves modules as %s', async (resolution) => {
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const module = resolution === 'bundler' ? 'esnext' : resolution;
    const options = `--noEmit --strict --target es2024 --module ${module} --moduleResolution ${resolution} --skipLibCheck`;
    await expect(
      run(process.execPath, [compiler, ...options.split(' '), 'program.ts'], { cwd: folder }),
    ).resolves.toMatchObject({ stdout: '' });
  });
});
