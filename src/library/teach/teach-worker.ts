/** A worker that teaches: closed form, training, evaluation, calibration. A search never waits for it. Started by `teach-run.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { fitHead } from '../../compute/training/fit-head.ts';
import { useTrainDevice } from '../../compute/training/train-backend.ts';
import { PauseFlag } from './pause-flag.ts';
import { divideForTuning, teachModel, TeachingProblemError } from './teach-model.ts';
import type { TeachingProgress } from './teach-groups.ts';
import type { TeachAnswer, TeachStep, TeachTask } from './teach-task.ts';
import type { HeadTrainer } from './train-head.ts';

/** What the worker is started with. */
interface TeachWorkerData {
  readonly task: TeachTask;
  /** Whether it only divides the pictures for a tuning. */
  readonly divide: boolean;
  readonly pause: SharedArrayBuffer;
}

/** Steps are told together, so often. */
const TELL_MS = 100;

const { task, divide, pause } = workerData as TeachWorkerData;
const flag = new PauseFlag(pause);
const told: Extract<TeachStep, { stage: 'training' }>['steps'][number][] = [];
let toldAt = 0;
let head = -1;

function answer(message: TeachAnswer): void {
  parentPort?.postMessage(message);
}

function onProgress(progress: TeachingProgress): void {
  flag.waitWhilePaused();
  if (progress.stage === 'evaluating') {
    answer({ type: 'step', step: progress });
    return;
  }
  const { step, heads } = progress;
  const isNew = progress.head !== head;
  head = progress.head;
  if (isNew) told.length = 0;
  if (step) told.push(step);
  const now = performance.now();
  if (!isNew && now - toldAt < TELL_MS && step?.step !== step?.steps) return;
  toldAt = now;
  answer({
    type: 'step',
    step: {
      stage: 'training',
      head,
      heads,
      of: step?.steps ?? 0,
      steps: told.map(({ step: at, loss, heldOutLoss }) => ({ step: at, loss, heldOutLoss })),
    },
  });
  told.length = 0;
}

/**
 * Trains in this thread, on WebAssembly: a step of a head takes 5 ms there, and a GPU needs longer to start than all heads need
 * together. So a pause holds at any step.
 */
const trainer: HeadTrainer = {
  train: async (headTask, options) => {
    await useTrainDevice({ id: 'wasm', kind: 'wasm', name: 'CPU (WebAssembly)', adapter: null });
    return await fitHead(
      headTask,
      options?.signal ?? new AbortController().signal,
      options?.onStep ?? (() => undefined),
    );
  },
};

try {
  if (divide) answer({ type: 'divided', division: divideForTuning(task) });
  else {
    const model = await teachModel(task, trainer, { onProgress });
    flag.waitWhilePaused();
    answer({ type: 'taught', model });
  }
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  answer(
    error instanceof TeachingProblemError
      ? { type: 'problem', sentence: message }
      : { type: 'failure', reason: message },
  );
}
