/** Asks ONNX Runtime and the graphics drivers what there is, in a process that may die of it. Started by `list-devices.ts`. */
import { listSupportedBackends } from 'onnxruntime-node';
import { create } from 'webgpu';
import { workerPort } from './worker-port.ts';

/** An adapter as Dawn names it. One card is found once by each interface of its drivers. */
export interface Adapter {
  /** `vulkan`, `d3d12`, `d3d11`, `metal`, … */
  readonly backend: string;
  readonly name: string;
  /** The driver's words on itself. */
  readonly description: string;
  /** Whether it is what WebGPU gives to who asks for speed. */
  readonly fastest: boolean;
}

export interface ProbeAnswer {
  /** ONNX Runtime's providers. */
  readonly backends: readonly string[];
  readonly adapters: readonly Adapter[];
}

/** Dawn says which adapters there are only to those who ask for one that there is not: ` * backend: 'vulkan', name: '…'`. */
async function adapterNames(): Promise<{ backend: string; name: string }[]> {
  const complaint = await create(['adapter=?'])
    .requestAdapter()
    .then(
      () => '',
      (error: unknown) => (error instanceof Error ? error.message : ''),
    );
  return [...complaint.matchAll(/backend: '([^']*)', name: '(.*)'/g)].map(([, backend = '', name = '']) => ({
    backend,
    name,
  }));
}

async function adapters(): Promise<Adapter[]> {
  const fastest = describe(await create([]).requestAdapter({ powerPreference: 'high-performance' }));
  const found: Adapter[] = [];
  for (const { backend, name } of await adapterNames()) {
    if (backend === 'null') continue;
    const adapter = await create([`backend=${backend}`, `adapter=${name}`])
      .requestAdapter()
      .catch(() => null); // It is listed and cannot be had: as good as not there.
    if (adapter === null) continue;
    const description = describe(adapter) ?? '';
    found.push({ backend, name, description, fastest: description === fastest });
  }
  return found;
}

function describe(adapter: GPUAdapter | null): string | null {
  if (adapter === null) return null;
  const { vendor, architecture, device, description } = adapter.info;
  return [vendor, architecture, device, description].filter((word) => word !== '').join(' ');
}

const port = await workerPort();
const answer: ProbeAnswer = { backends: listSupportedBackends().map(({ name }) => name), adapters: await adapters() };
port.post(answer);
