import { normalize } from '../../vectors/vector-index.ts';
import type { GreyGrid } from './grey-grid.ts';

/** Frequencies a side that are looked at: waves up to three to a side. */
const FREQUENCIES = 6;

/** Values of a {@link symmetricSignature}. */
export const SYMMETRIC_VALUES = FREQUENCIES * FREQUENCIES - 1;

/** Below this deviation (grey levels) a picture is flat, and what is left of it is noise. */
const FLAT = 2;

/**
 * What of a picture's signature stays the same however it is turned, mirrored, brightened or its contrast changed: the strengths of its
 * lowest frequencies, those of the two directions in order. A unit vector; the copies of a picture are its nearest.
 *
 * @returns null of a flat picture
 */
export function symmetricSignature({ side, values }: GreyGrid): Float32Array | null {
  const waves = wavesOf(side);
  if (deviationOf(values) < FLAT) return null;
  const strengths = strengthsOf(values, side, waves);
  const at = (u: number, v: number): number => strengths[u * FREQUENCIES + v] ?? 0;
  const made = new Float32Array(SYMMETRIC_VALUES);
  let n = 0;
  for (let u = 0; u < FREQUENCIES; u++) {
    if (u > 0) made[n++] = at(u, u);
    for (let v = u + 1; v < FREQUENCIES; v++) {
      made[n++] = Math.max(at(u, v), at(v, u));
      made[n++] = Math.min(at(u, v), at(v, u));
    }
  }
  return normalize(made);
}

function deviationOf(values: Float32Array): number {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    sum += value;
    squares += value * value;
  }
  const mean = sum / values.length;
  return Math.sqrt(Math.max(0, squares / values.length - mean * mean));
}

/** Absolute values of the cosine transform, by rows of FREQUENCIES. */
function strengthsOf(values: Float32Array, side: number, waves: Float32Array): Float32Array {
  const rows = new Float32Array(side * FREQUENCIES);
  for (let y = 0; y < side; y++) {
    for (let u = 0; u < FREQUENCIES; u++) {
      let sum = 0;
      for (let x = 0; x < side; x++) sum += (values[y * side + x] ?? 0) * (waves[u * side + x] ?? 0);
      rows[y * FREQUENCIES + u] = sum;
    }
  }
  const strengths = new Float32Array(FREQUENCIES * FREQUENCIES);
  for (let u = 0; u < FREQUENCIES; u++) {
    for (let v = 0; v < FREQUENCIES; v++) {
      let sum = 0;
      for (let y = 0; y < side; y++) sum += (rows[y * FREQUENCIES + u] ?? 0) * (waves[v * side + y] ?? 0);
      strengths[u * FREQUENCIES + v] = Math.abs(sum);
    }
  }
  return strengths;
}

const knownWaves = new Map<number, Float32Array>();

function wavesOf(side: number): Float32Array {
  const known = knownWaves.get(side);
  if (known) return known;
  const waves = Float32Array.from({ length: FREQUENCIES * side }, (_, i) => {
    const frequency = Math.floor(i / side);
    const scale = frequency === 0 ? Math.SQRT1_2 : 1;
    return scale * Math.cos((Math.PI * frequency * ((i % side) + 0.5)) / side);
  });
  knownWaves.set(side, waves);
  return waves;
}
