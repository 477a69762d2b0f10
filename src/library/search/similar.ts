import { realpath, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { z } from 'zod';
import type { Projection } from '../../compute/projection.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { Neighbor, similarQuery, SimilarResult } from '../../contract/schemas.ts';
import type { IndexParts } from '../indexing/index-run.ts';
import { sourceHolding } from '../indexing/sources.ts';
import { FileFailureError } from '../media/decode-protocol.ts';
import { picturePaths, thumbnailOf } from '../pictures.ts';
import { queryVector } from './query-vector.ts';
import { rankedSearch, type RankedQuery, type Ranking, type SearchedLibrary } from './ranked-search.ts';

type Query = z.output<typeof similarQuery>;
type Example = Query['examples'][number];

interface Resolved {
  readonly vector: Float32Array;
  readonly signature: Uint8Array;
  readonly thumbnail: Uint8Array;
  /** Set for a picture chosen in the library: it is not its own neighbor. */
  readonly self: number | null;
}

/**
 * Finds the pictures most like the examples, best first.
 *
 * @throws ServiceError PICTURE_UNKNOWN, PICTURE_UNREADABLE
 */
export async function findSimilar(parts: IndexParts, query: Query): Promise<SimilarResult> {
  const started = performance.now();
  const resolved = await Promise.all(query.examples.map((example) => resolveExample(parts, example)));
  const ranking = await rankedSearch(searchedLibrary(parts), rankedQuery(resolved, query));
  const related = relatedScore(parts.projection, ranking);
  const neighbors = ranking.neighbors
    .flatMap(({ id, score }) => describeNeighbor(parts, id, score, related))
    .map((neighbor, i) => ({ ...neighbor, rank: i + 1 }));
  return {
    neighbors,
    exact: ranking.exact,
    seconds: (performance.now() - started) / 1000,
    thumbnails: resolved.map(({ thumbnail }) => new Blob([new Uint8Array(thumbnail)], { type: 'image/webp' })),
  };
}

/** The whole library as a search sees it now. */
export function searchedLibrary({ vectors, neighbors, store, projection }: IndexParts): SearchedLibrary {
  const { smoothing } = projection;
  return {
    vectors,
    signature: (id) => store.signature(id),
    lists: smoothing ? neighbors.lists : null,
    ceiling: smoothing?.ceiling ?? 0,
  };
}

/** Copies come first where there is a single example: no other picture is more alike. */
function rankedQuery(resolved: readonly Resolved[], { examples, k, exact }: Query): RankedQuery {
  const [only] = resolved;
  const without = new Set(resolved.flatMap(({ self }) => (self === null ? [] : [self])));
  if (resolved.length === 1 && only) return { vector: only.vector, signature: only.signature, without, k, exact };
  const vectors = resolved.map(({ vector }, i) => ({ vector, wanted: examples[i]?.wanted ?? true }));
  return { vector: queryVector(vectors), signature: null, without, k, exact };
}

function relatedScore({ relatedScore: plain, smoothing }: Projection, { smoothed }: Ranking): number {
  return smoothed ? (smoothing?.relatedScore ?? plain) : plain;
}

function describeNeighbor(
  { catalog }: IndexParts,
  id: number,
  score: number,
  relatedFrom: number,
): Omit<Neighbor, 'rank'>[] {
  const media = catalog.media(id);
  const [path, ...copies] = picturePaths(catalog, id);
  // removed since the index was asked
  if (!media || path === undefined) return [];
  const { hash, width, height } = media;
  // rounding can lift a picture's score with itself a hair above 1
  return [{ id, hash, path, copies, width, height, score: Math.min(1, score), related: score >= relatedFrom }];
}

async function resolveExample(parts: IndexParts, example: Example): Promise<Resolved> {
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

async function libraryExample(parts: IndexParts, id: number): Promise<Omit<Resolved, 'self'>> {
  const media = parts.catalog.media(id);
  const vector = parts.vectors.vector(id);
  if (!media || !vector) throw new ServiceError('PICTURE_UNKNOWN', String(id));
  return { vector, signature: parts.store.signature(id), thumbnail: await thumbnailOf(parts, media.hash) };
}

/** The picture that a file is known as, if it has not changed since it was indexed: it need not be decoded again. */
async function knownFile({ catalog }: IndexParts, path: string): Promise<number | null> {
  try {
    const real = await realpath(path);
    const holding = sourceHolding(catalog, real);
    const row = holding && catalog.fileAt(holding.source.id, holding.inside);
    if (!row) return null;
    const { size, mtimeMs } = await stat(real);
    return row.size === size && row.mtimeMs === mtimeMs ? row.mediaId : null;
  } catch {
    // not there: the read that follows says so in words
    return null;
  }
}

async function readExample(
  { decoders, batcher, projection }: IndexParts,
  from: { readonly path: string } | { readonly bytes: Uint8Array },
  name: string,
): Promise<Resolved> {
  try {
    const picture = await decoders.decode(from, { urgent: true });
    if ('known' in picture) throw new Error('nothing was named as known');
    const features = await batcher.encode(picture.pixels, true);
    const { signature, thumbnail } = picture;
    return { vector: projection.project(features), signature, thumbnail: thumbnail ?? new Uint8Array(), self: null };
  } catch (error) {
    if (!(error instanceof FileFailureError)) throw error;
    throw new ServiceError('PICTURE_UNREADABLE', `${name}: ${error.message}`, { cause: error });
  }
}
