/** A worker of the encoder: one session of ONNX Runtime on one device. Started by `devices/lane-worker.ts`. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { featureRows, inputData, inputShape, type InputData } from './devices/encode-tensors.ts';
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
  logSeverityLevel: 3,
});
const inputName = model.preprocessing.input ?? session.inputNames[0] ?? '';
const outputName = model.output.name ?? session.outputNames[0] ?? '';
const bytes = 3 * model.preprocessing.width * model.preprocessing.height;
let reused: InputData | undefined;

async function encode(pixels: Uint8Array): Promise<Float32Array<ArrayBuffer>> {
  const data = inputData(pixels, model, reused);
  if (data !== pixels) reused = data;
  const input = tensorOf(data, inputShape(model, pixels.length / bytes));
  const output = (await session.run({ [inputName]: input }, [outputName]))[outputName];
  if (output === undefined) throw new Error(`the model has no output ${outputName}`);
  // A copy: the runtime's own buffer cannot be transferred.
  return featureRows(output.data as Float32Array | Float16Array, output.dims, model.output);
}

function tensorOf(data: InputData, shape: readonly number[]): Tensor {
  if (data instanceof Uint8Array) return new Tensor('uint8', data, shape);
  if (data instanceof Float32Array) return new Tensor('float32', data, shape);
  // Its types know float16 as its bits.
  return new Tensor('float16', data as unknown as Uint16Array, shape);
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
