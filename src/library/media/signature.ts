import { correlation } from './correlation.ts';

/**
 * A picture's signature: its brightness on a grid of 16 × 16 cells, a byte each. It knows nothing of what a picture shows, and
 * hardly changes when the picture is resized, recompressed or mirrored: it recognises copies where the vector, which reads
 * fine texture too, hesitates (an original of 150 pixels against its copy of 75).
 */
export const SIGNATURE_SIDE = 16;

/**
 * From here two pictures are taken for copies. Measured on the 240 scenes of 150 × 150: copies at half size in JPEG and at
 * quality 40 correlate at 0.99 and above; see docs/architecture.md.
 */
const COPY_CORRELATION = 0.985;

/** Signature of square RGB pixels; the side is a multiple of 16. */
export function signatureOf(pixels: Uint8Array, side: number): Uint8Array {
  const cell = side / SIGNATURE_SIDE;
  const sums = new Float64Array(SIGNATURE_SIDE * SIGNATURE_SIDE);
  for (let y = 0; y < side; y++) {
    const row = Math.floor(y / cell) * SIGNATURE_SIDE;
    for (let x = 0; x < side; x++) {
      const at = 3 * (y * side + x);
      // Rec. 601 luma
      const luma = 0.299 * (pixels[at] ?? 0) + 0.587 * (pixels[at + 1] ?? 0) + 0.114 * (pixels[at + 2] ?? 0);
      const i = row + Math.floor(x / cell);
      sums[i] = (sums[i] ?? 0) + luma;
    }
  }
  return Uint8Array.from(sums, (sum) => Math.round(sum / (cell * cell)));
}

/**
 * How much two pictures are copies of each other, mirrored or not: their correlation where it is high enough to say so
 * (0.985–1), else null.
 */
export function copyScore(a: Uint8Array, b: Uint8Array): number | null {
  const score = Math.max(correlation(a, b), correlation(mirrored(a), b));
  return score >= COPY_CORRELATION ? Math.min(1, score) : null;
}

function mirrored(signature: Uint8Array): Uint8Array {
  return Uint8Array.from(signature, (_, i) => {
    const x = i % SIGNATURE_SIDE;
    return signature[i - x + (SIGNATURE_SIDE - 1 - x)] ?? 0;
  });
}
