import { expect, onTestFinished, test } from 'vitest';
import type { EncodeDevice } from '../../src/compute/devices/device.ts';
import { listDevices } from '../../src/compute/devices/list-devices.ts';
import { samplePictures } from '../../src/compute/devices/sample-pictures.ts';
import { leastCosine, SAME_VECTOR } from '../../src/compute/devices/trial.ts';
import { builtinModel, createEncoder, type EncoderOptions } from '../../src/compute/encoder.ts';
import { temporaryFolder } from '../fixtures/library.ts';
import { NO_SOFTWARE_GPU, softwareGpu } from '../fixtures/software-gpu.ts';
import { TINY_PICTURE, tinyEncoder, tinyPictures } from '../fixtures/tiny-encoder.ts';

/** For machines where a picture takes the software adapter half a minute. */
const LIMIT_MS = 170_000;

async function software(): Promise<EncodeDevice | null> {
  const env = softwareGpu();
  if (env === null) {
    console.log(NO_SOFTWARE_GPU);
    return null;
  }
  const { encoding } = await listDevices({ threads: 1, env });
  const found = encoding.find(({ kind }) => kind === 'webgpu') ?? null;
  expect(found?.name).toMatch(/SwiftShader.* \(WebGPU\)$/);
  expect(encoding[0]).toMatchObject({ id: 'cpu', name: 'CPU, 1 thread' });
  return found;
}

function onGpu(device: EncodeDevice, changes: Partial<EncoderOptions> = {}): EncoderOptions {
  return {
    threads: 1,
    devices: { list: () => Promise.resolve([device]), choice: device.id, trialLimitMs: LIMIT_MS },
    ...changes,
  };
}

test('the built-in encoder gives the same vectors on the CPU and on WebGPU', { timeout: 2 * LIMIT_MS }, async () => {
  const device = await software();
  if (device === null) return;
  const encoder = await createEncoder(onGpu(device));
  onTestFinished(() => encoder.close());
  const { model } = builtinModel();
  const picture = samplePictures(1, model.width, model.height).map((value) => 255 - value);
  expect(encoder.provider).toBe('CPU, 1 thread');
  const expected = await encoder.encode(picture);
  await encoder.settled;
  // The trial has compared one picture by then; this is another.
  expect(encoder.devices[1]).toMatchObject({ state: 'used', reason: null });
  expect(leastCosine(await encoder.encode(picture), expected, model.featureSize)).toBeGreaterThanOrEqual(SAME_VECTOR);
});

test('a swap to WebGPU and back in the middle of a run leaves every vector as it was', async () => {
  const device = await software();
  if (device === null) return;
  const named = await tinyEncoder(await temporaryFolder());
  const encoder = await createEncoder(onGpu(device, { named }));
  onTestFinished(() => encoder.close());
  const pixels = tinyPictures(60);
  const rows: Float32Array[] = [];
  const used = new Set<string>();
  for (let i = 0; i < 60; i++) {
    rows.push(await encoder.encode(pixels.subarray(i * TINY_PICTURE, (i + 1) * TINY_PICTURE)));
    used.add(encoder.provider);
    if (i === 20) await encoder.settled;
    if (i === 40) await encoder.choose('cpu');
  }
  expect([...used]).toEqual(['CPU, 1 thread', device.name]);
  const cpu = await createEncoder({ named, threads: 1 });
  onTestFinished(() => cpu.close());
  const expected = await cpu.encode(pixels);
  const found = Float32Array.from(rows.flatMap((row) => [...row]));
  expect(found).toHaveLength(expected.length);
  expect(leastCosine(found, expected, encoder.featureSize)).toBeGreaterThanOrEqual(SAME_VECTOR);
});
