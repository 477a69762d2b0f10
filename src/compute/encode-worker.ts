/** A worker of the encoder: one session of ONNX Runtime on one device. Started by `devices/lane-worker.ts`. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { pictureBytes } from './devices/encode-model.ts';
import { workerPort } from './devices/worker-port.ts';
import {
  CLOSE_WORKER,
  type EncodeAnswer,
  type EncodeRequest,
  type EncodeWorkerData,
} from './encode-worker-messages.ts';

const port = await workerPort<EncodeRequest | typeof CLOSE_WORKER>();
const { model, provider } = port.data as EncodeWorkerData;

const session = await InferenceSession.create(model.file, {
  executionProviders: [provider],
  graphOptimizationLevel: 'all',
  // One core a thread of the pool: parallel pictures scale better than parallel loops inside one.
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  // A plan of memory for each size of batch: with full batches as fast without (4.0 ms of one core a picture), with batches of 1 to 8 in turn
  // 3.7 ms instead of 5.4, and 55 MB a session instead of 105 to 140, of which 64 may come late in a run.
  enableMemPattern: false,
  logSeverityLevel: 3,
});
const bytes = pictureBytes(model);

async function encode(pixels: Uint8Array): Promise<Float32Array<ArrayBuffer>> {
  if (model.batch === null) return run(pixels);
  const features = new Float32Array((pixels.length / bytes) * model.featureSize);
  const atOnce = model.batch * bytes;
  for (let first = 0; first < pixels.length; first += atOnce) {
    const part = pixels.subarray(first, first + atOnce);
    const filled = new Uint8Array(atOnce);
    filled.set(part);
    const rows = await run(filled);
    const wanted = (part.length / bytes) * model.featureSize;
    features.set(rows.subarray(0, wanted), (first / bytes) * model.featureSize);
  }
  return features;
}

async function run(pixels: Uint8Array): Promise<Float32Array<ArrayBuffer>> {
  const { width, height, inputName, outputName, featureSize } = model;
  const pictures = pixels.length / bytes;
  const input = new Tensor('uint8', pixels, [pictures, height, width, 3]);
  const output = (await session.run({ [inputName]: input }, [outputName]))[outputName];
  if (!(output?.data instanceof Float32Array) || output.data.length !== pictures * featureSize) {
    throw new Error(`the model gives ${output?.type ?? 'nothing'} [${output?.dims.join(', ') ?? ''}]`);
  }
  // A copy: the runtime's own buffer cannot be transferred.
  return Float32Array.from(output.data);
}

/** One at a time and in turn, so that the oldest request is the one that is being worked on. */
let turn: Promise<unknown> = Promise.resolve();
let closing = false;

port.onMessage((message) => {
  if (message === CLOSE_WORKER) {
    closing = true;
    void turn.then(() => session.release()).finally(() => port.close());
    return;
  }
  turn = turn.then(() => (closing ? undefined : answerRequest(message)));
});

async function answerRequest({ id, input }: EncodeRequest): Promise<void> {
  try {
    const output = await encode(input);
    answer({ type: 'result', id, output }, [output.buffer]);
  } catch (error) {
    answer({ type: 'failure', id, reason: error instanceof Error ? error.message : String(error) });
  }
}

function answer(message: EncodeAnswer, transfer: ArrayBuffer[] = []): void {
  port.post(message, transfer);
}

answer({ type: 'ready' });
