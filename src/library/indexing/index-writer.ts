import type { Catalog, CatalogChange, NewMedia, VideoMoments } from '../catalog/catalog.ts';
import type { FileRow, FailureRow } from '../catalog/file-store.ts';
import type { EncodedRow, FeatureRow, FeatureStore } from '../catalog/feature-store.ts';
import type { ModelParts } from '../encoders/model-parts.ts';
import type { DecodedPicture } from '../media/decode-protocol.ts';
import type { ModelVectors } from '../vectors/model-vectors.ts';

/** A transaction costs two fsyncs, so pictures are gathered: this many, or those of this time. */
const BATCH = 32;
const DELAY_MS = 300;

/** Where a file lies and how it looked when it was scanned. */
export type FileSeen = Omit<FileRow, 'mediaId'>;

/** What an encoder makes of a picture. */
export interface Encoded {
  readonly features: Float32Array;
  readonly vector: Float32Array;
}

/** What one picture gives for all that answers, now or next. */
export interface EncodedTwice {
  readonly own: Encoded;
  /** The same by the encoder that takes over next. */
  readonly anew: { readonly model: ModelParts; readonly encoded: Encoded } | null;
}

/** What came of one file. */
export type Outcome =
  | {
      readonly kind: 'picture';
      readonly file: FileSeen;
      readonly picture: DecodedPicture;
      readonly encoded: EncodedTwice;
      /** Of a video, its moments other than the poster, in order. */
      readonly moments: readonly EncodedTwice[];
    }
  | { readonly kind: 'known'; readonly file: FileSeen; readonly hash: string }
  | { readonly kind: 'failure'; readonly failure: FailureRow };

type PictureOutcome = Extract<Outcome, { kind: 'picture' }>;

interface Waiting {
  readonly outcome: Outcome;
  readonly resolve: (mediaId: number | null) => void;
  readonly reject: (error: unknown) => void;
}

interface Batch {
  readonly features: FeatureRow[];
  readonly anew: { readonly model: ModelParts; readonly row: EncodedRow }[];
  readonly changes: CatalogChange[];
  /** The media id of each outcome, null for a failure. */
  readonly ids: (number | null)[];
}

/**
 * Stores outcomes in batches and in the order that makes a kill harmless: features first, then the catalog row that says
 * they are there, then the index, which is a cache. (The thumbnail was written before all of them.)
 */
export class IndexWriter {
  readonly #catalog: Catalog;
  readonly #store: FeatureStore;
  readonly #vectors: ModelVectors;
  readonly #upcoming: () => ModelParts | null;
  #nextMediaId: number;
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | null = null;
  #turn: Promise<void> = Promise.resolve();

  /** @param upcoming the encoder that takes over next, as it is when a batch is stored */
  constructor(catalog: Catalog, store: FeatureStore, vectors: ModelVectors, upcoming: () => ModelParts | null) {
    this.#catalog = catalog;
    this.#store = store;
    this.#vectors = vectors;
    this.#upcoming = upcoming;
    this.#nextMediaId = catalog.lastMediaId() + 1;
  }

