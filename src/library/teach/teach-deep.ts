import type { IndexParts } from '../indexing/index-run.ts';
import { withBaseVectors } from './base-vectors.ts';
import { keepVersion } from './keep-version.ts';
import type { PauseFlag } from './pause-flag.ts';
import { divideInWorker, runTeaching } from './teach-run.ts';
import type { TaughtModel, TeachStep } from './teach-task.ts';
import { teachTask, type TeachRequest } from './teaching-input.ts';
import { tuneEncoder, type TuningParts } from './tune-encoder.ts';
import type { TuningEstimates } from './tuning-estimate.ts';

export interface DeepRun {
  readonly signal: AbortSignal;
  readonly pause: PauseFlag;
  readonly isPaused: () => boolean;
  /** Called with what holds the worker of the tuning, too. */
  readonly onPausable: (setPaused: (paused: boolean) => void) => void;
  /** @param done 0–1 of what is done now */
  readonly onPreparing: (sentence: string, done: number) => void;
  readonly onStep: (step: TeachStep) => void;
  readonly onEvaluating: (sentence: string, done: number) => void;
}

export interface DeepVersion {
  readonly id: string;
  /** The encoder to switch to, and its features. */
  readonly encoder: string;
  readonly features: string;
  readonly model: TaughtModel;
  readonly evaluation: ReturnType<typeof keepVersion>['evaluation'];
}

/**
 * Teaches the last blocks of the encoder and then a head on top, judges both by pictures that neither saw, and keeps them as a version of
 * the tuned encoder. What answers is not touched.
 *
 * @throws as `tuneEncoder` and `runTeaching`
 */
export async function teachDeep(
  parts: TuningParts,
  estimates: TuningEstimates,
  library: IndexParts,
  request: TeachRequest,
  run: DeepRun,
): Promise<DeepVersion> {
  const { pause, signal, onStep } = run;
  const task = await withBaseVectors(parts.paths, library, (vectors) =>
    teachTask(parts.catalog, library, vectors, request),
  );
  const division = await divideInWorker(task, { pause, signal });
  const { blocks } = request;
  run.onPreparing('Trying how fast this computer trains', 0);
  const device = await estimates.device(library, blocks, task);
  signal.throwIfAborted();
  const tuned = await tuneEncoder(parts, library, task, division, {
    device,
    blocks,
    signal,
    isPaused: run.isPaused,
    onPausable: run.onPausable,
    onPrepared: (done, of) => run.onPreparing(`Reading the pictures: ${done} of ${of}`, done / of),
    onStep: ({ step, steps, loss, heldOutLoss }) =>
      onStep({ stage: 'training', head: 0, heads: 1, steps: [{ step, loss, heldOutLoss }], of: steps }),
    onEncoded: (done, of) =>
      run.onEvaluating(`Looking at pictures with what it learned: ${done} of ${of}`, (0.5 * done) / of),
  });
  const model = await runTeaching(
    { ...task, tuned: tuned.pictures },
    {
      pause,
      signal,
      onStep: ({ stage }) => {
        if (stage === 'evaluating') run.onEvaluating('Comparing with the search as it was', 0.8);
      },
    },
  );
  const { featuresId: features, baseId: base } = tuned;
  const kept = keepVersion(parts.catalog, model, { encoder: features, base, kind: 'deep' });
  return { ...kept, encoder: tuned.id, features, model };
}
