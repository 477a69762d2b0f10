import { describe, expect, onTestFinished, test } from 'vitest';
import type { TrainDevice } from '../../src/compute/devices/device.ts';
import { listDevices } from '../../src/compute/devices/list-devices.ts';
import type { HeadTask } from '../../src/compute/training/head.ts';
import { Trainer } from '../../src/compute/training/trainer.ts';
import { SAME_LOSS, Training, byRate } from '../../src/compute/training/training.ts';
import { NO_SOFTWARE_GPU, softwareGpu } from '../fixtures/software-gpu.ts';

const WASM: TrainDevice = { id: 'wasm', kind: 'wasm', name: 'CPU (WebAssembly)', adapter: null };
const [FEATURES, DIMENSIONS, CLASSES] = [24, 8, 3];

/** Three clusters on which a small head is trained. */
function task(changes: Partial<HeadTask> = {}): HeadTask {
  const features = Float32Array.from(
    { length: 30 * FEATURES },
    (_, i) => Math.sin(i * 7.13) + 2 * Math.cos((Math.floor(i / FEATURES) % CLASSES) * 2.1 + (i % FEATURES)),
  );
  return {
    features,
    featureSize: FEATURES,
    labels: Int32Array.from({ length: 30 }, (_, row) => row % CLASSES),
    dimensions: DIMENSIONS,
    start: {
      kernel: Float32Array.from({ length: FEATURES * DIMENSIONS }, (_, i) => Math.sin(i * 3.7) / 5),
      bias: new Float32Array(DIMENSIONS).fill(0.01),
    },
    learningRate: 0.01,
    steps: 8,
    classesPerBatch: 3,
    examplesPerClassPerBatch: 4,
    ...changes,
  };
}

async function trainer(device: TrainDevice): Promise<Trainer> {
  const started = await Trainer.start(device);
  onTestFinished(() => started.close());
  return started;
}

async function webgpu(): Promise<TrainDevice | null> {
  const env = softwareGpu();
  if (env === null) {
    console.log(NO_SOFTWARE_GPU);
    return null;
  }
  return (await listDevices({ env })).training.find(({ kind }) => kind === 'webgpu') ?? null;
}

describe('training a head', () => {
  test('tells of each step, lowers the loss and gives weights of the same shape', async () => {
    const wasm = await trainer(WASM);
    const steps: number[] = [];
    const { weights, losses } = await wasm.train(task({ steps: 40 }), { onStep: ({ step }) => steps.push(step) });
    expect(steps).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(losses).toHaveLength(40);
    expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
    expect(weights.kernel).toHaveLength(FEATURES * DIMENSIONS);
    expect(weights.bias).toHaveLength(DIMENSIONS);
    expect(weights.kernel.every(Number.isFinite)).toBe(true);
  });

  test('begins with the weights that it is given', async () => {
    const wasm = await trainer(WASM);
    const { start } = task();
    const still = task({
      learningRate: 1e-12,
      optimizer: 'sgd',
      steps: 1,
      start: { kernel: start.kernel, bias: null },
    });
    const { weights } = await wasm.train(still);
    expect(weights.bias).toBeNull();
    for (const [i, value] of weights.kernel.entries())
      expect(value).toBeCloseTo(still.start.kernel[i] ?? Number.NaN, 6);
  });

  test('can be cancelled, and the worker goes on', async () => {
    const wasm = await trainer(WASM);
    const controller = new AbortController();
    const reason = new Error('enough');
    const cancelled = wasm.train(task({ steps: 100_000 }), {
      onStep: () => controller.abort(reason),
      signal: controller.signal,
    });
    await expect(cancelled).rejects.toBe(reason);
    await expect(wasm.train(task({ steps: 2 }))).resolves.toMatchObject({ losses: { length: 2 } });
  });

  test('says what is wrong with a task', async () => {
    const wasm = await trainer(WASM);
    await expect(wasm.train(task({ loss: 'no such loss' }))).rejects.toThrow(/no such loss/);
    await expect(wasm.train(task({ classesPerBatch: 9 }))).rejects.toThrow(/classesPerBatch/);
  });

  test('gives the same losses and projections on WASM and on WebGPU', async () => {
    const device = await webgpu();
    if (device === null) return;
    const [wasm, gpu] = [await trainer(WASM), await trainer(device)];
    for (const loss of ['multisim_loss', 'triplet_loss']) {
      const few = task({ steps: 4, loss });
      const [expected, found] = await Promise.all([wasm.train(few), gpu.train(few)]);
      expect(expected.losses[0]).toBeGreaterThan(0);
      for (const [i, value] of found.losses.entries()) {
        expect(Math.abs(value - (expected.losses[i] ?? Number.NaN))).toBeLessThan(SAME_LOSS);
      }
    }
    const { features, start } = task();
    const rows = { rows: features, featureSize: FEATURES, dimensions: DIMENSIONS, weights: start, normalise: true };
    const [expected, found] = await Promise.all([wasm.projectRows(rows), gpu.projectRows(rows)]);
    for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 4);
  });
});

