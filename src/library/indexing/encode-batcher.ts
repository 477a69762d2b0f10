import type { Encoder } from '../../compute/encoder.ts';

/**
 * Eight pictures a batch: on one core 64 take no less time a picture than 8, and a small batch keeps the last ones and a
 * search's single picture from waiting.
 */
const BATCH = 8;

interface Waiting {
  readonly pixels: Uint8Array;
  readonly resolve: (features: Float32Array) => void;
  readonly reject: (error: unknown) => void;
}

interface EncodeOptions {
  /** Goes before everything that waits: a person does, for a search. */
  readonly urgent?: boolean;
  readonly signal?: AbortSignal;
}

/** Gathers single pictures into batches, as many at a time as the encoder has threads. Urgent ones go first, by themselves. */
export class EncodeBatcher {
  readonly #encoder: Encoder;
  readonly #atOnce: () => number;
  readonly #waiting: Waiting[] = [];
  #running = 0;

  /**
   * @param atOnce batches under way at once; one more than threads keeps a thread from waiting for this one. Asked each time: it
   *   changes with the device
   */
  constructor(encoder: Encoder, atOnce: number | (() => number)) {
    this.#encoder = encoder;
    this.#atOnce = typeof atOnce === 'number' ? () => atOnce : atOnce;
  }

  /** Pictures that it takes without one having to wait. */
  get room(): number {
    return BATCH * this.#atOnce();
  }

  /**
   * Features of one picture of `encoder.inputSide`² RGB pixels. Rejects with the signal's reason when that is aborted: one that waits is
   * taken out, one that is being encoded is not waited for.
   */
  encode(pixels: Uint8Array, options: EncodeOptions = {}): Promise<Float32Array> {
    if (options.urgent) return this.#encoder.encode(pixels);
    const { signal } = options;
    let abandon: () => void = () => undefined;
    const features = new Promise<Float32Array>((resolve, reject) => {
      const waiting: Waiting = { pixels, resolve, reject };
      abandon = () => {
        const at = this.#waiting.indexOf(waiting);
        if (at >= 0) this.#waiting.splice(at, 1);
        reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
      };
      this.#waiting.push(waiting);
    });
    if (signal?.aborted) abandon();
    else signal?.addEventListener('abort', abandon, { once: true });
    this.#dispatch();
    // a run has one signal for all of its pictures
    return features.finally(() => signal?.removeEventListener('abort', abandon));
  }

  #dispatch(): void {
    while (this.#running < this.#atOnce() && this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH);
      this.#running++;
      void this.#run(batch).finally(() => {
        this.#running--;
        this.#dispatch();
      });
    }
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    try {
      const features = await this.#encoder.encode(joined(batch.map(({ pixels }) => pixels)));
      const size = features.length / batch.length;
      for (const [i, { resolve }] of batch.entries()) resolve(features.slice(i * size, (i + 1) * size));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}

function joined(pictures: readonly Uint8Array[]): Uint8Array {
  const size = pictures[0]?.byteLength ?? 0;
  const pixels = new Uint8Array(size * pictures.length);
  for (const [i, picture] of pictures.entries()) pixels.set(picture, i * size);
  return pixels;
}
