import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Clock } from '../../src/compute/devices/clock.ts';
import type { EncodeDevice } from '../../src/compute/devices/device.ts';
import { createEncoder, type DeviceEncoder, type EncoderOptions } from '../../src/compute/encoder.ts';
import { temporaryFolder } from '../fixtures/library.ts';
import { TINY_PICTURE, tinyEncoder, tinyPictures } from '../fixtures/tiny-encoder.ts';
import type { Faults } from './compute-faulty-worker.ts';

/** A device that is a process of its own, as a GPU's, though the processor does its work. */
function device(deviceId: number): EncodeDevice {
  const provider = { name: 'cpu', deviceId };
  return { id: `gpu:${deviceId}`, kind: 'webgpu', name: `GPU ${deviceId}`, driver: '1', provider };
}

interface Setting {
  readonly encoder: DeviceEncoder;
  readonly notices: string[];
  /** Lines of the workers. */
  readonly log: () => Promise<string[]>;
}

async function start(faults: Faults['of'], options: Pick<EncoderOptions, 'devices' | 'clock'>): Promise<Setting> {
  const folder = await temporaryFolder();
  const log = join(folder, 'log');
  await writeFile(log, '');
  const notices: string[] = [];
  const encoder = await createEncoder({
    named: await tinyEncoder(folder),
    threads: 1,
    worker: new URL('./compute-faulty-worker.ts', import.meta.url),
    workerData: { faults: { log, of: faults } satisfies Faults },
    ...options,
    devices: { onNotice: (sentence) => notices.push(sentence), ...options.devices },
  });
  onTestFinished(() => encoder.close());
  const lines = async (): Promise<string[]> => (await readFile(log, 'utf8')).trim().split('\n');
  return { encoder, notices, log: lines };
}

const listed = (...ids: number[]) => ({ list: () => Promise.resolve(ids.map(device)) });

/** Time stands still until a test lets everything that has a limit run out of it. */
class StoppedClock implements Clock {
  readonly #timers = new Set<{ milliseconds: number; run: () => void }>();

  now(): number {
    return 0;
  }

