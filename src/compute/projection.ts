import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ServiceError } from '../contract/errors.ts';
import { resourceFile } from './resources.ts';

/** How scores are smoothed over a library's neighbor graph: `src/library/neighbors`. Measured for each model. */
export interface Smoothing {
  /** A smoothed cosine of 1 scores this; plain cosines above it are never overtaken. */
  readonly ceiling: number;
  /** As {@link Projection.relatedScore}, for smoothed scores. */
  readonly relatedScore: number;
}

/** Makes vectors of an encoder's features, with no training: the model that a library starts with. */
export interface Projection {
  /** Vectors of two ids are never compared. */
  readonly id: string;
  readonly name: string;
  /** Values of a vector. */
  readonly dimensions: number;
  /** Results that score below this are probably unrelated; see `docs/encoders.md`. */
  readonly relatedScore: number;
  /** Not set where it was not measured: scores are then plain cosines. */
  readonly smoothing?: Smoothing | undefined;
  /**
   * @param features - n rows of the encoder's features
   * @returns n unit rows of `dimensions` values
   * @throws RangeError where `features` is not whole rows
   */
  project(features: Float32Array): Float32Array;
}

/**
 * A projection's parts, as fitted. With x a row of features and n(x) = x / |x|:
 * `n(matrix · n((x - center) · scale) - offset)`.
 */
export interface ProjectionWeights {
  /** Mean of each feature, `features` values. */
  readonly center: Float32Array;
  /** One over the standard deviation of each feature and the square root of its block's size. */
  readonly scale: Float32Array;
  /** `dimensions` rows of `features` values: principal directions, scaled (half whitened). */
  readonly matrix: Float32Array;
  /** `matrix` times the mean of the normalised rows. */
  readonly offset: Float32Array;
}

const projectionHeader = z.object({
  id: z.string(),
  name: z.string(),
  features: z.number().int().positive(),
  dimensions: z.number().int().positive(),
  relatedScore: z.number().min(-1).max(1),
  smoothing: z.object({ ceiling: z.number().min(0).max(1), relatedScore: z.number().min(-1).max(1) }).optional(),
  /** SHA-256 of the .bin beside it: center, scale and offset as float32, matrix as float16, little-endian. */
  sha256: z.string(),
});
export type ProjectionHeader = z.infer<typeof projectionHeader>;

/** Name of the built-in projection's two files in `resources/`, without their endings. */
export const BUILTIN_PROJECTION = 'projection-builtin';

/** Loads the built-in projection. ENCODER_FAILED where a file is missing or damaged. */
export function loadProjection(): Projection {
  const { header, weights } = readProjection();
  return createProjection(header, weights);
}

/**
 * The built-in projection for an encoder that was tuned from the built-in one: the same, under an id of its own, since vectors of other
 * features are never compared. Throws as {@link loadProjection}.
 *
 * @param features id of the tuned encoder's features
 */
export function loadProjectionFor(features: string): Projection {
  const { header, weights } = readProjection();
  return createProjection({ ...header, id: `${header.id}-of-${features}` }, weights);
}

/** Its parts, for training with them. Throws as {@link loadProjection}. */
export function loadProjectionWeights(): ProjectionWeights {
  return readProjection().weights;
}

function readProjection(): { readonly header: ProjectionHeader; readonly weights: ProjectionWeights } {
  const file = resourceFile('projection', `${BUILTIN_PROJECTION}.json`);
  const header = projectionHeader.parse(JSON.parse(readFileSync(file, 'utf8')));
  const bytes = readFileSync(resourceFile('projection', `${BUILTIN_PROJECTION}.bin`));
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== header.sha256) throw new ServiceError('ENCODER_FAILED', `${file} and its .bin do not belong together`);
  return { header, weights: unpackProjection(bytes, header.features, header.dimensions) };
}

/** The bytes of a projection's .bin. */
export function packProjection({ center, scale, offset, matrix }: ProjectionWeights): Uint8Array {
  const parts = [center, scale, offset, new Float16Array(matrix)];
  return Buffer.concat(parts.map((part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength)));
}

/** Reads what {@link packProjection} wrote. RangeError where the length is another. */
export function unpackProjection(bytes: Uint8Array, features: number, dimensions: number): ProjectionWeights {
  // A copy of its own: float32 views want an offset that is a multiple of 4.
  const { buffer } = Uint8Array.from(bytes);
  const floats = 2 * features + dimensions;
  const matrix = Float32Array.from(new Float16Array(buffer, 4 * floats));
  if (matrix.length !== features * dimensions) throw new RangeError(`a projection of ${bytes.length} bytes`);
  return {
    center: new Float32Array(buffer, 0, features),
    scale: new Float32Array(buffer, 4 * features, features),
    offset: new Float32Array(buffer, 8 * features, dimensions),
    matrix,
  };
}

/** Makes a {@link Projection} of its parts. */
export function createProjection(
  header: Pick<ProjectionHeader, 'id' | 'name' | 'dimensions' | 'features' | 'relatedScore' | 'smoothing'>,
  weights: ProjectionWeights,
): Projection {
  const { id, name, dimensions, features: size, relatedScore, smoothing } = header;
  const project = (features: Float32Array): Float32Array => {
    const rows = features.length / size;
    if (!Number.isInteger(rows)) throw new RangeError(`${features.length} values are not rows of ${size}`);
    const vectors = new Float32Array(rows * dimensions);
    const standardised = new Float64Array(size);
    for (let row = 0; row < rows; row++) {
      standardise(features.subarray(row * size, (row + 1) * size), weights, standardised);
      const vector = vectors.subarray(row * dimensions, (row + 1) * dimensions);
      multiply(weights, standardised, vector);
      normalise(vector);
    }
    return vectors;
  };
  return { id, name, dimensions, relatedScore, smoothing, project };
}

/** `result` = n((x - center) · scale); zeros where there is no length to divide by. */
function standardise(row: Float32Array, { center, scale }: ProjectionWeights, result: Float64Array): void {
  for (let i = 0; i < result.length; i++) {
    result[i] = ((row[i] as number) - (center[i] as number)) * (scale[i] as number);
  }
  normalise(result);
}

/** `result` = matrix · x - offset. Four sums at once: the additions do not wait for one another. */
function multiply({ matrix, offset }: ProjectionWeights, x: Float64Array, result: Float32Array): void {
  const size = x.length;
  const whole = size - (size % 4);
  for (let row = 0, start = 0; row < result.length; row++, start += size) {
    let a = -(offset[row] as number);
    let b = 0;
    let c = 0;
    let d = 0;
    for (let i = 0; i < whole; i += 4) {
      a += (matrix[start + i] as number) * (x[i] as number);
      b += (matrix[start + i + 1] as number) * (x[i + 1] as number);
      c += (matrix[start + i + 2] as number) * (x[i + 2] as number);
      d += (matrix[start + i + 3] as number) * (x[i + 3] as number);
    }
    for (let i = whole; i < size; i++) a += (matrix[start + i] as number) * (x[i] as number);
    result[row] = a + b + c + d;
  }
}

/** Divides by the Euclidean length. A row of zeros has no direction: it becomes the first axis, so that no NaN is stored. */
function normalise(values: Float32Array | Float64Array): void {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] as number) ** 2;
  const length = Math.sqrt(sum);
  if (length > 0) for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) / length;
  else values[0] = 1;
}
