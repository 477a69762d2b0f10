import { readFile } from 'node:fs/promises';
import type { TrainDevice } from '../../compute/devices/device.ts';
import { builtinModel } from '../../compute/encoder.ts';
import type { EncoderDefinition } from '../../compute/encoders/definition.ts';
import { loadProjectionWeights } from '../../compute/projection.ts';
import type { DeepTask } from '../../compute/training/deep/deep-task.ts';
import { deepTeach } from '../../compute/training/deep/deep-teacher.ts';
import type { HeadWeights, StepDone } from '../../compute/training/head.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Devices } from '../encoders/devices.ts';
import { startEncoder, type ModelParts } from '../encoders/model-parts.ts';
import type { LibraryPaths } from '../library-folder.ts';
import type { DecodePool } from '../media/decode-pool.ts';
import { chooseSettings, typicalSize } from './choose-settings.ts';
import type { VersionDescriptions } from './model-description.ts';
import type { TeachTask, TunedPictures, TuningDivision } from './teach-task.ts';
import { encodePictures, taughtPictures } from './tuning-pictures.ts';

export interface TuningParts {
  readonly paths: LibraryPaths;
  readonly catalog: Catalog;
  readonly descriptions: VersionDescriptions;
  readonly decoders: DecodePool;
  readonly devices: Devices;
}

export interface TuningOptions {
  readonly device: TrainDevice;
  readonly blocks: number;
  readonly signal: AbortSignal;
  readonly isPaused: () => boolean;
  readonly onPausable: (setPaused: (paused: boolean) => void) => void;
  readonly onPrepared: (done: number, of: number) => void;
  readonly onStep: (step: StepDone) => void;
  readonly onEncoded: (done: number, of: number) => void;
}

/** An encoder that was tuned and installed, and what it makes of the task's pictures. */
export interface TunedEncoder {
  /** As encoders are switched to. */
  readonly id: string;
  readonly featuresId: string;
  readonly baseId: string;
  readonly pictures: TunedPictures;
}

/**
 * 100 steps on four views of each picture, of which one block takes some 0.4 s a step on two cores. The rate is a fiftieth of a head's: at
 * 1e-4 the features of everything else went. `docs/teaching.md` has the figures.
 */
const VIEWS = 4;
const STEPS = 100;
const LEARNING_RATE = 2e-5;
const TOWARDS_START = 10;
/** Half-way loses fewer first results of what was not taught, as with a head: see `betweenHeads`. */
const TRAINED_SHARE = 0.5;

/** The settings of a tuning, without the head that it begins with: for an estimate a head of zeros will do. */
export function tuningTask(
  encoder: Uint8Array,
  side: number,
  blocks: number,
  task: Pick<TeachTask, 'groups' | 'dimensions' | 'choices'>,
  head: HeadWeights,
): DeepTask {
  const settings = chooseSettings(task.groups, { loss: 'multisim_loss' });
  const batch = settings.training ?? { classesPerBatch: 2, examplesPerClassPerBatch: 2 };
  return {
    encoder,
    side,
    blocks,
    projection: loadProjectionWeights(),
    head,
    dimensions: task.dimensions,
    views: VIEWS,
    steps: task.choices.steps ?? STEPS,
    learningRate: { encoder: LEARNING_RATE, head: LEARNING_RATE },
    towardsStart: { encoder: TOWARDS_START, head: TOWARDS_START },
    trainedShare: TRAINED_SHARE,
    classesPerBatch: batch.classesPerBatch,
    // more than a group has would be the same pictures again, for the same time
    examplesPerClassPerBatch: Math.max(2, Math.min(batch.examplesPerClassPerBatch, typicalSize(task.groups))),
    seed: task.choices.seed ?? settings.seed,
    // what is held out judges what comes of it, and is not asked before
    heldOut: { every: Number.MAX_SAFE_INTEGER, patience: 1 },
  };
}

/** Whether an encoder is the built-in one, or was tuned from it. */
export function isTunable({ projection }: EncoderDefinition): boolean {
  return projection === 'builtin';
}

/**
 * What a tuning begins with: the built-in encoder, also where one that was tuned from it answers. A tuning of a tuning would be judged by
 * pictures that the first has seen.
 *
 * @param definition of the encoder that answers
 * @throws ServiceError TEACHING_IMPOSSIBLE for encoders that stay as they are
 */
export async function untunedFile(definition: EncoderDefinition): Promise<Uint8Array> {
  if (!isTunable(definition)) {
    throw new ServiceError(
      'TEACHING_IMPOSSIBLE',
      `The encoder ${definition.name} stays as it is. Switch to the built-in one to train its last layers, or teach without them.`,
    );
  }
  return new Uint8Array(await readFile(builtinModel().model.file));
}

/**
 * Tunes the last blocks of the encoder in use with the labelled pictures but those held out, installs what came of it beside the others,
 * and encodes the task's pictures with it. What the library answers with is not touched.
 *
 * @throws ServiceError TEACHING_IMPOSSIBLE, DISK_FULL, ENCODER_*; DeviceLostError; the reason of the signal
 */
export async function tuneEncoder(
  parts: TuningParts,
  model: ModelParts,
  task: TeachTask,
  { heldOut, head }: TuningDivision,
  options: TuningOptions,
): Promise<TunedEncoder> {
  const { device, blocks, signal, isPaused, onPrepared, onStep, onPausable } = options;
  const side = model.encoder.inputSide;
  const deep = tuningTask(await untunedFile(model.definition), side, blocks, task, head);
  const pictures = taughtPictures(parts, model, task, heldOut, { signal, isPaused, onDone: onPrepared });
  const result = await deepTeach(deep, pictures, { device, signal, onStep, onPausable });
  signal.throwIfAborted();
  const name = `Tuned with ${task.groups.length} groups`;
  const { installTuned } = await import('../../compute/encoders/install-tuned.ts');
  const { definition, featuresId } = await installTuned(parts.paths.models, result.encoder, name);
  const running = await startEncoder(parts.paths, definition.id, parts.devices.options());
  try {
    const vectors = await encodePictures(parts, running, task, { signal, isPaused, onDone: options.onEncoded });
    const recipe = `last ${blocks === 1 ? 'block' : `${blocks} blocks`} of the encoder, ${deep.steps} steps`;
    const tuned = { vectors, heldOut: heldOutOf(heldOut, task, vectors), recipe, losses: result.losses };
    return { id: definition.id, featuresId, baseId: running.base.id, pictures: tuned };
  } finally {
    await running.close();
  }
}

/** Those that could be encoded again. */
function heldOutOf(heldOut: readonly number[], { pictures }: TeachTask, vectors: TunedPictures['vectors']): number[] {
  const encoded = new Set(pictures.flatMap(({ id }, i) => (vectors[i] ? [id] : [])));
  return heldOut.filter((id) => encoded.has(id));
}