  after(milliseconds: number, run: () => void): () => void {
    const timer = { milliseconds, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  pass(milliseconds: number): void {
    for (const timer of [...this.#timers]) {
      if (timer.milliseconds > milliseconds) continue;
      this.#timers.delete(timer);
      timer.run();
    }
  }
}

function marked(pictures: number): Uint8Array {
  const pixels = tinyPictures(pictures);
  pixels[0] = 255;
  return pixels;
}

/** One that ended by itself is as dead. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    expect(error).toMatchObject({ code: 'ESRCH' });
  }
}

async function onCpu(pixels: Uint8Array): Promise<Float32Array> {
  const encoder = await createEncoder({ named: await tinyEncoder(await temporaryFolder()), threads: 1 });
  const features = await encoder.encode(pixels);
  await encoder.close();
  return features;
}

describe('the trial of devices', () => {
  test('answers on the CPU before it is over, and reports every device', async () => {
    const { encoder } = await start({ 1: 'wrong', 2: 'no start' }, { devices: listed(0, 1, 2) });
    expect(encoder.provider).toBe('CPU, 1 thread');
    await expect(encoder.encode(tinyPictures(3))).resolves.toHaveLength(3 * encoder.featureSize);
    await encoder.settled;
    const [cpu, sound, wrong, absent] = encoder.devices;
    expect(cpu).toMatchObject({ id: 'cpu', reason: null });
    expect(cpu?.rate).toBeGreaterThan(0);
    expect(sound).toMatchObject({ id: 'gpu:0', reason: null });
    expect(sound?.rate).toBeGreaterThan(0);
    expect([cpu?.state, sound?.state].sort()).toEqual(['usable', 'used']);
    expect(wrong).toMatchObject({ id: 'gpu:1', state: 'failed', rate: null });
    expect(wrong?.reason).toMatch(/vectors are not the CPU's \(cosine/);
    expect(absent).toMatchObject({ id: 'gpu:2', state: 'failed' });
    expect(absent?.reason).toContain('no such device');
  });

  test('keeps what a device did before a batch was too large for it', async () => {
    const { encoder } = await start({ 0: 'small' }, { devices: listed(0) });
    await encoder.settled;
    const report = encoder.devices.find(({ id }) => id === 'gpu:0');
    expect(report).toMatchObject({ reason: null });
    expect(report?.rate).toBeGreaterThan(0);
    await encoder.choose('gpu:0');
    expect(encoder.provider).toBe('GPU 0');
    await expect(encoder.encode(tinyPictures(40))).resolves.toHaveLength(40 * encoder.featureSize);
  });

  test('of one that failed is done again when it is asked for by name', async () => {
    const faults: { 1: 'no start' | undefined } = { 1: 'no start' };
    const { encoder } = await start(faults, { devices: listed(1) });
    await encoder.settled;
    expect(encoder.devices[1]).toMatchObject({ state: 'failed' });
    faults[1] = undefined;
    await encoder.choose('gpu:1');
    expect(encoder.provider).toBe('GPU 1');
  });

  test('is not done again where its results are kept, unless a driver is another', async () => {
    const cacheFile = join(await temporaryFolder(), 'cache', 'devices.json');
    const first = await start({}, { devices: { ...listed(0), cacheFile } });
    await first.encoder.settled;
    const rate = first.encoder.devices.find(({ id }) => id === 'gpu:0')?.rate;
    // The CPU is chosen, so that nothing of the second encoder needs the device.
    const second = await start({}, { devices: { ...listed(0), cacheFile, choice: 'cpu' } });
    await second.encoder.settled;
    expect(await second.log()).toHaveLength(1);
    expect(second.encoder.devices).toMatchObject([{ state: 'used' }, { id: 'gpu:0', state: 'usable' }]);
    expect(JSON.parse(await readFile(cacheFile, 'utf8'))).toMatchObject({ version: 1 });
    expect(rate).toBeGreaterThan(0);
    const newDriver = { list: () => Promise.resolve([{ ...device(0), driver: '2' }]), cacheFile, choice: 'cpu' };
    const third = await start({}, { devices: newDriver });
    await third.encoder.settled;
    expect((await third.log()).length).toBeGreaterThan(1);
  });

  test('is done again where the kept file is damaged', async () => {
    const cacheFile = join(await temporaryFolder(), 'devices.json');
    await writeFile(cacheFile, '{"version":1,"trials":{');
    const { encoder } = await start({}, { devices: { ...listed(0), cacheFile } });
    await encoder.settled;
    expect(encoder.devices[1]?.rate).toBeGreaterThan(0);
  });

  test('goes on with the CPU where the devices cannot even be listed', async () => {
    const list = (): Promise<never> => Promise.reject(new Error('no bus'));
    const { encoder, notices } = await start({}, { devices: { list } });
    await encoder.settled;
    expect(encoder.devices).toHaveLength(1);
    expect(notices).toEqual(['Looking for other devices than the CPU failed (no bus).']);
  });
});

describe('a chosen device', () => {
  test('encodes, and the swap loses and doubles nothing', async () => {
    const { encoder, notices } = await start({}, { devices: { ...listed(0, 1), choice: 'cpu' } });
    await encoder.settled;
    const pixels = tinyPictures(64);
    const expected = await onCpu(pixels);
    const calls: Promise<Float32Array>[] = [];
    const choices = ['gpu:0', 'cpu', 'gpu:1'];
    for (let i = 0; i < 64; i++) {
      calls.push(encoder.encode(pixels.subarray(i * TINY_PICTURE, (i + 1) * TINY_PICTURE)));
      if (i % 20 === 10) await encoder.choose(choices[(i - 10) / 20] ?? 'auto');
    }
    const rows = await Promise.all(calls);
    expect(encoder.provider).toBe('GPU 1');
    expect(encoder.choice).toBe('gpu:1');
    expect(rows.flatMap((row) => [...row])).toEqual([...expected]);
    expect(notices).toEqual([]);
  });

  test('that is not there or fails leaves the work to the fastest, and says so once', async () => {
    const { encoder, notices } = await start({ 0: 'wrong' }, { devices: { ...listed(0), choice: 'gpu:9' } });
    await encoder.settled;
    await encoder.choose('gpu:0');
    await encoder.choose('gpu:0');
    expect(encoder.provider).toBe('CPU, 1 thread');
    expect(notices).toHaveLength(2);
    expect(notices[0]).toMatch(/^gpu:9 cannot be used \(it is not there\)/);
    expect(notices[1]).toMatch(/^GPU 0 cannot be used \(its vectors/);
  });

  test('is used together with its like, and the batches are shared', async () => {
    const { encoder } = await start({}, { devices: listed(0, 1), clock: new StoppedClock() });
    await encoder.settled;
    // Time stands still, so both are infinitely fast, and alike.
    expect(encoder.provider).toBe('GPU 0 and GPU 1');
    const pixels = tinyPictures(200);
    expect(await encoder.encode(pixels)).toEqual(await onCpu(pixels));
  });
});

describe('a device that fails', () => {
  const choice = 'gpu:0';

  test('is started again once, then the next one does the batch, and the user is told', async () => {
    const { encoder, notices, log } = await start({ 0: 'crash' }, { devices: { ...listed(0), choice } });
    await encoder.settled;
    expect(encoder.provider).toBe('GPU 0');
    const pixels = marked(5);
    const behind = tinyPictures(30);
    const features = await Promise.all([encoder.encode(pixels), encoder.encode(behind)]);
    expect(features).toEqual(await Promise.all([onCpu(pixels), onCpu(behind)]));
    expect(encoder.provider).toBe('CPU, 1 thread');
    const [again, given] = notices;
    expect(again).toMatch(/^GPU 0: a worker ended and was replaced \(a worker process ended with code 7/);
    expect(given).toMatch(/^GPU 0 failed twice .*: CPU, 1 thread goes on with encoding\.$/);
    expect(notices).toHaveLength(2);
    expect((await log()).filter((line) => line.startsWith('0 ')).length).toBeGreaterThanOrEqual(2);
    expect(encoder.devices.find(({ id }) => id === choice)).toMatchObject({ state: 'failed' });
  });

  test('by its own word hands its batches on as well', async () => {
    const { encoder, notices } = await start({ 0: 'refuse' }, { devices: { ...listed(0), choice } });
    await encoder.settled;
    expect(encoder.provider).toBe('GPU 0');
    const pixels = marked(5);
    expect(await encoder.encode(pixels)).toEqual(await onCpu(pixels));
    expect(encoder.provider).toBe('CPU, 1 thread');
    expect(notices[0]).toContain('device removed');
  });

  test('by hanging is ended after its time, and nothing waits for it any longer', async () => {
    const clock = new StoppedClock();
    const { encoder, notices, log } = await start({ 0: 'hang' }, { devices: { ...listed(0), choice }, clock });
    await encoder.settled;
    expect(encoder.provider).toBe('GPU 0');
    const pixels = marked(3);
    const features = encoder.encode(pixels);
    for (let hangs = 1; hangs <= 2; hangs++) {
      while ((await log()).filter((line) => line === '0 hangs').length < hangs) await delay(20);
      clock.pass(30_000);
    }
    expect(await features).toEqual(await onCpu(pixels));
    expect(notices[0]).toContain('were not encoded in 30 s');
    expect(encoder.provider).toBe('CPU, 1 thread');
  });

  test('killed from outside in the middle of many calls loses and doubles none', async () => {
    const { encoder, log } = await start({}, { devices: { ...listed(0), choice } });
    await encoder.settled;
    const pixels = tinyPictures(400);
    let settledOnce = 0;
    const calls = Array.from({ length: 100 }, async (_, i) => {
      if (i % 10 === 0) await delay(i / 10);
      const rows = await encoder.encode(pixels.subarray(4 * i * TINY_PICTURE, 4 * (i + 1) * TINY_PICTURE));
      if (++settledOnce !== 30) return rows;
      for (const line of await log()) if (line.startsWith('0 ')) kill(Number(line.slice(2)));
      return rows;
    });
    const rows = await Promise.all(calls);
    expect(settledOnce).toBe(100);
    expect(rows.flatMap((row) => [...row])).toEqual([...(await onCpu(pixels))]);
  });
});
