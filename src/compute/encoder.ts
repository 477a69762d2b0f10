import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import type { Clock } from './devices/clock.ts';
import type { DeviceReport } from './devices/device.ts';
import type { EncodeModel } from './devices/encode-model.ts';
import { Encoding, type DeviceChoice, type DeviceOptions } from './devices/encoding.ts';
import { listDevices } from './devices/list-devices.ts';
import { ENCODER_SIDE, PREPROCESS_REVISION } from './preprocess.ts';
import { resourceFile } from './resources.ts';
import { workerUrl } from './worker-url.ts';

/** Turns pictures into features: what a projection or a trained head makes vectors of. */
export interface Encoder {
  /** Features of two ids are never mixed: it changes with the model's recipe and with how pictures are prepared. */
  readonly id: string;
  readonly name: string;
  /** Width and height of the pictures it takes, in pixels. */
  readonly inputSide: number;
  /** Features of a picture. */
  readonly featureSize: number;
  /** What runs it, for people: "CPU, 2 threads". It changes when another device takes over. */
  readonly provider: string;
  /**
   * @param pixels - n pictures of `inputSide`² × 3 bytes (see `preprocess.ts`), one after another; not changed, and not to be
   *   changed until the promise settles
   * @returns n × `featureSize`, a row a picture
   * @throws RangeError where `pixels` is not whole pictures; ServiceError ENCODER_FAILED
   */
  encode(pixels: Uint8Array): Promise<Float32Array>;
  /** Ends the threads. What is not done yet fails with ENCODER_FAILED. */
  close(): Promise<void>;
}

/** An encoder that says on what it runs, and can be told. */
export interface DeviceEncoder extends Encoder {
  /** Pictures per second with everything busy, measured; null before the first batch. */
  readonly rate: number | null;
  /** Pictures to have under way at once so that no device waits: two batches a session. */
  readonly appetite: number;
  /** All that was found on this computer, the CPU first. */
  readonly devices: readonly DeviceReport[];
  /** `auto` (the fastest), or the id of the device that was asked for. */
  readonly choice: DeviceChoice;
  /** Resolves when the devices were looked at and the first choice is made; until then the CPU encodes. Never rejects. */
  readonly settled: Promise<void>;
  /** Says that there will be something to encode, while it is being decoded: see {@link EncoderOptions.rested}. */
  wake(): void;
  /**
   * Encodes on that device from now on. What is under way is not disturbed. Where the device cannot be used, the fastest is, and
   * `onNotice` says why.
   */
  choose(choice: DeviceChoice): Promise<void>;
}

/** A model and what its features are called. */
export interface NamedModel {
  /** See {@link Encoder.id}. */
  readonly id: string;
  readonly name: string;
  readonly model: EncodeModel;
}

export interface EncoderOptions {
  /** The model; the built-in one where not given. */
  readonly named?: NamedModel;
  /** Worker threads of the CPU; one a core where not given. */
  readonly threads?: number;
  /**
   * Which devices may encode. Without it the CPU does, and nothing is tried. `list` is this computer's where it is not given.
   */
  readonly devices?: Partial<DeviceOptions>;
  /** The worker's file, for tests of its failures. */
  readonly worker?: URL;
  /** Further data for the worker, for the same. */
  readonly workerData?: object;
  readonly clock?: Clock;
  /**
   * Starts no worker before the first picture, which costs that one 0.3 s: a session takes 60 MB, and a program that is opened to look
   * at pictures encodes none. What cannot start is then told by `encode`.
   */
  readonly rested?: boolean;
}

const metadata = z.object({
  id: z.string(),
  name: z.string(),
  inputSide: z.literal(ENCODER_SIDE),
  featureSize: z.number().int().positive(),
});

/**
 * Starts an encoder, on the CPU at first.
 * @throws ServiceError ENCODER_FAILED where its file is missing or its threads do not start
 */
export async function createEncoder(options: EncoderOptions = {}): Promise<DeviceEncoder> {
  const { id, name, model } = options.named ?? builtinModel();
  const threads = options.threads ?? availableParallelism();
  const { devices, clock, workerData } = options;
  const encoding = await Encoding.start({
    model,
    threads,
    url: options.worker ?? workerUrl('./encode-worker', import.meta.url),
    workerData,
    clock,
    rested: options.rested,
    devices: devices && { list: async () => (await listDevices({ threads })).encoding, ...devices },
  });
  return {
    id,
    name,
    inputSide: model.width,
    featureSize: model.featureSize,
    get provider() {
      return encoding.provider;
    },
    get rate() {
      return encoding.rate;
    },
    get appetite() {
      return encoding.appetite;
    },
    get devices() {
      return encoding.devices;
    },
    get choice() {
      return encoding.choice;
    },
    settled: encoding.settled,
    wake: () => encoding.wake(),
    choose: (choice) => encoding.choose(choice),
    // A promise even where the pixels are refused at once.
    encode: async (pixels) => encoding.encode(pixels),
    close: () => encoding.close(),
  };
}

/**
 * The encoder that comes with the program.
 * @throws ServiceError ENCODER_FAILED where its file is missing
 */
export function builtinModel(): NamedModel {
  const file = resourceFile('encoder', 'builtin.onnx');
  const { id, name, inputSide, featureSize } = readMetadata(file);
  const model: EncodeModel = {
    file,
    width: inputSide,
    height: inputSide,
    inputName: 'pixels',
    outputName: 'features',
    featureSize,
    batch: null,
  };
  return { id: `${id}-p${PREPROCESS_REVISION}`, name, model };
}

function readMetadata(model: string): z.infer<typeof metadata> {
  const file = resourceFile('encoder', `${path.basename(model, '.onnx')}.json`);
  return metadata.parse(JSON.parse(readFileSync(file, 'utf8')));
}
