import { ServiceError } from '../../contract/errors.ts';

/** A call of the encoder: pictures in, rows of features out. */
interface Request {
  readonly pixels: Uint8Array;
  readonly features: Float32Array;
  /** Pictures that have no features yet. */
  left: number;
  readonly resolve: (features: Float32Array) => void;
  readonly reject: (error: ServiceError) => void;
}

/** Some pictures of a call, one after another. */
interface Part {
  readonly request: Request;
  readonly first: number;
  readonly count: number;
  /** How many workers ended while they had it. */
  readonly crashes: number;
}

/** Pictures that a worker takes at once, of one call or of several. */
export class Batch {
  readonly parts: readonly Part[];
  readonly pictures: number;
  readonly #pictureBytes: number;
  readonly #queue: BatchQueue;

  constructor(queue: BatchQueue, parts: readonly Part[], pictureBytes: number) {
    this.#queue = queue;
    this.parts = parts;
    this.pictures = parts.reduce((sum, { count }) => sum + count, 0);
    this.#pictureBytes = pictureBytes;
  }

  /** How many workers ended over it. */
  get crashes(): number {
    return this.parts[0]?.crashes ?? 0;
  }

  /** The bytes, in a buffer of their own: it may be given away, and the batch may have to be done again. */
  pixels(): Uint8Array<ArrayBuffer> {
    const size = this.#pictureBytes;
    const pixels = new Uint8Array(this.pictures * size);
    let at = 0;
    for (const { request, first, count } of this.parts) {
      pixels.set(request.pixels.subarray(first * size, (first + count) * size), at);
      at += count * size;
    }
    return pixels;
  }

  /** Gives each call its rows. */
  done(rows: Float32Array): void {
    const size = rows.length / this.pictures;
    let at = 0;
    for (const { request, first, count } of this.parts) {
      request.features.set(rows.subarray(at, at + count * size), first * size);
      at += count * size;
      request.left -= count;
      if (request.left === 0) request.resolve(request.features);
    }
  }

  failed(reason: string): void {
    for (const { request } of this.parts) this.#queue.give(request, reason);
  }
}

/** Calls in the order they came, cut into batches as whoever encodes them wants them. */
export class BatchQueue {
  readonly #parts: Part[] = [];
  readonly #pictureBytes: number;
  readonly #featureSize: number;

  constructor(pictureBytes: number, featureSize: number) {
    this.#pictureBytes = pictureBytes;
    this.#featureSize = featureSize;
  }

  get isEmpty(): boolean {
    return this.#parts.length === 0;
  }

  /** @throws RangeError where `pixels` is not whole pictures */
  add(pixels: Uint8Array): Promise<Float32Array> {
    const pictures = pixels.length / this.#pictureBytes;
    if (!Number.isInteger(pictures)) throw new RangeError(`${pixels.length} bytes are not whole pictures`);
    const features = new Float32Array(pictures * this.#featureSize);
    if (pictures === 0) return Promise.resolve(features);
    return new Promise((resolve, reject) => {
      const request: Request = { pixels, features, left: pictures, resolve, reject };
      this.#parts.push({ request, first: 0, count: pictures, crashes: 0 });
    });
  }

  /** At most so many pictures, the oldest first; null where none wait. */
  take(pictures: number): Batch | null {
    const parts: Part[] = [];
    let free = pictures;
    while (free > 0) {
      const next = this.#parts[0];
      if (next === undefined) break;
      // What a worker ended over goes by itself, so that it takes nothing else down with it.
      if (parts.length > 0 && next.crashes > 0) break;
      const count = Math.min(next.count, free);
      parts.push({ ...next, count });
      free -= count;
      if (count === next.count) this.#parts.shift();
      else this.#parts[0] = { ...next, first: next.first + count, count: next.count - count };
      if (next.crashes > 0) break;
    }
    return parts.length === 0 ? null : new Batch(this, parts, this.#pictureBytes);
  }

  /** Puts what is to be done again before everything else. */
  putBack(batches: readonly Batch[], crashes: (batch: Batch) => number): void {
    const parts = batches.flatMap((batch) => batch.parts.map((part) => ({ ...part, crashes: crashes(batch) })));
    this.#parts.unshift(...parts.filter(({ request }) => request.left > 0));
  }

  /** Gives a call up: ENCODER_FAILED. */
  give(request: Request, reason: string): void {
    request.left = 0;
    for (let i = this.#parts.length - 1; i >= 0; i--) if (this.#parts[i]?.request === request) this.#parts.splice(i, 1);
    request.reject(new ServiceError('ENCODER_FAILED', reason));
  }

  /** Gives up everything that waits. */
  giveAll(reason: string): void {
    for (const request of new Set(this.#parts.map((part) => part.request))) this.give(request, reason);
  }
}
