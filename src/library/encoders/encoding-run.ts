import type { Catalog } from '../catalog/catalog.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { EncodedRow } from '../catalog/feature-store.ts';
import { ProgressMeter } from '../indexing/progress-meter.ts';
import { FileFailureError } from '../media/decode-protocol.ts';
import type { DecodePool } from '../media/decode-pool.ts';
import { originalPixels } from '../pictures.ts';
import type { ModelParts } from './model-parts.ts';

/** Rows stored at once: a transaction costs two fsyncs, and a crash costs at most so many pictures. */
const STORED_AT_ONCE = 32;

/** Pictures under way at once: enough for both pools, and few enough that an index run or a search soon has them for itself. */
const IN_FLIGHT = 24;

interface EncodingRunParts {
  readonly catalog: Catalog;
  readonly decoders: DecodePool;
  /** The encoder, and where what it makes is stored. */
  readonly model: ModelParts;
  /** Resolves when it is this run's turn: nothing that matters more is under way. */
  readonly turn: (signal: AbortSignal) => Promise<void>;
  readonly onProgress: () => void;
}

/** Encodes known pictures from their originals: decode → encode → store. What is stored is not done again. */
export class EncodingRun {
  readonly meter = new ProgressMeter();
  /** Pictures whose original is not there now, or cannot be read. */
  readonly skipped = new Set<number>();
  done = 0;
  readonly #parts: EncodingRunParts;
  #rows: EncodedRow[] = [];
  #stopped = false;

  constructor(parts: EncodingRunParts) {
    this.#parts = parts;
  }

  /**
   * @param ids in the order in which they are wanted
   * @throws ServiceError where the encoder or the disk fails; the signal's reason
   */
  async run(ids: readonly number[], signal: AbortSignal): Promise<void> {
    const flying = new Set<Promise<void>>();
    const stop = new AbortController();
    const either = AbortSignal.any([signal, stop.signal]);
    const limit = Math.max(IN_FLIGHT, 2 * this.#parts.model.batcher.room);
    try {
      for (const id of ids) {
        await this.#parts.turn(either);
        const flight = this.#encode(id)
          .catch((error: unknown) => stop.abort(error))
          .finally(() => flying.delete(flight));
        flying.add(flight);
        while (flying.size >= limit) await raced(flying, either);
      }
      while (flying.size > 0) await raced(flying, either);
      either.throwIfAborted();
      await this.#store();
    } finally {
      // what is encoded already is kept; what is under way still is not waited for
      if (either.aborted) await this.#store().catch(() => undefined);
      this.#stopped = true;
    }
  }

  async #encode(id: number): Promise<void> {
    const { decoders, model, catalog } = this.#parts;
    try {
      const pixels = await originalPixels({ catalog, decoders }, id, model.pixels);
      if (!pixels) {
        this.#skip(id);
        return;
      }
      const features = await model.batcher.encode(pixels);
      const vector = Float16Array.from(model.projection.project(features));
      if (this.#stopped) return;
      this.#rows.push({ mediaId: id, features: Float16Array.from(features), vector });
      if (this.#rows.length >= STORED_AT_ONCE) await this.#store();
    } catch (error) {
      if (!isOfOnePicture(error)) throw error;
      this.#skip(id);
    }
  }

  #skip(id: number): void {
    this.skipped.add(id);
    this.#parts.onProgress();
  }

  async #store(): Promise<void> {
    const rows = this.#rows;
    this.#rows = [];
    if (rows.length === 0) return;
    const { store, vectors } = this.#parts.model;
    store.putFeatures(rows);
    this.done += rows.length;
    this.meter.add(rows.length);
    this.#parts.onProgress();
    await vectors.add(rows);
  }
}

/** Whether it is the picture that cannot be had, rather than the work that cannot go on. */
function isOfOnePicture(error: unknown): boolean {
  if (error instanceof FileFailureError) return true;
  return error instanceof ServiceError && (error.code === 'PICTURE_MISSING' || error.code === 'PICTURE_UNKNOWN');
}

/** The first of them to end, or the signal. */
async function raced(flying: ReadonlySet<Promise<void>>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  let abandon: () => void = () => undefined;
  const aborted = new Promise<void>((resolve) => (abandon = resolve));
  signal.addEventListener('abort', abandon, { once: true });
  await Promise.race([...flying, aborted]);
  signal.removeEventListener('abort', abandon);
  signal.throwIfAborted();
}
