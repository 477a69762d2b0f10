import { z } from 'zod';
import { builtinModel } from '../../compute/encoder.ts';

/** Weights by name: see `weightsOfTuned`. */
export type TunedWeights = ReadonlyMap<string, Float32Array>;

/** How the encoder of a version differs from the built-in one, in a file: float32, little-endian, base64, by the names of its weights. */
export const tunedPart = z.object({ builtin: z.string(), weights: z.record(z.string(), z.base64()) });
export type TunedPart = z.infer<typeof tunedPart>;

export function packTuned(weights: TunedWeights): TunedPart {
  const packed = [...weights].map(([name, { buffer }]) => [name, Buffer.from(buffer).toString('base64')]);
  return { builtin: builtinModel().id, weights: Object.fromEntries(packed) as Record<string, string> };
}

/** @throws RangeError where a weight is not whole float32 values */
export function unpackTuned({ weights }: TunedPart): TunedWeights {
  return new Map(
    Object.entries(weights).map(([name, text]) => {
      return [name, new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer)];
    }),
  );
}

/** Whether it was tuned from the built-in encoder of this program. */
export function isOfThisProgram({ builtin }: TunedPart): boolean {
  return builtin === builtinModel().id;
}
