import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import type { EncodeWorkerData } from './encode-worker.ts';
import { ENCODER_PICTURE_BYTES, ENCODER_SIDE, PREPROCESS_REVISION } from './preprocess.ts';
import { resourceFile } from './resources.ts';
import { WorkerPool } from './worker-pool.ts';

/** Turns pictures into features: what a projection or a trained head makes vectors of. */
export interface Encoder {
  /** Features of two ids are never mixed: it changes with the model's recipe and with how pictures are prepared. */
  readonly id: string;
  readonly name: string;
  readonly inputSide: 224;
  /** Features of a picture. */
  readonly featureSize: number;
  /** What runs it. */
  readonly provider: string;
  /**
   * @param pixels - n pictures of 224 × 224 × 3 bytes (see `preprocess.ts`), one after another; not changed, and not to be
   *   changed until the promise settles
   * @returns n × `featureSize`, a row a picture
   * @throws RangeError where `pixels` is not whole pictures; ServiceError ENCODER_FAILED
   */
  encode(pixels: Uint8Array): Promise<Float32Array>;
  /** Ends the threads. What is not done yet fails with ENCODER_FAILED. */
  close(): Promise<void>;
}

export interface EncoderOptions {
  /** Worker threads; one a core where not given. */
  readonly threads?: number;
  /** The worker's file, for tests of its failures. */
  readonly worker?: URL;
  /** Further `workerData`, for the same. */
  readonly workerData?: object;
}

/** Pictures a thread takes at once. More gain nothing (3.5 ms a picture from 1 to 16) and cost 8 MB of memory each. */
const BATCH = 8;

const metadata = z.object({
  id: z.string(),
  name: z.string(),
  inputSide: z.literal(ENCODER_SIDE),
  featureSize: z.number().int().positive(),
});

/**
 * Starts the built-in encoder.
 * @throws ServiceError ENCODER_FAILED where its file is missing or its threads do not start
 */
export async function createEncoder(options: EncoderOptions = {}): Promise<Encoder> {
  const model = resourceFile('encoder', 'builtin.onnx');
  const { id, name, inputSide, featureSize } = readMetadata(model);
  const pool = await WorkerPool.start<Uint8Array, Float32Array>({
    url: options.worker ?? workerUrl(),
    workerData: { model, inputSide, ...options.workerData } satisfies EncodeWorkerData,
    threads: options.threads ?? availableParallelism(),
  });

  const encode = async (pixels: Uint8Array): Promise<Float32Array> => {
    const pictures = pixels.length / ENCODER_PICTURE_BYTES;
    if (!Number.isInteger(pictures)) throw new RangeError(`${pixels.length} bytes are not whole pictures`);
    const batches: Promise<Float32Array>[] = [];
    for (let first = 0; first < pictures; first += BATCH) {
      const last = Math.min(first + BATCH, pictures);
      // Its own buffer: a view would send the whole buffer under it to the thread.
      batches.push(pool.run(pixels.slice(first * ENCODER_PICTURE_BYTES, last * ENCODER_PICTURE_BYTES)));
    }
    const features = new Float32Array(pictures * featureSize);
    for (const [index, rows] of (await Promise.all(batches)).entries()) features.set(rows, index * BATCH * featureSize);
    return features;
  };

  return {
    id: `${id}-p${PREPROCESS_REVISION}`,
    name,
    inputSide,
    featureSize,
    provider: 'cpu',
    encode,
    close: () => pool.close(),
  };
}

function readMetadata(model: string): z.infer<typeof metadata> {
  const file = resourceFile('encoder', `${path.basename(model, '.onnx')}.json`);
  return metadata.parse(JSON.parse(readFileSync(file, 'utf8')));
}

function workerUrl(): URL {
  const file = import.meta.url.endsWith('.ts') ? './encode-worker.ts' : './encode-worker.js';
  return new URL(file, import.meta.url);
}
