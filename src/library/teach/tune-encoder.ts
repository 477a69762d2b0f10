import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { TrainDevice } from '../../compute/devices/device.ts';
import { builtinModel } from '../../compute/encoder.ts';
import type { EncoderDefinition } from '../../compute/encoders/definition.ts';
import { installTuned } from '../../compute/encoders/install-tuned.ts';
import { BUILTIN_ENCODER } from '../../compute/encoders/registry.ts';
import { loadProjectionWeights } from '../../compute/projection.ts';
import type { DeepPictures, DeepTask } from '../../compute/training/deep/deep-task.ts';
import { deepTeach } from '../../compute/training/deep/deep-teacher.ts';
import type { HeadWeights, StepDone } from '../../compute/training/head.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Devices } from '../encoders/devices.ts';
import { startEncoder, type ModelParts, type RunningEncoder } from '../encoders/model-parts.ts';
import type { LibraryPaths } from '../library-folder.ts';
import { FileFailureError } from '../media/decode-protocol.ts';
import type { DecodePool } from '../media/decode-pool.ts';
import { locatePicture } from '../pictures.ts';
import { chooseSettings } from './choose-settings.ts';
import type { TeachTask, TunedPictures, TuningDivision } from './teach-task.ts';

export interface TuningParts {
  readonly paths: LibraryPaths;
  readonly catalog: Catalog;
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

/** Pictures decoded for the worker at once. */
const DECODED_AT_ONCE = 8;

/** Between two looks whether a pause is over. */
const TURN_MS = 100;

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
    classesPerBatch: batch.classesPerBatch,
    examplesPerClassPerBatch: batch.examplesPerClassPerBatch,
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
 * The file of an encoder that can be tuned: the built-in one, or one that was tuned from it.
 *
 * @throws ServiceError TEACHING_IMPOSSIBLE for all others
 */
export async function tunableFile(paths: LibraryPaths, { definition }: ModelParts): Promise<Uint8Array> {
  if (!isTunable(definition)) {
    throw new ServiceError(
      'TEACHING_IMPOSSIBLE',
      `The encoder ${definition.name} stays as it is. Switch to the built-in one to train its last layers, or teach without them.`,
    );
  }
  const own = join(paths.models, definition.id, definition.files[0]?.path ?? '');
  return new Uint8Array(await readFile(definition.id === BUILTIN_ENCODER ? builtinModel().model.file : own));
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
  const { device, blocks, signal, onStep, onPausable } = options;
  const side = model.encoder.inputSide;
  const deep = tuningTask(await tunableFile(parts.paths, model), side, blocks, task, head);
  const result = await deepTeach(deep, taughtPictures(parts, model, task, heldOut, options), {
    device,
    signal,
    onStep,
    onPausable,
  });
  signal.throwIfAborted();
  const name = `Tuned with ${task.groups.length} groups`;
  const { definition, featuresId } = await installTuned(parts.paths.models, result.encoder, name);
  const running = await startEncoder(parts.paths, definition.id, parts.devices.options());
  try {
    const vectors = await encodePictures(parts, running, task, options);
    const recipe = `last ${blocks === 1 ? 'block' : `${blocks} blocks`} of the encoder, ${deep.steps} steps`;
    const pictures = { vectors, heldOut: heldOutOf(heldOut, task, vectors), recipe, losses: result.losses };
    return { id: definition.id, featuresId, baseId: running.base.id, pictures };
  } finally {
    await running.close();
  }
}

/** Those that could be encoded again. */
function heldOutOf(heldOut: readonly number[], { pictures }: TeachTask, vectors: TunedPictures['vectors']): number[] {
  const encoded = new Set(pictures.flatMap(({ id }, i) => (vectors[i] ? [id] : [])));
  return heldOut.filter((id) => encoded.has(id));
}

/** The labelled pictures that are trained on, decoded a few at a time. One whose file is gone, or was changed, is left out. */
async function* taughtPictures(
  parts: TuningParts,
  model: ModelParts,
  { groups }: TeachTask,
  heldOut: readonly number[],
  options: TuningOptions,
): AsyncGenerator<DeepPictures> {
  const out = new Set(heldOut);
  const labels = new Map<number, number>();
  for (const [label, { members }] of groups.entries()) {
    for (const id of members) if (!out.has(id) && !labels.has(id)) labels.set(id, label);
  }
  const ids = [...labels.keys()];
  for (let i = 0; i < ids.length; i += DECODED_AT_ONCE) {
    await turn(options);
    const some = ids.slice(i, i + DECODED_AT_ONCE);
    const decoded = await Promise.all(some.map((id) => pixelsOf(parts, model, id)));
    const known = some.flatMap((id, j) => (decoded[j] ? [{ label: labels.get(id) ?? 0, pixels: decoded[j] }] : []));
    if (known.length > 0) {
      yield {
        pixels: Buffer.concat(known.map(({ pixels }) => pixels)),
        labels: Int32Array.from(known, ({ label }) => label),
        heldOut: new Uint8Array(known.length),
      };
    }
    options.onPrepared(Math.min(ids.length, i + some.length), ids.length);
  }
}

async function encodePictures(
  parts: TuningParts,
  running: RunningEncoder,
  { pictures }: TeachTask,
  options: TuningOptions,
): Promise<(Float32Array | null)[]> {
  const vectors: (Float32Array | null)[] = [];
  const atOnce = 4 * availableParallelism();
  for (let i = 0; i < pictures.length; i += atOnce) {
    await turn(options);
    const some = pictures.slice(i, i + atOnce).map(async ({ id }) => {
      const pixels = await pixelsOf(parts, running, id);
      if (!pixels) return null;
      const vector = running.base.project(await running.batcher.encode(pixels));
      // rounded as it will be stored
      return Float32Array.from(Float16Array.from(vector));
    });
    vectors.push(...(await Promise.all(some)));
    options.onEncoded(Math.min(pictures.length, i + atOnce), pictures.length);
  }
  return vectors;
}

/** Null where the original is not there now, cannot be read, or is another than was indexed. */
async function pixelsOf(
  { catalog, decoders }: TuningParts,
  { pixels }: Pick<RunningEncoder, 'pixels'>,
  id: number,
): Promise<Uint8Array | null> {
  try {
    const decoded = await decoders.pixels(await locatePicture(catalog, id), pixels);
    return decoded.hash === catalog.media(id)?.hash ? decoded.pixels : null;
  } catch (error) {
    const isGone = error instanceof ServiceError && ['PICTURE_MISSING', 'PICTURE_UNKNOWN'].includes(error.code);
    if (isGone || error instanceof FileFailureError) return null;
    throw error;
  }
}

async function turn({ signal, isPaused }: TuningOptions): Promise<void> {
  signal.throwIfAborted();
  while (isPaused()) await delay(TURN_MS, undefined, { signal });
}
