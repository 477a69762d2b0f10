import { availableParallelism } from 'node:os';
import { listDevices } from '../../compute/devices/list-devices.ts';
import { samplePictures } from '../../compute/devices/sample-pictures.ts';
import { createEncoder, type DeviceEncoder } from '../../compute/encoder.ts';
import { measureTraining, tryTraining } from '../../compute/training/training.ts';
import { median, type Report } from './measurement.ts';

/** One core and all cores are measured by turns, since what else the machine does changes from second to second. */
const ROUNDS = 7;
/** Pictures of a round, for each thread: about half a second. */
const PICTURES = 160;

/** Encoding on all cores against one core, each device that encodes beside the CPU, each that trains beside WASM. */
export async function benchEncode(report: Report): Promise<void> {
  await benchCores(report);
  await benchDevices(report);
  await benchTraining(report);
}

async function benchCores(report: Report): Promise<void> {
  const cores = availableParallelism();
  const one = await createEncoder({ threads: 1 });
  const all = await createEncoder({ threads: cores });
  try {
    const pixels = samplePictures(PICTURES, one.inputSide, one.inputSide);
    await Promise.all([encodeAll(one, pixels, 1), encodeAll(all, pixels, cores)]);
    const rounds: { rate: number; reference: number; work: number; workOfOne: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const before = await encodeAll(one, pixels, 1);
      const together = await encodeAll(all, pixels, cores);
      const after = await encodeAll(one, pixels, 1);
      const reference = (cores * (before.rate + after.rate)) / 2;
      rounds.push({ rate: together.rate, reference, work: together.work, workOfOne: (before.work + after.work) / 2 });
    }
    const of = (figure: (round: (typeof rounds)[number]) => number): number => median(rounds.map(figure));
    report({
      bench: 'encode',
      metric: `all ${cores} cores against one core's rate × ${cores}`,
      value: of(({ rate }) => rate),
      unit: 'pictures/s',
      reference: of(({ reference }) => reference),
      ratio: of(({ rate, reference }) => rate / reference),
    });
    report({
      bench: 'encode',
      metric: `one core's processor time a picture against that on all ${cores}`,
      value: of(({ workOfOne }) => workOfOne),
      unit: 'ms',
      reference: of(({ work }) => work),
      ratio: of(({ work, workOfOne }) => workOfOne / work),
    });
  } finally {
    await Promise.all([one.close(), all.close()]);
  }
}

/**
 * Pictures per second of so many calls at once, and the processor time of a picture in milliseconds: that is what a busy machine,
 * which gives two threads no more than one, leaves to be compared.
 */
async function encodeAll(
  encoder: DeviceEncoder,
  pixels: Uint8Array,
  calls: number,
): Promise<{ rate: number; work: number }> {
  const started = performance.now();
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: calls }, () => encoder.encode(pixels)));
  const { user, system } = process.cpuUsage(before);
  const pictures = calls * PICTURES;
  return { rate: (1000 * pictures) / (performance.now() - started), work: (user + system) / 1000 / pictures };
}

async function benchDevices(report: Report): Promise<void> {
  const encoder = await createEncoder({ devices: {} });
  await encoder.settled;
  const { devices } = encoder;
  await encoder.close();
  const reference = devices.find(({ kind }) => kind === 'cpu')?.rate ?? null;
  for (const { kind, name, rate: value, reason } of devices) {
    if (kind === 'cpu') continue;
    const metric = value === null ? `${name}: not used (${reason ?? 'not tried'})` : `${name} against the CPU`;
    const ratio = value === null || reference === null ? null : value / reference;
    report({ bench: 'encode', metric, value: value ?? 0, unit: 'pictures/s', reference, ratio });
  }
}

async function benchTraining(report: Report): Promise<void> {
  const { training } = await listDevices();
  const reports = await tryTraining(training);
  const [wasm] = reports;
  // Once more: the first has loaded everything.
  const warm = training[0] === undefined ? null : (await measureTraining(training[0])).rate;
  const reference = Math.max(wasm?.rate ?? 0, warm ?? 0);
  for (const { kind, name, rate: measured, failure } of reports) {
    const value = kind === 'wasm' ? reference : (measured ?? 0);
    const metric = failure === null ? `${name}: training a head of 768 × 128` : `${name}: not used (${failure})`;
    const beside = kind === 'wasm' ? { reference: null, ratio: null } : { reference, ratio: value / reference };
    report({ bench: 'encode', metric, value, unit: 'steps/s', ...beside });
  }
}
