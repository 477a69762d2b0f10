import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { leastCosine, SAME_VECTOR } from '../../src/compute/devices/trial.ts';
import { NO_SOFTWARE_GPU, softwareGpu } from '../fixtures/software-gpu.ts';
import { tinyEncoder } from '../fixtures/tiny-encoder.ts';
import { writeBigFolder } from './big-folder.ts';
import { expect, holds, test } from './semblance.ts';

const COMMAND = join(import.meta.dirname, '../../out/node/semblance.js');
/** More than the pipeline holds at once: what it holds is done in spite of a pause, and a run that has no more ends. */
const PICTURES = 320;
/** Pictures that differ in more than their last bytes: vectors of swapped pictures would be seen. */
const DIFFERENT = 16;
/** A device that was never tried is tried first. */
const TRIAL = { timeout: 60_000 };

const gpu = softwareGpu();
test.use({ environment: gpu ?? {} });

/** Runs the command line, and gives what it prints. */
async function semblance(...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [COMMAND, ...words]);
  return stdout;
}

/** Makes a library in `folder` that an encoder of a few operations answers for; the built-in takes a software GPU seconds a picture. */
async function makeTinyLibrary(folder: string, model: string): Promise<void> {
  const answers = ['--name', 'Tiny', '--range', 'bytes', '--layout', 'NHWC', '--side', '16'];
  const installed = await semblance('encoders', 'install', model, ...answers, '--library', folder, '--json');
  const { id } = JSON.parse(installed) as { id: string };
  await semblance('encoders', 'use', id, '--library', folder);
}

interface Stored {
  readonly features: Float32Array;
  readonly vector: Float32Array;
}

/** What a closed library holds of each picture, by its content hash. */
function storedIn(folder: string): Map<string, Stored> {
  const database = new DatabaseSync(join(folder, 'catalog.sqlite'), { readOnly: true });
  try {
    database.prepare('ATTACH DATABASE ? AS f').run(join(folder, 'features.sqlite'));
    const rows = database
      .prepare(
        `SELECT media.hash AS hash, feature.data AS features, vector.data AS vector FROM media
         JOIN f.feature ON feature.media_id = media.id JOIN f.vector ON vector.media_id = media.id`,
      )
      .all() as { hash: string; features: Uint8Array; vector: Uint8Array }[];
    const stored = new Map(
      rows.map((row) => [row.hash, { features: floats(row.features), vector: floats(row.vector) }]),
    );
    expect(stored.size, 'pictures with one row each').toBe(rows.length);
    return stored;
  } finally {
    database.close();
  }
}

/** Stored float16. */
function floats(bytes: Uint8Array): Float32Array {
  return Float32Array.from(new Float16Array(bytes.slice().buffer));
}

test('another device in the middle of an index run leaves every vector as the CPU makes it', async ({
  folder,
  start,
}) => {
  if (gpu === null) console.log(`The CPU is chosen in mid-run instead of a GPU: ${NO_SOFTWARE_GPU}.`);
  const photos = join(folder, 'photos');
  await writeBigFolder(photos, PICTURES, DIFFERENT);
  const { model } = await tinyEncoder(folder);
  const [onCpu, swapped] = [join(folder, 'cpu-library'), join(folder, 'library')];
  await mkdir(swapped);
  await makeTinyLibrary(swapped, model.file);
  await makeTinyLibrary(onCpu, model.file);

  const { app, page } = await start(photos);
  const line = page.getByRole('region', { name: 'Indexing' });
  await expect(line).toContainText(new RegExp(`Indexing [1-9]\\d* of ${PICTURES}`), { timeout: 40_000 });
  await line.getByRole('button', { name: 'Pause' }).click();
  await expect(line).toContainText(new RegExp(`Paused at [1-9]\\d* of ${PICTURES}`));

  await page.keyboard.press('ControlOrMeta+,');
  const devices = page.getByRole('group', { name: 'Encode on' });
  const name = gpu === null ? /^CPU/ : /SwiftShader/;
  await expect(page.getByText(/^Encoding on CPU/)).toBeVisible();
  const device = devices.getByRole('radio', { name });
  await expect(device).toBeEnabled(TRIAL);
  await device.click();
  const used = page.getByText(gpu === null ? /^Encoding on CPU/ : /^Encoding on SwiftShader.*\(WebGPU\)/);
  await expect(used).toBeVisible(TRIAL);
  const paused = Number(/Paused at (\d+)/.exec(await line.innerText())?.[1]);
  expect(paused, 'pictures before the swap').toBeGreaterThan(0);
  expect(paused, 'pictures before the swap').toBeLessThan(PICTURES);
  await line.getByRole('button', { name: 'Resume' }).click();
  await expect(line).toHaveCount(0, { timeout: 60_000 });
  // A device that had failed would have handed over to the next.
  await expect(used).toBeVisible();
  await page.keyboard.press('Escape');
  await holds(page, PICTURES);
  await app.close();

  // Indexed by the command line on the CPU alone.
  await semblance('devices', 'use', 'cpu', '--library', onCpu);
  await semblance('index', photos, '--library', onCpu);
  const [expected, found] = [storedIn(onCpu), storedIn(swapped)];
  expect(expected.size).toBe(PICTURES);
  expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [hash, { features, vector }] of expected) {
    const other = found.get(hash);
    if (!other) continue;
    expect(leastCosine(other.features, features, features.length)).toBeGreaterThanOrEqual(SAME_VECTOR);
    expect(leastCosine(other.vector, vector, vector.length)).toBeGreaterThanOrEqual(SAME_VECTOR);
  }
});
