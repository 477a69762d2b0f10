import { readFile } from 'node:fs/promises';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { TrainDevice } from '../../src/compute/devices/device.ts';
import { listDevices } from '../../src/compute/devices/list-devices.ts';
import { samplePictures } from '../../src/compute/devices/sample-pictures.ts';
import { leastCosine } from '../../src/compute/devices/trial.ts';
import { builtinModel } from '../../src/compute/encoder.ts';
import { encodeModel, UINT8, valueInfo } from '../../src/compute/encoders/onnx-nodes.ts';
import { createProjection, loadProjectionWeights } from '../../src/compute/projection.ts';
import { DeepFit } from '../../src/compute/training/deep/deep-fit.ts';
import type { DeepPictures, DeepTask } from '../../src/compute/training/deep/deep-task.ts';
import { deepTeach, measureDeepTeach } from '../../src/compute/training/deep/deep-teacher.ts';
import { readOnnxGraph, withWeights } from '../../src/compute/training/deep/onnx-graph.ts';
import { blocksOf, splitGraph } from '../../src/compute/training/deep/split-graph.ts';
import { useBackend } from '../../src/similarity/index.ts';
import { NO_SOFTWARE_GPU, softwareGpu } from '../fixtures/software-gpu.ts';

const WASM: TrainDevice = { id: 'wasm', kind: 'wasm', name: 'CPU (WebAssembly)', adapter: null };
const { model } = builtinModel();
/** Half the sides of the built-in encoder's pictures: the same network, and a quarter of the time on slow backends. */
const SIDE = model.width / 2;
const [FEATURES, VECTOR] = [model.featureSize, 256];
const encoder = forSide(new Uint8Array(await readFile(model.file)), SIDE);
/** What the projection's own vectors are, compared with a GPU's half a million multiplications. */
const SAME = 0.9999;

/** The encoder as it is, but for the size of the pictures that it says it takes. */
function forSide(bytes: Uint8Array, side: number): Uint8Array {
  const { graph } = readOnnxGraph(bytes).model;
  return encodeModel({ ...graph, input: [valueInfo('pixels', UINT8, ['n', side, side, 3])] });
}

function task(changes: Partial<DeepTask> = {}): DeepTask {
  const kernel = new Float32Array(VECTOR * VECTOR);
  for (let i = 0; i < VECTOR; i++) kernel[i * (VECTOR + 1)] = 1;
  return {
    encoder,
    side: SIDE,
    blocks: 1,
    projection: loadProjectionWeights(),
    head: { kernel, bias: new Float32Array(VECTOR) },
    dimensions: VECTOR,
    views: 1,
    steps: 4,
    learningRate: { encoder: 1e-4, head: 1e-3 },
    towardsStart: { encoder: 1, head: 1 },
    trainedShare: 1,
    classesPerBatch: 2,
    examplesPerClassPerBatch: 3,
    seed: 1,
    heldOut: { every: 2, patience: 5 },
    ...changes,
  };
}

/** Two classes of pictures that have nothing in common: what tells them apart has to be learned. */
function pictures(count = 6, heldOut = 0): DeepPictures {
  return {
    pixels: samplePictures(count, SIDE, SIDE),
    labels: Int32Array.from({ length: count }, (_, i) => i % 2),
    heldOut: Uint8Array.from({ length: count }, (_, i) => (i < heldOut ? 1 : 0)),
  };
}

async function encoded(file: Uint8Array, pixels: Uint8Array): Promise<Float32Array> {
  const session = await InferenceSession.create(file);
  const count = pixels.length / (SIDE * SIDE * 3);
  const { features } = await session.run({ pixels: new Tensor('uint8', pixels, [count, SIDE, SIDE, 3]) });
  await session.release();
  return features?.data as Float32Array;
}

async function opened(changes: Partial<DeepTask> = {}): Promise<DeepFit> {
  const fit = await DeepFit.open(task(changes));
  onTestFinished(() => fit.close());
  return fit;
}

async function featuresOf(fit: DeepFit): Promise<Float32Array> {
  return Float32Array.from((await fit.features()).flatMap((row) => [...row]));
}

