/** A thread of the encoder: one session of ONNX Runtime on one core. Started by `encoder.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { CLOSE_WORKER, type PoolAnswer, type PoolRequest } from './worker-pool.ts';

/** The worker's `workerData`. */
export interface EncodeWorkerData {
  /** Path of the ONNX file: `pixels` uint8 [n, side, side, 3] → `features` float32 [n, size]. */
  readonly model: string;
  readonly inputSide: number;
}

const port = parentPort;
if (port === null) throw new Error('encode-worker is started as a worker thread');
const { model, inputSide } = workerData as EncodeWorkerData;

const session = await InferenceSession.create(model, {
  executionProviders: ['cpu'],
  graphOptimizationLevel: 'all',
  // One core a thread of the pool: parallel pictures scale better than parallel loops inside one.
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 3,
});

async function encode(pixels: Uint8Array): Promise<Float32Array<ArrayBuffer>> {
  const pictures = pixels.length / (inputSide * inputSide * 3);
  const input = new Tensor('uint8', pixels, [pictures, inputSide, inputSide, 3]);
  const { features } = await session.run({ pixels: input });
  // A copy: the runtime's own buffer cannot be transferred.
  return Float32Array.from(features?.data as Float32Array);
}

port.on('message', (message: PoolRequest<Uint8Array> | typeof CLOSE_WORKER) => {
  if (message === CLOSE_WORKER) {
    void session.release().finally(() => port.close());
    return;
  }
  encode(message.input).then(
    (output) => answer({ type: 'result', id: message.id, output }, [output.buffer]),
    (error: unknown) => answer({ type: 'failure', id: message.id, reason: String(error) }),
  );
});

function answer(message: PoolAnswer<Float32Array>, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}

answer({ type: 'ready' });
