/** Vectors as a library that is searched the way the application does it, without its index and its files. */
import { NeighborGraph } from '../../src/library/neighbors/neighbor-graph.ts';
import { smoothedLength } from '../../src/library/neighbors/smoothing.ts';
import { rankedSearch, type SearchedLibrary } from '../../src/library/search/ranked-search.ts';
import type { VectorNeighbor } from '../../src/library/vectors/vector-index.ts';
import { cosine, judgeRankings, type Judgement } from './judge.ts';

/** Ids are indices + 1. */
function libraryOf(rows: readonly Float32Array[], ceiling: number): SearchedLibrary {
  const vectorOf = (id: number): Float32Array | null => rows[id - 1] ?? null;
  const nearest = (query: Float32Array, k: number): VectorNeighbor[] =>
    rows
      .map((row, index) => ({ id: index + 1, score: cosine(query, row) }))
      .sort((a, b) => b.score - a.score || a.id - b.id)
      .slice(0, k);
  const lists = new NeighborGraph();
  for (const [index, row] of rows.entries()) {
    const neighbors = nearest(row, rows.length).filter(({ id }) => id !== index + 1);
    lists.set(index + 1, neighbors, rows.length);
    lists.setSmoothedLength(index + 1, smoothedLength(row, neighbors, vectorOf));
  }
  const search = (query: Float32Array, k: number) => Promise.resolve({ neighbors: nearest(query, k), exact: true });
  return { vectors: { search, vector: vectorOf }, signature: () => new Uint8Array(), lists, ceiling };
}

/** For each row, the others by falling score: `index` and `score`. */
export async function rankAll(
  rows: readonly Float32Array[],
  ceiling: number,
): Promise<{ readonly index: number; readonly score: number }[][]> {
  const library = libraryOf(rows, ceiling);
  const rankings = [];
  for (const [index, vector] of rows.entries()) {
    const query = { vector, signature: null, without: new Set([index + 1]), k: rows.length, exact: true };
    const { neighbors } = await rankedSearch(library, query);
    rankings.push(neighbors.map(({ id, score }) => ({ index: id - 1, score })));
  }
  return rankings;
}

/** Retrieval of pictures of the library, each against all others. */
export async function judgeInLibrary(
  rows: readonly Float32Array[],
  labels: readonly string[],
  ceiling: number,
): Promise<Judgement> {
  const rankings = await rankAll(rows, ceiling);
  return judgeRankings(
    rankings.map((ranking) => ranking.map(({ index }) => index)),
    labels,
    labels,
  );
}

/** Retrieval of pictures that are not in the library: each of `parts` parts asks the others. */
export async function judgeHeldOut(
  rows: readonly Float32Array[],
  labels: readonly string[],
  ceiling: number,
  parts: number,
): Promise<Judgement> {
  const rankings: number[][] = [];
  const asked: string[] = [];
  for (let part = 0; part < parts; part++) {
    const kept = rows.flatMap((_, index) => (index % parts === part ? [] : [index]));
    const library = libraryOf(
      kept.map((index) => rows[index] as Float32Array),
      ceiling,
    );
    for (let index = part; index < rows.length; index += parts) {
      const vector = rows[index] as Float32Array;
      const query = { vector, signature: null, without: new Set<number>(), k: 10, exact: true };
      const { neighbors } = await rankedSearch(library, query);
      rankings.push(neighbors.map(({ id }) => kept[id - 1] as number));
      asked.push(labels[index] ?? '');
    }
  }
  return judgeRankings(rankings, labels, asked);
}
