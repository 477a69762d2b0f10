/** What can encode and what can train on this computer, as data. */

type EncodeKind = 'cpu' | 'webgpu' | 'cuda' | 'dml' | 'coreml';

/** Something that encodes: one session of ONNX Runtime, or as many as it has cores. */
export interface EncodeDevice {
  /** The same at each start while the hardware is: what a setting names. */
  readonly id: string;
  readonly kind: EncodeKind;
  /** For people: "NVIDIA GeForce RTX 4070 (WebGPU)". */
  readonly name: string;
  /** What its driver says of itself. Another driver is tried anew. */
  readonly driver: string;
  /** ONNX Runtime's options of it. */
  readonly provider: { readonly name: string; readonly deviceId?: number };
  /** Environment of its process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Why it cannot be used, known without trying. */
  readonly unusable?: string;
}

/** `cpu` is plain JavaScript: slow, and there wherever the program runs; it is in no list. */
type TrainKind = 'wasm' | 'cpu' | 'webgpu' | 'node-gpu' | 'node';

/** Something that trains: a backend of TensorFlow.js. */
export interface TrainDevice {
  readonly id: string;
  readonly kind: TrainKind;
  readonly name: string;
  /** Of `webgpu`: the name by which Dawn finds the adapter; null for whichever it finds fastest. */
  readonly adapter: string | null;
  readonly env?: Readonly<Record<string, string>>;
}

export interface DeviceList {
  /** The CPU first. */
  readonly encoding: readonly EncodeDevice[];
  /** WASM first. */
  readonly training: readonly TrainDevice[];
}

type DeviceState =
  /** It encodes now. */
  | 'used'
  /** It was tried and does; another is faster, or was chosen. */
  | 'usable'
  /** It was tried and does not, or gives other vectors; `reason` says why. */
  | 'failed'
  /** Not tried yet. */
  | 'untried';

/** What the user is shown of a device. */
export interface DeviceReport {
  readonly id: string;
  readonly kind: EncodeKind;
  readonly name: string;
  /** Pictures per second, measured; null where they were not. */
  readonly rate: number | null;
  readonly state: DeviceState;
  readonly reason: string | null;
}

/** The processor itself: always there, and what every other is held against. */
export function cpuDevice(threads: number): EncodeDevice {
  const name = `CPU, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  return { id: 'cpu', kind: 'cpu', name, driver: '', provider: { name: 'cpu' } };
}
