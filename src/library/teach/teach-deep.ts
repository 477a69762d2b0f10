import { BUILTIN_ENCODER } from '../../compute/encoders/registry.ts';
import { startEncoder } from '../encoders/model-parts.ts';
import type { LibraryParts } from '../library-parts.ts';
import { besideBroader } from './beside-answering.ts';
import { withBaseVectors } from './base-vectors.ts';
import { keepVersion } from './keep-version.ts';
import type { PauseFlag } from './pause-flag.ts';
import { divideInWorker, runTeaching } from './teach-run.ts';
import type { TaughtModel, TeachStep, TeachTask } from './teach-task.ts';
import { teachTask, type TeachRequest } from './teaching-input.ts';
import { tuneEncoder, untunedFile, type TuningParts } from './tune-encoder.ts';
import type { TuningEstimates } from './tuning-estimate.ts';
import { encodePictures } from './tuning-pictures.ts';

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
  /** What was left out, a sentence each. */
  readonly notices: readonly string[];
  readonly evaluation: ReturnType<typeof keepVersion>['evaluation'];
}

/**
 * Teaches the last blocks of the encoder and then a head on top, judges both by pictures that neither saw, and keeps them as a version of
 * the tuned encoder. What answers is not touched. The search that it is compared with, and that the tuning begins with, is that of the
 * built-in encoder, also where a tuned one answers.
 *
 * @throws as `tuneEncoder` and `runTeaching`
 */
export async function teachDeep(
  parts: TuningParts,
  estimates: TuningEstimates,
  library: LibraryParts,
  request: TeachRequest,
  run: DeepRun,
): Promise<DeepVersion> {
  const { pause, signal, onStep } = run;
  await untunedFile(library.definition);
  const asked = await withBaseVectors(parts.paths, library, (vectors) =>
    teachTask(parts.catalog, library, vectors, request),
  );
  const task = await untuned(parts, library, asked, run);
  const division = await divideInWorker(task, { pause, signal });
  const { blocks } = request;
  run.onPreparing('Trying how fast this computer trains', 0);
  const tuned = await estimates.onFastest(library, blocks, task, (device) => {
    signal.throwIfAborted();
    run.onPreparing('Reading the pictures', 0);
    return tuneEncoder(parts, library, task, division, {
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
  });
  const taught = await runTeaching(
    { ...task, tuned: tuned.pictures },
    {
      pause,
      signal,
      onStep: ({ stage }) => {
        if (stage === 'evaluating') run.onEvaluating('Comparing with the search as it was', 0.8);
      },
    },
  );
  const model = besideBroader(parts, library.encoder.id, taught);
  const { featuresId: features, baseId: base } = tuned;
  const kept = keepVersion(parts.catalog, model, { encoder: features, base, kind: 'deep' });
  return {
    ...kept,
    encoder: tuned.id,
    features,
    model,
    notices: [...task.notices, ...leftOut(task, tuned.pictures.vectors), ...JUDGED_ONCE],
  };
}

/** What is said of every tuning: it is judged by less than a head alone is. */
const JUDGED_ONCE = [
  'A fifth of the labelled pictures was kept out of the tuning to judge it, once. Whether groups that it was not taught are found as before was not tried: that takes another tuning.',
];

/** The task as the built-in encoder sees it: with the vectors that are stored where that one answers. */
async function untuned(parts: TuningParts, library: LibraryParts, task: TeachTask, run: DeepRun): Promise<TeachTask> {
  if (library.definition.id === BUILTIN_ENCODER) return task;
  const builtin = await startEncoder(parts.paths, BUILTIN_ENCODER, parts.devices.options());
  try {
    const { signal, isPaused } = run;
    const onDone = (done: number, of: number): void =>
      run.onPreparing(`Looking at pictures as before any teaching: ${done} of ${of}`, done / of);
    const vectors = await encodePictures(parts, builtin, task, { signal, isPaused, onDone });
    const { relatedScore, smoothing } = builtin.base;
    return {
      ...task,
      pictures: task.pictures.flatMap((picture, i) => (vectors[i] ? [{ ...picture, vector: vectors[i] }] : [])),
      base: { relatedScore, smoothing },
    };
  } finally {
    await builtin.close();
  }
}

/** A sentence where labelled pictures could not be read. */
function leftOut({ groups, pictures }: TeachTask, vectors: readonly (Float32Array | null)[]): string[] {
  const labelled = new Set(groups.flatMap(({ members }) => members));
  const read = pictures.filter(({ id }, i) => vectors[i] && labelled.has(id)).length;
  const count = labelled.size - read;
  if (count === 0) return [];
  const of = `${count.toLocaleString('en')} of ${labelled.size.toLocaleString('en')} labelled pictures`;
  return [`${of} ${count === 1 ? 'was' : 'were'} left out: not there now, or not to be read.`];
}
