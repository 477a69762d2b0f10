import { setImmediate as letOthersRun } from 'node:timers/promises';
import type { Comparison } from '../../../contract/teach-schemas.ts';
import { rankedSearch, type SearchedLibrary } from '../../search/ranked-search.ts';
import { compareMeans } from '../bootstrap.ts';
import { ranking, type ComparedQuery } from '../evaluate-teaching.ts';
import type { PictureViews } from './adapt-task.ts';

interface ComparedModel {
  /** The searched pictures: an id is a position. */
  readonly library: SearchedLibrary;
  /** Vector by this model, of the vector by the encoder as it is. */
  readonly of: (vector: Float32Array) => Float32Array;
}

export interface ComparedModels {
  readonly before: ComparedModel;
  readonly after: ComparedModel;
}

/** Results of a picture that are shown. */
const RESULTS = 10;

/**
 * How often views of a picture find that picture first, before and after: what an unlabelled library can be judged by.
 *
 * @param asked views of pictures that nothing was learned from
 * @param ids of the searched pictures, those of `asked` among them
 * @param onTurn called before each picture
 * @returns null where nothing can be asked
 */
export async function compareViews(
  asked: readonly PictureViews[],
  ids: readonly number[],
  { before, after }: ComparedModels,
  onTurn: () => void,
): Promise<Comparison | null> {
  const position = new Map(ids.map((id, i) => [id, i]));
  const found: { before: number; after: number }[] = [];
  for (const { id, views } of asked) {
    const own = position.get(id);
    if (own === undefined) continue;
    onTurn();
    // a picture is drawn as a whole: its views are alike
    found.push({ before: await foundBy(before, views, own), after: await foundBy(after, views, own) });
    await letOthersRun();
  }
  if (found.length === 0) return null;
  return compareMeans(found);
}

/** Share of a picture's views that find it first. */
async function foundBy({ library, of }: ComparedModel, views: readonly Float32Array[], own: number): Promise<number> {
  let found = 0;
  for (const view of views) {
    const asked = { vector: of(view), signature: null, without: new Set<number>(), k: 1, exact: true };
    if ((await rankedSearch(library, asked)).neighbors[0]?.id === own) found++;
  }
  return found / Math.max(1, views.length);
}

/** What pictures find before and after, by positions. */
export async function compareResults(
  pictures: readonly Pick<PictureViews, 'id'>[],
  ids: readonly number[],
  { before, after }: ComparedModels,
): Promise<Pick<ComparedQuery, 'query' | 'results'>[]> {
  const queries = pictures.map(({ id }) => ids.indexOf(id)).filter((query) => query >= 0);
  const compared: Pick<ComparedQuery, 'query' | 'results'>[] = [];
  for (const query of queries) {
    const found = [
      await ranking(before.library, query, RESULTS),
      await ranking(after.library, query, RESULTS),
    ] as const;
    compared.push({ query, results: { before: found[0], after: found[1] } });
  }
  return compared;
}
