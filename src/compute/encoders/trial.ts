/** An encoder is tried on ten pictures before it is accepted: what it gives has to be of use. */
import { Tensor, type InferenceSession } from 'onnxruntime-node';
import { ServiceError } from '../../contract/errors.ts';
import { modelError } from './model-file.ts';
import { pictureBytes } from './pixels.ts';

const TRIAL_PICTURES = 10;

/** Cosine above which two rows are the same, as everywhere in the project. */
const SAME = 0.999;
/** The least that the farthest two of ten pictures differ: a model that gives one row for all has only rounding, about 1e-7. */
const LEAST_DIFFERENCE = 1e-5;

export interface TrialResult {
  /** Values of a row. */
  readonly size: number;
  /** Pictures it takes at once: any number, or only ever 1. */
  readonly batch: 1 | null;
}

/**
 * Runs a prepared model (see `prepare-model.ts`) on ten pictures: all values finite, the pictures told apart, the same picture
 * the same twice, and the same in company as alone. Models whose batch is fixed inside, whatever they declare, are found out.
 *
 * @param pictures - ten pictures of `width` × `height` × 3 bytes; made ones where not given
 * @throws ServiceError ENCODER_UNSUITABLE, ENCODER_SHAPE, ENCODER_OPERATION
 */
export async function tryModel(
  session: InferenceSession,
  label: string,
  size: { readonly width: number; readonly height: number },
  pictures: Uint8Array = trialPictures(size),
): Promise<TrialResult> {
  const bytes = pictureBytes(size);
  const alone: Float32Array[] = [];
  for (let i = 0; i < TRIAL_PICTURES; i++) {
    alone.push(...(await encode(session, label, size, pictures.subarray(i * bytes, (i + 1) * bytes))));
  }
  check(alone, label);
  const again = await encode(session, label, size, pictures.subarray(0, bytes));
  const [first] = alone;
  if (first === undefined || cosine(first, again[0]) < SAME) {
    throw new ServiceError('ENCODER_UNSUITABLE', `${label} gives another result for the same picture each time`);
  }
  return { size: first.length, batch: (await agreesInCompany(session, label, size, pictures, alone)) ? null : 1 };
}

function check(rows: readonly Float32Array[], label: string): void {
  if (rows.some((row) => row.some((value) => !Number.isFinite(value)))) {
    throw new ServiceError('ENCODER_UNSUITABLE', `${label} gives values that are not finite`);
  }
  if (rows.some((row) => row.every((value) => value === 0))) {
    throw new ServiceError('ENCODER_UNSUITABLE', `${label} gives nothing but zeros for a picture`);
  }
  const nearest = Math.min(...rows.map((row) => cosine(row, rows[0])));
  if (nearest > 1 - LEAST_DIFFERENCE) {
    throw new ServiceError('ENCODER_UNSUITABLE', `${label} gives the same result for ten different pictures`);
  }
}

/** Whether all at once give what each gave alone. */
async function agreesInCompany(
  session: InferenceSession,
  label: string,
  size: { readonly width: number; readonly height: number },
  pictures: Uint8Array,
  alone: readonly Float32Array[],
): Promise<boolean> {
  try {
    const together = await encode(session, label, size, pictures);
    return together.length === alone.length && together.every((row, i) => cosine(row, alone[i]) >= SAME);
  } catch (error) {
    // It refused a batch, having taken each picture alone: that is the answer.
    if (error instanceof ServiceError) return false;
    throw error;
  }
}

async function encode(
  session: InferenceSession,
  label: string,
  { width, height }: { readonly width: number; readonly height: number },
  pixels: Uint8Array,
): Promise<Float32Array[]> {
  const count = pixels.length / pictureBytes({ width, height });
  const [input = '', output = ''] = [session.inputNames[0], session.outputNames[0]];
  try {
    const result = await session.run({ [input]: new Tensor('uint8', pixels.slice(), [count, height, width, 3]) });
    const { data, dims } = result[output] as Tensor;
    const length = dims[1] ?? 0;
    if (dims.length !== 2 || dims[0] !== count || length === 0 || !(data instanceof Float32Array)) {
      throw new ServiceError('ENCODER_SHAPE', `${label} gives [${dims.join(', ')}] for ${count} pictures`);
    }
    return Array.from({ length: count }, (_, i) => data.slice(i * length, (i + 1) * length));
  } catch (error) {
    throw modelError(error, label);
  }
}

/** Cosine of two rows; 0 where one has no length or is missing. */
function cosine(a: Float32Array, b: Float32Array | undefined): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (const [i, x] of a.entries()) {
    const y = b?.[i] ?? 0;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}

/** Ten pictures that any image model tells apart: gradients, stripes, discs and noise, in different colours. Always the same. */
export function trialPictures({ width, height }: { readonly width: number; readonly height: number }): Uint8Array {
  const pixels = new Uint8Array(TRIAL_PICTURES * width * height * 3);
  let state = 1;
  let at = 0;
  for (let picture = 0; picture < TRIAL_PICTURES; picture++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [u, v] = [x / width, y / height];
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
        const stripe = Math.sin((u * Math.cos(picture) + v * Math.sin(picture)) * (6 + 5 * picture)) > 0 ? 1 : 0;
        const disc = Math.hypot(u - 0.5, v - 0.4) < 0.1 + 0.03 * picture ? 1 : 0;
        const value = [u, v, stripe, disc, (state >>> 16) / 65_536][picture % 5] ?? 0;
        for (let channel = 0; channel < 3; channel++) {
          const tint = 0.5 + 0.5 * Math.sin(picture * 2.1 + channel * 1.7);
          pixels[at++] = Math.round(255 * (0.15 + 0.85 * (value * tint + (1 - value) * (1 - tint))));
        }
      }
    }
  }
  return pixels;
}
