import { realpath, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { z } from 'zod';
import type { Projection } from '../../compute/projection.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { Neighbor, similarQuery, SimilarResult } from '../../contract/schemas.ts';
import { hasDevices } from '../encoders/model-parts.ts';
import type { LibraryParts } from '../library-parts.ts';
import { sourceHolding } from '../indexing/sources.ts';
import { FileFailureError } from '../media/decode-protocol.ts';
import { shownPicture, thumbnailOf } from '../pictures.ts';
import type { ReadonlyIds } from '../vectors/id-set.ts';
import type { VectorNeighbor } from '../vectors/vector-index.ts';
import { matchingPictures } from './matching-pictures.ts';
import { lengthOfSum, queryVector, type ExampleVector } from './query-vector.ts';
import { rankedSearch, type RankedQuery, type Ranking, type SearchedLibrary } from './ranked-search.ts';

type Query = z.output<typeof similarQuery>;
type Example = Query['examples'][number];

interface Resolved {
  readonly vector: Float32Array;
  readonly signature: Uint8Array;
  readonly thumbnail: Uint8Array;
  /** By the encoder's own projection, which heads take: made when it is asked for. */
  readonly untaught: () => Float32Array;
  /** Set for a picture chosen in the library: it is not its own neighbor. */
  readonly self: number | null;
}

/** Another model, by which what was found is ranked anew. */
export interface Reranker {
  /** As many are found first, and no more come back. */
  readonly candidates: number;
  /**
   * @param ids what was found, at most `candidates`
   * @param query unit vector by the encoder's own projection
   * @returns the same pictures, best first
   */
  rank(ids: readonly number[], query: Float32Array): Promise<VectorNeighbor[]>;
}

interface Found extends VectorNeighbor {
  readonly related: boolean;
}

/**
 * Finds the pictures most like the examples and the words, best first.
 *
 * @throws ServiceError PICTURE_UNKNOWN, PICTURE_UNREADABLE, ENCODER_READS_NO_WORDS, FOLDER_NOT_INDEXED, GROUP_UNKNOWN; what `reranker` throws
 */
export async function findSimilar(parts: LibraryParts, query: Query, reranker?: Reranker): Promise<SimilarResult> {
  const started = performance.now();
  const among = query.filter && (await matchingPictures(parts.catalog, parts.paths.catalog, query.filter));
  const [resolved, words] = await Promise.all([
    Promise.all(query.examples.map((example) => resolveExample(parts, example))),
    query.text === undefined ? null : readWords(parts, query.text),
  ]);
  const first = { ...query, k: reranker?.candidates ?? query.k };
  const ranking = await shownRanking(parts, rankedQuery(parts, resolved, words, first, among));
  const line = words ? relatedToWords(parts, resolved, words, query) : relatedScore(parts.projection, ranking);
  const found = ranking.neighbors.map((neighbor) => ({ ...neighbor, related: neighbor.score >= line }));
  const ranked = reranker ? await rankedAnew(reranker, found, untaughtQuery(resolved, query)) : found;
  const neighbors = ranked
    .slice(0, query.k)
    .flatMap((neighbor) => describeNeighbor(parts, neighbor))
    .map((neighbor, i) => ({ ...neighbor, rank: i + 1 }));
  return {
    neighbors,
    exact: ranking.exact,
    seconds: (performance.now() - started) / 1000,
    thumbnails: resolved.map(({ thumbnail }) => new Blob([new Uint8Array(thumbnail)], { type: 'image/webp' })),
  };
}

/** The other model has no line of its own: as many results are related as were. */
async function rankedAnew(reranker: Reranker, found: readonly Found[], query: Float32Array): Promise<Found[]> {
  const related = found.filter((neighbor) => neighbor.related).length;
  const ids = found.map(({ id }) => id);
  return (await reranker.rank(ids, query)).map((neighbor, i) => ({ ...neighbor, related: i < related }));
}

function untaughtQuery(resolved: readonly Resolved[], query: Query): Float32Array {
  const untaught = resolved.map((example) => ({ ...example, vector: example.untaught() }));
  return queryVector(exampleVectors(untaught, null, query));
}

/** The whole library as a search sees it now. */
export function searchedLibrary({ vectors, neighbors, store, projection }: LibraryParts): SearchedLibrary {
  const { smoothing } = projection;
  return {
    vectors,
    signature: (id) => store.signature(id),
    lists: smoothing ? neighbors.lists : null,
    ceiling: smoothing?.ceiling ?? 0,
  };
}

/** Words as a vector among those of pictures. */
async function readWords({ words, projection }: LibraryParts, text: string): Promise<Float32Array> {
  return projection.project(await words.read(text));
}

/** A ranking with the best moment of each video alone. Asks for more until there are enough. */
async function shownRanking(parts: LibraryParts, query: RankedQuery): Promise<Ranking> {
  const { moments } = parts.catalog;
  const library = searchedLibrary(parts);
  for (let k = query.k; ; k *= 4) {
    const ranking = await rankedSearch(library, { ...query, k });
    const videos = new Set<number>();
    const neighbors = ranking.neighbors.filter(({ id }) => {
      const video = moments.of(id)?.videoId ?? null;
      const isShown = video !== null && videos.has(video);
      if (video !== null) videos.add(video);
      return !isShown;
    });
    if (neighbors.length >= query.k || ranking.neighbors.length < k) {
      return { ...ranking, neighbors: neighbors.slice(0, query.k) };
    }
  }
}

/** Copies come first where there is a single example: no other picture is more alike. */
function rankedQuery(
  { catalog }: LibraryParts,
  resolved: readonly Resolved[],
  words: Float32Array | null,
  query: Query,
  among: ReadonlyIds | undefined,
): RankedQuery {
  const { k, exact } = query;
  const [only] = resolved;
  // a moment of a video is not found by another of it
  const without = new Set(catalog.moments.whole(resolved.flatMap(({ self }) => (self === null ? [] : [self]))));
  if (resolved.length === 1 && only && !words) {
    return { vector: only.vector, signature: only.signature, without, k, exact, among };
  }
  return { vector: queryVector(exampleVectors(resolved, words, query)), signature: null, without, k, exact, among };
}

function exampleVectors(
  resolved: readonly Resolved[],
  words: Float32Array | null,
  { examples }: Query,
): ExampleVector[] {
  const pictures = resolved.map(({ vector }, i) => ({ vector, wanted: examples[i]?.wanted ?? true }));
  return words ? [...pictures, { vector: words, wanted: true }] : pictures;
}

/**
 * Where "probably unrelated" begins for a query with words: a picture that is on the line of the words and on that of each wanted
 * picture is on the line of them together. Cosines between words and pictures are lower than between pictures, so each has its own.
 */
function relatedToWords(
  { definition, projection }: LibraryParts,
  resolved: readonly Resolved[],
  words: Float32Array,
  query: Query,
): number {
  const wanted = exampleVectors(resolved, words, query).filter((example) => example.wanted);
  const line = definition.readsWords?.relatedScore ?? projection.relatedScore;
  const sum = line + (wanted.length - 1) * projection.relatedScore;
  return sum / Math.max(Number.EPSILON, lengthOfSum(wanted.map(({ vector }) => vector)));
}

function relatedScore({ relatedScore: plain, smoothing }: Projection, { smoothed }: Ranking): number {
  return smoothed ? (smoothing?.relatedScore ?? plain) : plain;
}

function describeNeighbor({ catalog }: LibraryParts, { id, score, related }: Found): Omit<Neighbor, 'rank'>[] {
  const picture = shownPicture(catalog, id);
  // removed since the index was asked
  if (!picture) return [];
  // rounding can lift a picture's score with itself a hair above 1
  return [{ ...picture, score: Math.min(1, score), related }];
}

async function resolveExample(parts: LibraryParts, example: Example): Promise<Resolved> {
  if (example.kind === 'picture') {
    return { ...(await libraryExample(parts, example.id)), self: example.id };
  }
  if (example.kind === 'bytes') {
    return readExample(parts, { bytes: new Uint8Array(await example.bytes.arrayBuffer()) }, 'the pasted image');
  }
  const known = await knownFile(parts, example.path);
  if (known !== null) return { ...(await libraryExample(parts, known)), self: null };
  return readExample(parts, { path: example.path }, basename(example.path));
}

async function libraryExample(parts: LibraryParts, id: number): Promise<Omit<Resolved, 'self'>> {
  const media = parts.catalog.media(id);
  const vector = parts.vectors.vector(id);
  if (!media || !vector) throw new ServiceError('PICTURE_UNKNOWN', String(id));
  const untaught = (): Float32Array => {
    const features = parts.store.features(id);
    if (!features) throw new ServiceError('PICTURE_UNKNOWN', String(id));
    return parts.base.project(Float32Array.from(features));
  };
  return { vector, untaught, signature: parts.store.signature(id), thumbnail: await thumbnailOf(parts, media.hash) };
}

/** The picture that a file is known as, if it has not changed since it was indexed: it need not be decoded again. */
async function knownFile({ catalog }: LibraryParts, path: string): Promise<number | null> {
  try {
    const real = await realpath(path);
    const holding = sourceHolding(catalog, real);
    const row = holding && catalog.files.at(holding.source.id, holding.inside);
    if (!row) return null;
    const { size, mtimeMs } = await stat(real);
    return row.size === size && row.mtimeMs === mtimeMs ? row.mediaId : null;
  } catch {
    // not there: the read that follows says so in words
    return null;
  }
}

async function readExample(
  { decoders, encoder, batcher, projection, base, pixels }: LibraryParts,
  from: { readonly path: string } | { readonly bytes: Uint8Array },
  name: string,
): Promise<Resolved> {
  if (hasDevices(encoder)) encoder.wake();
  try {
    const picture = await decoders.decode(from, { urgent: true, pixels: [pixels] });
    const own = 'known' in picture ? undefined : picture.pixels[0];
    if ('known' in picture || !own) throw new Error('a decode worker gave no pixels');
    const features = await batcher.encode(own, { urgent: true });
    const { signature, thumbnail } = picture;
    const vector = projection.project(features);
    const untaught = (): Float32Array => base.project(features);
    return { vector, untaught, signature, thumbnail: thumbnail ?? new Uint8Array(), self: null };
  } catch (error) {
    if (!(error instanceof FileFailureError)) throw error;
    throw new ServiceError('PICTURE_UNREADABLE', `${name}: ${error.message}`, { cause: error });
  }
}
