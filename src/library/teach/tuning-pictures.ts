import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { DeepPictures } from '../../compute/training/deep/deep-task.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { RunningEncoder } from '../encoders/model-parts.ts';
import { FileFailureError } from '../media/decode-protocol.ts';
import type { DecodePool } from '../media/decode-pool.ts';
import { originalPixels } from '../pictures.ts';
import type { TeachTask } from './teach-task.ts';

export interface PictureReading {
  readonly catalog: Catalog;
  readonly decoders: DecodePool;
}

export interface ReadingOptions {
  readonly signal: AbortSignal;
  readonly isPaused: () => boolean;
  readonly onDone: (done: number, of: number) => void;
}

/** Pictures decoded for a tuning at once. */
const DECODED_AT_ONCE = 8;

/** Between two looks whether a pause is over. */
const TURN_MS = 100;

/**
 * The labelled pictures that an encoder is tuned with, decoded a few at a time. One whose original is not there now, cannot be read, or
 * is another than was indexed is left out.
 *
 * @param heldOut pictures that are not to be seen
 * @throws ServiceError TEACHING_IMPOSSIBLE, after the last, where the pictures of one group alone could be read; the reason of the signal
 */
export async function* taughtPictures(
  parts: PictureReading,
  encoder: Pick<RunningEncoder, 'pixels'>,
  { groups }: Pick<TeachTask, 'groups'>,
  heldOut: readonly number[],
  options: ReadingOptions,
): AsyncGenerator<DeepPictures> {
  const out = new Set(heldOut);
  const labels = new Map<number, number>();
  for (const [label, { members }] of groups.entries()) {
    for (const id of members) if (!out.has(id) && !labels.has(id)) labels.set(id, label);
  }
  const ids = [...labels.keys()];
  const seen = new Set<number>();
  for (let i = 0; i < ids.length; i += DECODED_AT_ONCE) {
    await turn(options);
    const some = ids.slice(i, i + DECODED_AT_ONCE);
    const decoded = await Promise.all(some.map((id) => pixelsOf(parts, encoder, id)));
    const known = some.flatMap((id, j) => (decoded[j] ? [{ label: labels.get(id) ?? 0, pixels: decoded[j] }] : []));
    for (const { label } of known) seen.add(label);
    if (known.length > 0) {
      yield {
        pixels: Buffer.concat(known.map(({ pixels }) => pixels)),
        labels: Int32Array.from(known, ({ label }) => label),
        heldOut: new Uint8Array(known.length),
      };
    }
    options.onDone(Math.min(ids.length, i + some.length), ids.length);
  }
  if (seen.size < 2) throw new ServiceError('TEACHING_IMPOSSIBLE', TOO_FEW_READABLE);
}

const TOO_FEW_READABLE =
  'The last layers of the encoder learn from the pictures themselves, and those of fewer than two groups can be read now. Connect their drive, or teach without the last layers.';

/**
 * Vectors of a task's pictures by an encoder, in their order; null for one that cannot be read, as in {@link taughtPictures}.
 *
 * @throws DeviceLostError; the reason of the signal
 */
export async function encodePictures(
  parts: PictureReading,
  running: RunningEncoder,
  { pictures }: Pick<TeachTask, 'pictures'>,
  options: ReadingOptions,
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
    options.onDone(Math.min(pictures.length, i + atOnce), pictures.length);
  }
  return vectors;
}

/** Pixels of a picture of the library as the encoder takes them; null where its original is not there now, cannot be read, or is another. */
export async function pixelsOf(
  parts: PictureReading,
  { pixels }: Pick<RunningEncoder, 'pixels'>,
  id: number,
): Promise<Uint8Array | null> {
  try {
    return await originalPixels(parts, id, pixels);
  } catch (error) {
    const isGone = error instanceof ServiceError && ['PICTURE_MISSING', 'PICTURE_UNKNOWN'].includes(error.code);
    if (isGone || error instanceof FileFailureError) return null;
    throw error;
  }
}

/** Resolves when a pause is over. @throws the reason of the signal */
export async function turn({ signal, isPaused }: Pick<ReadingOptions, 'signal' | 'isPaused'>): Promise<void> {
  signal.throwIfAborted();
  while (isPaused()) await delay(TURN_MS, undefined, { signal });
}
