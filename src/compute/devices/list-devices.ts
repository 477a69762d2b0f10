import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus } from 'node:os';
import { REAL_CLOCK, type Clock } from './clock.ts';
import { cpuDevice, type DeviceList, type EncodeDevice, type TrainDevice } from './device.ts';
import type { Adapter, ProbeAnswer } from './probe-worker.ts';
import { startWorker } from './worker-host.ts';
import { workerUrl } from '../worker-url.ts';

/** Drivers take up to some seconds to wake a sleeping GPU; one that takes longer is left alone. */
const PROBE_LIMIT_MS = 20_000;

export interface ListOptions {
  /** Cores that the CPU's sessions are given. */
  readonly threads?: number;
  /** Environment of the process that asks the drivers, and of those that then use them. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly clock?: Clock;
}

/**
 * Everything that can encode or train on this computer. The drivers are asked in a process of their own, which ends with the
 * answer: where that crashes or hangs, there is the CPU.
 */
export async function listDevices(options: ListOptions = {}): Promise<DeviceList> {
  const { env } = options;
  const probed = await probe(options);
  const withEnv = env === undefined ? {} : { env };
  const encoding: EncodeDevice[] = [cpuDevice(options.threads ?? availableParallelism())];
  const backends = new Set(probed.backends);
  if (backends.has('webgpu'))
    encoding.push(...webgpuDevices(probed.adapters).map((device) => ({ ...device, ...withEnv })));
  if (backends.has('cuda')) encoding.push(...cudaDevices(env));
  if (backends.has('dml')) encoding.push(...directMlDevices(probed.adapters));
  if (backends.has('coreml')) encoding.push(coreMlDevice());
  return { encoding: distinct(encoding), training: distinct(trainDevices(probed.adapters, withEnv)) };
}

function probe({ env, clock = REAL_CLOCK }: ListOptions): Promise<ProbeAnswer> {
  const url = workerUrl('./probe-worker', import.meta.url);
  return new Promise((resolve) => {
    const nothing: ProbeAnswer = { backends: ['cpu'], adapters: [] };
    const worker = startWorker(
      { url, data: null, isolation: 'process', env },
      {
        message: (answer) => {
          giveUp();
          resolve(answer as ProbeAnswer);
          worker.kill();
        },
        // The process died of its drivers: they are not to be used, and the CPU is still there.
        ended: () => {
          giveUp();
          resolve(nothing);
        },
      },
    );
    const giveUp = clock.after(PROBE_LIMIT_MS, () => worker.kill());
  });
}

/**
 * onnxruntime-node takes the adapter that WebGPU finds fastest, and passes on no wish for another; it is one device, and the others
 * are named so that nobody misses them.
 */
function webgpuDevices(adapters: readonly Adapter[]): EncodeDevice[] {
  const native = { darwin: 'metal', win32: 'd3d12' }[process.platform as string] ?? 'vulkan';
  return adapters
    .filter(({ backend }) => backend === native)
    .map(({ name, description, fastest }) => ({
      id: `webgpu:${slug(name)}`,
      kind: 'webgpu' as const,
      name: `${name} (WebGPU)`,
      driver: description,
      provider: { name: 'webgpu' },
      ...(fastest ? {} : { unusable: 'the runtime takes the fastest adapter of WebGPU alone, which is another one' }),
    }));
}

const NVIDIA = '/proc/driver/nvidia';

/** Linux alone: that is where onnxruntime-node can have CUDA. */
function cudaDevices(env: ListOptions['env']): EncodeDevice[] {
  const version = firstLine(`${NVIDIA}/version`);
  if (version === null) return [];
  // The bus's order, which the environment asks CUDA to number by.
  return readdirSync(`${NVIDIA}/gpus`)
    .sort()
    .map((bus, deviceId) => {
      const model =
        /Model:\s*(.+)/.exec(readText(`${NVIDIA}/gpus/${bus}/information`) ?? '')?.[1]?.trim() ?? 'NVIDIA GPU';
      return {
        id: `cuda:${slug(model)}`,
        kind: 'cuda' as const,
        name: `${model} (CUDA)`,
        driver: version,
        provider: { name: 'cuda', deviceId },
        env: { ...env, CUDA_DEVICE_ORDER: 'PCI_BUS_ID' },
      };
    });
}

/** DirectML numbers the adapters as Windows does, which is the order in which Dawn finds them too; names are the best guess. */
function directMlDevices(adapters: readonly Adapter[]): EncodeDevice[] {
  return adapters
    .filter(({ backend, name }) => backend === 'd3d12' && !name.startsWith('Microsoft Basic'))
    .map(({ name, description }, deviceId) => ({
      id: `dml:${slug(name)}`,
      kind: 'dml' as const,
      name: `${name} (DirectML)`,
      driver: description,
      provider: { name: 'dml', deviceId },
    }));
}

function coreMlDevice(): EncodeDevice {
  const chip = cpus()[0]?.model.trim() ?? 'Apple';
  return { id: 'coreml', kind: 'coreml', name: `${chip} (Core ML)`, driver: '', provider: { name: 'coreml' } };
}

function trainDevices(
  adapters: readonly Adapter[],
  withEnv: { env?: Readonly<Record<string, string>> },
): TrainDevice[] {
  const devices: TrainDevice[] = [{ id: 'wasm', kind: 'wasm', name: 'CPU (WebAssembly)', adapter: null }];
  const seen = new Set<string>();
  for (const { name } of adapters) {
    // The same card under two interfaces is one device.
    if (seen.has(name)) continue;
    seen.add(name);
    devices.push({ id: `webgpu:${slug(name)}`, kind: 'webgpu', name: `${name} (WebGPU)`, adapter: name, ...withEnv });
  }
  for (const [kind, name] of [
    ['node-gpu', 'CUDA (tfjs-node-gpu)'],
    ['node', 'CPU (tfjs-node)'],
  ] as const) {
    if (isInstalled(`@tensorflow/tfjs-${kind}`)) devices.push({ id: kind, kind, name, adapter: null, ...withEnv });
  }
  return devices;
}

/** Whether the user has put that package where this program finds it. */
function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false; // Nothing to report: it is optional.
  }
}

/** Two cards of one model are told apart by number. */
function distinct<Device extends { readonly id: string; readonly name: string }>(devices: readonly Device[]): Device[] {
  const seen = new Map<string, number>();
  return devices.map((device) => {
    const count = (seen.get(device.id) ?? 0) + 1;
    seen.set(device.id, count);
    return count === 1 ? device : { ...device, id: `${device.id}-${count}`, name: `${device.name}, no. ${count}` };
  });
}

function slug(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null; // No such driver here.
  }
}

function firstLine(file: string): string | null {
  return readText(file)?.split('\n')[0]?.trim() ?? null;
}