  /** Resolves with the picture's id (null for a failure) once it is durable. ServiceError where it cannot be stored. */
  add(outcome: Outcome): Promise<number | null> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ outcome, resolve, reject });
      if (this.#waiting.length >= BATCH) void this.flush();
      else this.#timer ??= setTimeout(() => void this.flush(), DELAY_MS);
    });
  }

  /** Stores what waits. Never rejects: each `add` tells its own caller. */
  flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const batch = this.#waiting;
    this.#waiting = [];
    if (batch.length > 0) this.#turn = this.#turn.then(() => this.#storeBatch(batch));
    return this.#turn;
  }

  async #storeBatch(waiting: readonly Waiting[]): Promise<void> {
    try {
      const batch = this.#prepare(waiting.map(({ outcome }) => outcome));
      if (batch.features.length > 0) this.#store.put(batch.features);
      // before the catalog's row too: an id that is given again must not meet rows of an earlier picture
      const upcoming = this.#upcoming();
      // those of an encoder that was given up meanwhile are nothing any more
      const anew = batch.anew.filter(({ model }) => model === upcoming).map(({ row }) => row);
      if (anew.length > 0) upcoming?.store.putFeatures(anew);
      this.#catalog.apply(batch.changes);
      if (anew.length > 0) await upcoming?.vectors.add(anew);
      await this.#vectors.add(batch.features);
      await this.#vectors.reveal(this.#catalog.moments.with(batch.ids.filter((id) => id !== null)));
      for (const [i, { resolve }] of waiting.entries()) resolve(batch.ids[i] ?? null);
    } catch (error) {
      // ids given to the failed batch are not used again in this run: they would meet its half-written features
      for (const { reject } of waiting) reject(error);
    }
  }

  /** Gives ids, and folds content that is known by now (a copy met in the same run) into a further path of it. */
  #prepare(outcomes: readonly Outcome[]): Batch {
    const batch: Batch = { features: [], anew: [], changes: [], ids: [] };
    const fresh = new Map<string, { readonly id: number; readonly stale: boolean }>();
    for (const outcome of outcomes) {
      if (outcome.kind === 'failure') {
        batch.changes.push(outcome);
        batch.ids.push(null);
        continue;
      }
      const hash = outcome.kind === 'picture' ? outcome.picture.hash : outcome.hash;
      const known = fresh.get(hash) ?? this.#catalog.mediaByHash(hash);
      if (!known && outcome.kind === 'picture') {
        fresh.set(hash, { id: this.#prepareNew(outcome, batch), stale: false });
      } else if (known?.stale && outcome.kind === 'picture') {
        const video = this.#prepareMoments(outcome, batch);
        batch.changes.push({ kind: 'restored', file: { ...outcome.file, mediaId: known.id }, video });
        addRows(batch, known.id, outcome.encoded, outcome.picture.signature);
        fresh.set(hash, { id: known.id, stale: false });
      } else if (known) {
        batch.changes.push({ kind: 'file', file: { ...outcome.file, mediaId: known.id } });
      }
      batch.ids.push((known ?? fresh.get(hash))?.id ?? null);
    }
    return batch;
  }

  #prepareNew(outcome: PictureOutcome, batch: Batch): number {
    const id = this.#nextMediaId++;
    const file = { ...outcome.file, mediaId: id };
    const video = this.#prepareMoments(outcome, batch);
    batch.changes.push({ kind: 'media', media: mediaRow(id, outcome.picture), file, video });
    addRows(batch, id, outcome.encoded, outcome.picture.signature);
    return id;
  }

  /** A moment that was known before, as of a video that was read again, keeps its id. */
  #prepareMoments({ picture, moments }: PictureOutcome, batch: Batch): VideoMoments | null {
    if (!picture.video) return null;
    const prepared = picture.video.moments.flatMap(({ hash, at, signature }, i) => {
      const encoded = moments[i];
      if (!encoded) return [];
      const id = this.#catalog.mediaByHash(hash)?.id ?? this.#nextMediaId++;
      addRows(batch, id, encoded, signature);
      return [{ media: { ...mediaRow(id, picture), hash, bytes: 0, seconds: null }, at }];
    });
    return { at: picture.video.at, moments: prepared };
  }
}

function addRows(batch: Batch, mediaId: number, { own, anew }: EncodedTwice, signature: Uint8Array): void {
  batch.features.push({ ...encodedRow(mediaId, own), signature });
  if (anew) batch.anew.push({ model: anew.model, row: encodedRow(mediaId, anew.encoded) });
}

/** Rounded before it is indexed, so that the index and the exact scan see the same numbers. */
function encodedRow(mediaId: number, { features, vector }: Encoded): EncodedRow {
  return { mediaId, features: Float16Array.from(features), vector: Float16Array.from(vector) };
}

function mediaRow(id: number, picture: DecodedPicture): NewMedia {
  const { hash, bytes, format, width, height, metadata, video } = picture;
  return { id, hash, bytes, format, width, height, ...metadata, seconds: video?.seconds ?? null };
}
