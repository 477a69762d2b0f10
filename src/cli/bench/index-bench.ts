import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { createEncoder, type Encoder } from '../../compute/encoder.ts';
import { EncodeBatcher } from '../../library/indexing/encode-batcher.ts';
import { DecodePool } from '../../library/media/decode-pool.ts';
import { Output } from '../output.ts';
import { runIndexing, withLibrary } from '../session.ts';
import { median, type Report } from './measurement.ts';

/** Machines are shared and noisy: the three rates are taken in turn, and the median of the rounds counts. */
const ROUNDS = 3;

/** Pictures whose pixels are held to measure encoding alone: 400 × 0.15 MB. */
const ENCODED_AT_MOST = 400;

/**
 * Indexing against its limit. D is the rate of everything but encoding, E that of encoding alone; where both use the CPU the
 * best that can be is 1/(1/D + 1/E).
 */
export async function benchIndex(folder: string, photos: readonly string[], report: Report): Promise<void> {
  const library = join(folder, 'index-library');
  const pixels = await decodeAll(photos.slice(0, ENCODED_AT_MOST));
  const rates: { whole: number; rest: number; encoding: number; ratio: number }[] = [];
  const encoder = await createEncoder();
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const rest = await indexRate(library, photos, samplingEncoder(encoder));
      const encoding = await encodeRate(encoder, pixels);
      const whole = await indexRate(library, photos, sharedEncoder(encoder));
      rates.push({ whole, rest, encoding, ratio: whole / (1 / (1 / rest + 1 / encoding)) });
    }
  } finally {
    await encoder.close();
  }
  const of = (key: 'whole' | 'rest' | 'encoding' | 'ratio'): number => median(rates.map((rate) => rate[key]));
  const unit = 'pictures/s';
  report({
    bench: 'index',
    metric: 'everything but encoding (D)',
    value: of('rest'),
    unit,
    reference: null,
    ratio: null,
  });
  report({ bench: 'index', metric: 'encoding alone (E)', value: of('encoding'), unit, reference: null, ratio: null });
  const ratio = of('ratio');
  report({
    bench: 'index',
    metric: 'indexing against 1/(1/D+1/E)',
    value: of('whole'),
    unit,
    reference: of('whole') / ratio,
    ratio,
  });
  await benchUnchanged(library, photos, report);
}

/** A second run over the same files: it opens none of them. */
async function benchUnchanged(library: string, photos: readonly string[], report: Report): Promise<void> {
  const seconds = await withLibrary({ libraryFolder: library }, async (session) => {
    const summary = await runIndexing(session, [dirname(photos[0] ?? '')], new Output(true), () => undefined);
    return summary.seconds;
  });
  const value = (1000 * 1000 * seconds) / photos.length;
  report({
    bench: 'index',
    metric: 'second run over 1,000 unchanged files',
    value,
    unit: 'ms',
    reference: null,
    ratio: null,
  });
}

async function indexRate(library: string, photos: readonly string[], encoder: Encoder): Promise<number> {
  await rm(library, { recursive: true, force: true });
  return withLibrary({ libraryFolder: library, encoder }, async (session) => {
    const summary = await runIndexing(session, [dirname(photos[0] ?? '')], new Output(true), () => undefined);
    return summary.picturesPerSecond;
  });
}

async function encodeRate(encoder: Encoder, pixels: readonly Uint8Array[]): Promise<number> {
  const batcher = new EncodeBatcher(encoder, availableParallelism() + 1);
  const started = performance.now();
  await Promise.all(pixels.map((picture) => batcher.encode(picture)));
  return (1000 * pixels.length) / (performance.now() - started);
}

async function decodeAll(photos: readonly string[]): Promise<Uint8Array[]> {
  const pool = new DecodePool();
  try {
    const decoded = await Promise.all(photos.map((path) => pool.decode({ path }).catch(() => null)));
    return decoded.flatMap((picture) => (picture && 'pixels' in picture ? picture.pixels : []));
  } finally {
    await pool.close();
  }
}

/** The encoder itself, that outlives the library that uses it. */
function sharedEncoder(encoder: Encoder): Encoder {
  return {
    id: encoder.id,
    name: encoder.name,
    inputSide: encoder.inputSide,
    featureSize: encoder.featureSize,
    provider: encoder.provider,
    encode: (pixels) => encoder.encode(pixels),
    close: () => Promise.resolve(),
  };
}

/** Costs nothing and tells pictures apart: every so-manyth byte is a feature. What is left of indexing is everything else. */
function samplingEncoder(encoder: Encoder): Encoder {
  const { featureSize, inputSide } = encoder;
  const bytes = 3 * inputSide * inputSide;
  const step = Math.floor(bytes / featureSize);
  const encode = (pixels: Uint8Array): Promise<Float32Array> => {
    const pictures = pixels.length / bytes;
    const feature = (i: number): number => pixels[Math.floor(i / featureSize) * bytes + (i % featureSize) * step] ?? 0;
    return Promise.resolve(Float32Array.from({ length: pictures * featureSize }, (_, i) => feature(i) / 255));
  };
  return { ...sharedEncoder(encoder), encode };
}