test('projects as plain arithmetic does', async () => {
  const wasm = await trainer(WASM);
  const { features, start } = task();
  const shape = { rows: features, featureSize: FEATURES, dimensions: DIMENSIONS, weights: start };
  const plain = await wasm.projectRows({ ...shape, normalise: false });
  const unit = await wasm.projectRows({ ...shape, normalise: true });
  expect(plain).toHaveLength(30 * DIMENSIONS);
  for (let row = 0; row < 30; row++) {
    const expected = Array.from({ length: DIMENSIONS }, (_, d) => {
      let sum = start.bias?.[d] ?? 0;
      for (let f = 0; f < FEATURES; f++) {
        sum += (features[row * FEATURES + f] ?? 0) * (start.kernel[f * DIMENSIONS + d] ?? 0);
      }
      return sum;
    });
    const length = Math.hypot(...expected);
    for (const [d, value] of expected.entries()) {
      expect(plain[row * DIMENSIONS + d]).toBeCloseTo(value, 4);
      expect(unit[row * DIMENSIONS + d]).toBeCloseTo(value / length, 5);
    }
  }
});

describe('a device that is lost in a training', () => {
  // A process of its own as WebGPU's, on a backend that is there everywhere.
  const gpu: TrainDevice = { id: 'gpu', kind: 'node', name: 'GPU', adapter: null };

  test('hands the task to the next, which begins again, and the user is told once', async () => {
    const notices: string[] = [];
    const training = new Training({
      devices: [gpu, WASM],
      onNotice: (sentence) => notices.push(sentence),
    });
    onTestFinished(() => training.close());
    const [first, second] = await Promise.all([training.train(task()), training.train(task({ seed: 2 }))]);
    expect(first.losses).toHaveLength(8);
    expect(second.losses).toHaveLength(8);
    expect(training.device).toBe(WASM);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(/^Training on GPU: .*\. It begins again on CPU \(WebAssembly\)\.$/);
  });

  test('in the middle leaves the same result as without it', async () => {
    const device = await webgpu();
    if (device === null) return;
    const worker = new URL('./compute-training-worker.ts', import.meta.url);
    const training = new Training({ devices: [device, WASM], worker });
    onTestFinished(() => training.close());
    const found = await training.train(task({ steps: 5 }));
    const expected = await (await trainer(WASM)).train(task({ steps: 5 }));
    expect(found.losses).toEqual(expected.losses);
    expect(training.device).toBe(WASM);
  });

  test('and has no other fails the task', async () => {
    const training = new Training({ devices: [gpu] });
    onTestFinished(() => training.close());
    await expect(training.train(task())).rejects.toThrow('no device is left to train on');
  });
});

test('devices are ordered by what was measured, and failed ones left out', () => {
  const device = (id: string): TrainDevice => ({ ...WASM, id });
  const report = (id: string, rate: number | null, failure: string | null = null) => ({
    id,
    kind: 'wasm' as const,
    name: id,
    rate,
    failure,
  });
  const devices = ['a', 'b', 'c'].map(device);
  expect(byRate(devices, [report('a', 5), report('b', null, 'no'), report('c', 9)]).map(({ id }) => id)).toEqual([
    'c',
    'a',
  ]);
});