describe('the encoder, cut in two', () => {
  test('is the same file when no weight is another, and has each weight in its place', () => {
    expect(Buffer.compare(withWeights(encoder, new Map()), encoder)).toBe(0);
    const [name = ''] = splitGraph(encoder, 1).weights.keys();
    const length = readOnnxGraph(encoder).weights.get(name)?.values.length ?? 0;
    const changed = readOnnxGraph(withWeights(encoder, new Map([[name, new Float32Array(length).fill(0.5)]])));
    expect(changed.weights.get(name)?.values.every((value) => value === 0.5)).toBe(true);
    expect(() => withWeights(encoder, new Map([[name, new Float32Array(length + 1)]]))).toThrow(RangeError);
    expect(() => withWeights(encoder, new Map([['none', new Float32Array(1)]]))).toThrow(RangeError);
  });

  test('is refused where it has not so many blocks or is none', () => {
    expect(blocksOf(encoder)).toBe(14);
    expect(() => splitGraph(encoder, 15)).toThrow(RangeError);
    expect(() => splitGraph(encoder, 0)).toThrow(RangeError);
    expect(() => splitGraph(new Uint8Array([1, 2, 3]), 1)).toThrow(RangeError);
  });

  test.each([1, 2, 4])('gives the features of the built-in encoder with %d blocks in TensorFlow.js', async (blocks) => {
    await useBackend('wasm');
    const fit = await opened({ blocks });
    const some = pictures(4);
    await fit.add(some);
    const expected = await encoded(encoder, some.pixels);
    expect(leastCosine(await featuresOf(fit), expected, FEATURES)).toBeGreaterThanOrEqual(SAME);
  });
});

describe.each(['wasm', 'cpu'])('a deep teaching on %s', (backend) => {
  test('lowers the loss, moves every weight, and what it exports encodes as what it trained', async () => {
    await useBackend(backend);
    // plain JavaScript needs a quarter of a second for a picture of a step
    const fit = await opened({ steps: 2, examplesPerClassPerBatch: 2 });
    const some = pictures(4);
    await fit.add(some);
    const steps: number[] = [];
    const {
      encoder: tuned,
      head,
      losses,
    } = await fit.train(
      () => Promise.resolve(),
      ({ step }) => steps.push(step),
    );
    expect(steps).toEqual([1, 2]);
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
    expect(head.kernel.every(Number.isFinite)).toBe(true);
    const before = readOnnxGraph(encoder).weights;
    const after = readOnnxGraph(tuned).weights;
    const trained = splitGraph(encoder, 1).trained.filter(({ op }) => op === 'Conv');
    for (const name of trained.flatMap(({ inputs }) => inputs.slice(1))) {
      const [from, to] = [before.get(name)?.values, after.get(name)?.values];
      expect(to?.every(Number.isFinite), name).toBe(true);
      expect(to, name).not.toEqual(from);
    }
    const exported = await encoded(tuned, some.pixels);
    expect(leastCosine(exported, await featuresOf(fit), FEATURES)).toBeGreaterThanOrEqual(SAME);
    expect(leastCosine(exported, await encoded(encoder, some.pixels), FEATURES)).toBeLessThan(SAME);
  });
});

test('goes as far from the encoder as it is told to', async () => {
  await useBackend('wasm');
  const weightOf = async (trainedShare: number) => {
    const fit = await opened({ steps: 1, trainedShare });
    await fit.add(pictures(4));
    const { encoder: tuned } = await fit.train(
      () => Promise.resolve(),
      () => undefined,
    );
    const name = splitGraph(encoder, 1).trained.find(({ op }) => op === 'Conv')?.inputs[1] ?? '';
    return readOnnxGraph(tuned).weights.get(name)?.values[0] ?? 0;
  };
  const [none, half, all] = [await weightOf(0), await weightOf(0.5), await weightOf(1)];
  expect(all).not.toBe(none);
  expect(half).toBeCloseTo((none + all) / 2, 7);
});

