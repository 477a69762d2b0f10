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

  /** Features of one picture of `encoder.inputSide`² RGB pixels. */
  encode(pixels: Uint8Array, urgent = false): Promise<Float32Array> {
    if (urgent) return this.#encoder.encode(pixels);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ pixels, resolve, reject });
      this.#dispatch();
    });
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
