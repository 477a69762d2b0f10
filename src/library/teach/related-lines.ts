import type { Projection } from '../../compute/projection.ts';
import { createRandom } from '../../similarity/random.ts';
import { rankedSearch } from '../search/ranked-search.ts';
import { rowsAt } from './rows.ts';
import { searchedRows } from './searched-rows.ts';

/** From which score on results are related, with and without smoothing: as `Projection` has them. */
export interface RelatedLines {
  readonly relatedScore: number;
  readonly smoothing: { readonly ceiling: number; readonly relatedScore: number } | null;
}

export type LinesOfBase = Pick<Projection, 'relatedScore' | 'smoothing'>;

/** Results of each picture that count: those that a person sees first. */
const RESULTS = 20;

/** Pictures that ask and are asked: with 600 the line is known to 0.01, in half a second. */
const MOST = 600;

/**
 * Where "probably unrelated" begins with a taught model: where the same share of results is related as the untaught model's line gave.
 *
 * @param before n unit rows by the untaught model
 * @param after the same pictures by the taught one
 */
export async function relatedLines(
  base: LinesOfBase,
  before: { readonly rows: Float32Array; readonly dimensions: number },
  after: { readonly rows: Float32Array; readonly dimensions: number },
): Promise<RelatedLines> {
  const count = before.rows.length / before.dimensions;
  const chosen = createRandom(1).sample(
    Array.from({ length: count }, (_, i) => i),
    Math.min(MOST, count),
  );
  const line = async (ceiling: number | null, old: number): Promise<number> => {
    const scores = async ({ rows, dimensions }: typeof before): Promise<number[]> =>
      firstScores(rowsAt(rows, chosen, dimensions), dimensions, ceiling);
    return movedLine(await scores(before), old, await scores(after));
  };
  const { smoothing } = base;
  return {
    relatedScore: await line(null, base.relatedScore),
    smoothing: smoothing
      ? { ceiling: smoothing.ceiling, relatedScore: await line(smoothing.ceiling, smoothing.relatedScore) }
      : null,
  };
}

/** The score from which on as many of `after` lie as of `before` lie above its line; within -1 to 1. */
export function movedLine(before: readonly number[], line: number, after: readonly number[]): number {
  if (before.length === 0 || after.length === 0) return line;
  const share = before.filter((score) => score >= line).length / before.length;
  const sorted = after.toSorted((a, b) => b - a);
  const above = Math.round(share * sorted.length);
  const last = sorted[above - 1];
  const next = sorted[above];
  // nothing, or everything, is related: so it stays, for scores a little beyond those seen too
  if (last === undefined) return clamp(Math.max(line, (next ?? line) + MARGIN));
  if (next === undefined) return clamp(Math.min(line, last));
  return clamp((last + next) / 2);
}

const MARGIN = 0.02;

function clamp(value: number): number {
  return Math.max(-1, Math.min(1, value));
}

async function firstScores(rows: Float32Array, dimensions: number, ceiling: number | null): Promise<number[]> {
  const library = searchedRows(rows, dimensions, ceiling);
  const count = rows.length / dimensions;
  const result: number[] = [];
  for (let id = 0; id < count; id++) {
    const vector = rows.subarray(id * dimensions, (id + 1) * dimensions);
    const asked = { vector, signature: null, without: new Set([id]), k: RESULTS, exact: true };
    const { neighbors } = await rankedSearch(library, asked);
    for (const { score } of neighbors) result.push(score);
  }
  return result;
}