test('the head takes the vectors of the built-in projection', async () => {
  await useBackend('wasm');
  // so few steps and such a rate that nothing moves: the loss is that of the projection's own vectors
  const rates = { learningRate: { encoder: 1e-12, head: 1e-12 }, towardsStart: { encoder: 0, head: 0 } };
  const fit = await opened({ ...rates, steps: 1, heldOut: { every: 1, patience: 9 }, loss: 'triplet_loss' });
  const some = pictures(8, 4);
  await fit.add(some);
  const { heldOutLosses } = await fit.train(
    () => Promise.resolve(),
    () => undefined,
  );
  const header = { id: '', name: '', features: FEATURES, dimensions: VECTOR, relatedScore: 0 };
  const features = await encoded(encoder, some.pixels.subarray(0, 4 * SIDE * SIDE * 3));
  const vectors = createProjection(header, loadProjectionWeights()).project(features);
  const tf = await import('@tensorflow/tfjs-core');
  const { TripletLoss } = await import('../../src/similarity/index.ts');
  const expected = new TripletLoss().compute([0, 1, 0, 1], tf.tensor2d(vectors, [4, VECTOR])).dataSync()[0] ?? 0;
  expect(heldOutLosses[0]?.loss).toBeCloseTo(expected, 3);
});

describe('in a worker', () => {
  test('teaches with held-out pictures, gives the best look, and is the same for the same seed', async () => {
    const some = pictures(10, 4);
    const prepared: number[] = [];
    const teach = () =>
      deepTeach(task({ views: 2 }), [some], { device: WASM, onPrepared: (count) => prepared.push(count) });
    const [first, second] = [await teach(), await teach()];
    expect(prepared).toEqual([10, 10]);
    expect(first.heldOutLosses.map(({ step }) => step)).toEqual([0, 2, 4]);
    expect(Buffer.compare(first.encoder, second.encoder)).toBe(0);
  });

  test('ends when cancelled, with the reason, and holds while paused', async () => {
    const abort = new AbortController();
    const reason = new Error('enough');
    let setPaused = (_paused: boolean): void => undefined;
    let steps = 0;
    const teaching = deepTeach(task({ steps: 10_000 }), [pictures()], {
      device: WASM,
      signal: abort.signal,
      onPausable: (set) => (setPaused = set),
      onStep: () => {
        if (++steps === 2) setPaused(true);
      },
    });
    const ended = expect(teaching).rejects.toBe(reason);
    await expect.poll(() => steps, { timeout: 60_000 }).toBeGreaterThanOrEqual(2);
    // those that were under way may still be told of; a step takes some 20 ms, so that 10,000 would go on for minutes
    const stepsInASecond = async () => {
      const before = steps;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return steps - before;
    };
    await expect.poll(stepsInASecond, { timeout: 60_000 }).toBe(0);
    const held = steps;
    setPaused(false);
    await expect.poll(() => steps, { timeout: 60_000 }).toBeGreaterThan(held);
    abort.abort(reason);
    await ended;
  });

  test('says how long it would take, and what is wrong with a task', async () => {
    const measured = (changes: Partial<DeepTask>) => measureDeepTeach(task(changes), { device: WASM });
    const { secondsPerStep, secondsPerView } = await measured({});
    expect(secondsPerStep).toBeGreaterThan(0);
    expect(secondsPerView).toBeGreaterThan(0);
    await expect(measured({ blocks: 99 })).rejects.toThrow('99 blocks of an encoder of 14');
    const one = { ...pictures(2), labels: Int32Array.of(0, 0) };
    await expect(deepTeach(task(), [one], { device: WASM })).rejects.toThrow('1 classes');
  });

  test('lowers the loss on WebGPU too, by a software adapter', { timeout: 600_000 }, async () => {
    const env = softwareGpu();
    if (env === null) {
      console.log(NO_SOFTWARE_GPU);
      return;
    }
    const device = (await listDevices({ env })).training.find(({ kind }) => kind === 'webgpu');
    if (device === undefined) throw new Error('there is no WebGPU');
    // a step takes a software adapter seconds
    const few = task({ steps: 2, examplesPerClassPerBatch: 2 });
    const some = pictures(4);
    const { encoder: tuned, losses } = await deepTeach(few, [some], { device });
    const { losses: expected } = await deepTeach(few, [some], { device: WASM });
    expect(losses).toHaveLength(2);
    expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
    for (const [i, loss] of expected.entries()) expect(losses[i]).toBeCloseTo(loss, 2);
    const features = await encoded(tuned, some.pixels);
    expect(features.every(Number.isFinite)).toBe(true);
    expect(leastCosine(features, await encoded(encoder, some.pixels), FEATURES)).toBeLessThan(SAME);
  });
});
