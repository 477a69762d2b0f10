import { setImmediate as letOthersRun } from 'node:timers/promises';
import type { Comparison, Estimate } from '../../contract/teach-schemas.ts';
import { rankedSearch, type SearchedLibrary } from '../search/ranked-search.ts';
import { bootstrapMean, compareMeans } from './bootstrap.ts';
import { searchedRows } from './searched-rows.ts';

const K = 10;

/** Retrieval quality of one query, each value 0–1. */
export interface QueryQuality {
  readonly p1: number;
  readonly p10: number;
  readonly map10: number;
  /** Of the r other pictures of its groups: how many are among the first r. */
  readonly recall: number;
}

type Measure = keyof QueryQuality;
const MEASURES: readonly Measure[] = ['p1', 'p10', 'map10', 'recall'];

/** What is asked of some pictures. */
export interface JudgedQueries {
  /** Positions of the pictures that ask. */
  readonly queries: readonly number[];
  /** Vectors of all pictures by a model that was not taught these. */
  readonly after: Float32Array;
}

/** The pictures that a teaching is judged with: the labelled, and a sample of all others. A picture is its position. */
export interface JudgedPictures {
  /** n × `dimensions`, by the model in use. */
  readonly before: Float32Array;
  readonly dimensions: number;
  /** n lists of groups; empty for a picture without a label. */
  readonly groupsOf: readonly (readonly number[])[];
  /** As the model in use smooths its scores, and as the taught one will: see `Smoothing.ceiling`. Null for plain cosines. */
  readonly ceiling: number | null;
  /** Pairs of pictures that show the same: copies, bursts. */
  readonly samePairs: readonly (readonly [number, number])[];
}

export interface JudgedModels {
  /** Each fold's held-out pictures, and the vectors of the model that was taught the others. */
  readonly folds: readonly JudgedQueries[];
  /** Pictures of groups that were left out of a teaching as a whole: is the model still of use for what nobody taught it? */
  readonly untaught: readonly JudgedQueries[];
  /** Vectors of the model that was taught everything. */
  readonly final: Float32Array;
}

/** How a group's pictures are found. */
interface GroupQuality {
  readonly group: number;
  readonly queries: number;
  readonly before: number;
  readonly after: number;
}

interface GeneralSample {
  /** mAP@10 of groups that were not taught; null where there are too few groups to leave some out. */
  readonly untaught: Comparison | null;
  /** Whether the other of a pair that shows the same is found first; null where no pair is known. */
  readonly samePairs: Comparison | null;
  /** Share of the first ten results of pictures without a label that stay; null where there is none. */
  readonly kept: Estimate | null;
}

export interface TeachingEvaluation {
  /** Held-out pictures that asked. */
  readonly queries: number;
  readonly measures: Readonly<Record<Measure, Comparison>>;
  /** P@10 that drawing results at random would give. */
  readonly chance: number;
  /** By mAP@10. */
  readonly byGroup: readonly GroupQuality[];
  readonly general: GeneralSample;
  /** Of each held-out picture, in the order of the folds. */
  readonly perQuery: readonly ComparedQuery[];
}

/** A held-out picture's results before and after. */
export interface ComparedQuery {
  readonly query: number;
  readonly before: QueryQuality;
  readonly after: QueryQuality;
  /** The first ten results, pictures without a label among them, as a person would see them. */
  readonly results: { readonly before: readonly number[]; readonly after: readonly number[] };
  /** The first result that has a label: whatever group it is of is what the search answers. Null where none has. */
  readonly answered: { readonly before: number | null; readonly after: number | null };
}

/**
 * Queries to show: from the one that gained most to the one that lost most, evenly, so that they are no better than all.
 *
 * @returns at most `count`
 */
export function typicalQueries(queries: readonly ComparedQuery[], count: number): ComparedQuery[] {
  const gain = ({ before, after }: ComparedQuery): number => after.map10 - before.map10;
  const sorted = queries.toSorted((a, b) => gain(b) - gain(a) || a.query - b.query);
  if (sorted.length <= count) return sorted;
  return Array.from({ length: count }, (_, i) => sorted[Math.floor(((i + 0.5) * sorted.length) / count)]).filter(
    (query) => query !== undefined,
  );
}

/** More pairs, or pictures without a label, than this say nothing more. */
const MOST_OF_SAMPLE = 200;

/**
 * Judges a teaching by a search as the application does it, before and after: the held-out pictures ask the whole library. Of its
 * results those count that have a label, because of the others nobody knows whether they are right.
 *
 * P@1 is whether the first result is of a group of the query; P@10 and mAP@10 are out of the first ten, or out of as many as there
 * are in its groups where those are fewer. A picture that is alone in its groups does not ask.
 */
export async function evaluateTeaching(pictures: JudgedPictures, models: JudgedModels): Promise<TeachingEvaluation> {
  const before = searchedRows(pictures.before, pictures.dimensions, pictures.ceiling);
  const perQuery = await compareQueries(pictures, before, models.folds);
  const untaught = await compareQueries(pictures, before, models.untaught);
  const measures = Object.fromEntries(MEASURES.map((measure) => [measure, comparison(perQuery, measure)]));
  return {
    queries: perQuery.length,
    measures: measures as Record<Measure, Comparison>,
    chance: chanceOf(pictures, perQuery),
    byGroup: byGroup(pictures, perQuery),
    general: {
      untaught: untaught.length === 0 ? null : comparison(untaught, 'map10'),
      ...(await generalSample(pictures, before, models.final)),
    },
    perQuery,
  };
}

async function compareQueries(
  pictures: JudgedPictures,
  before: SearchedLibrary,
  asked: readonly JudgedQueries[],
): Promise<ComparedQuery[]> {
  const result: ComparedQuery[] = [];
  for (const { queries, after } of asked) {
    const asking = queries.filter((query) => matesOf(pictures, query) > 0);
    if (asking.length === 0) continue;
    const taught = searchedRows(after, after.length / pictures.groupsOf.length, pictures.ceiling);
    for (const query of asking) {
      const [old, now] = [await judgeQuery(pictures, before, query), await judgeQuery(pictures, taught, query)];
      const results = { before: old.results, after: now.results };
      const answered = { before: old.answered, after: now.answered };
      result.push({ query, before: old.quality, after: now.quality, results, answered });
      await letOthersRun();
    }
  }
  return result;
}

/** How many other pictures share a group with it. */
function matesOf({ groupsOf }: JudgedPictures, query: number): number {
  return groupsOf.reduce((sum, _, id) => sum + (id !== query && shareGroup(groupsOf, id, query) ? 1 : 0), 0);
}

function shareGroup(groupsOf: JudgedPictures['groupsOf'], a: number, b: number): boolean {
  return (groupsOf[a] ?? []).some((group) => groupsOf[b]?.includes(group));
}

async function judgeQuery(
  pictures: JudgedPictures,
  library: SearchedLibrary,
  query: number,
): Promise<{
  readonly quality: QueryQuality;
  readonly results: readonly number[];
  readonly answered: number | null;
}> {
  const { groupsOf } = pictures;
  const ranked = await ranking(library, query, groupsOf.length);
  const labelled = ranked.filter((id) => (groupsOf[id]?.length ?? 0) > 0);
  const matches = labelled.map((id) => shareGroup(groupsOf, id, query));
  const quality = queryQuality(matches, matesOf(pictures, query));
  return { quality, results: ranked.slice(0, K), answered: labelled[0] ?? null };
}

/** What a picture of the library finds, itself left out, best first. */
export async function ranking(library: SearchedLibrary, query: number, k: number): Promise<number[]> {
  const vector = library.vectors.vector(query);
  if (vector === null) return [];
  const asked = { vector, signature: null, without: new Set([query]), k, exact: true };
  return (await rankedSearch(library, asked)).neighbors.map(({ id }) => id);
}

/**
 * @param matches whether each result is right, best first
 * @param relevant how many right ones there are, at least 1
 */
export function queryQuality(matches: readonly boolean[], relevant: number): QueryQuality {
  const places = Math.min(K, relevant);
  let right = 0;
  let precisions = 0;
  for (const [i, match] of matches.slice(0, K).entries()) {
    if (!match) continue;
    right++;
    precisions += right / (i + 1);
  }
  const found = matches.slice(0, relevant).filter(Boolean).length;
  return { p1: matches[0] ? 1 : 0, p10: right / places, map10: precisions / places, recall: found / relevant };
}

function comparison(queries: readonly ComparedQuery[], measure: Measure): Comparison {
  return compareMeans(queries.map(({ before, after }) => ({ before: before[measure], after: after[measure] })));
}

function chanceOf(pictures: JudgedPictures, queries: readonly ComparedQuery[]): number {
  const labelled = pictures.groupsOf.filter((groups) => groups.length > 0).length;
  if (queries.length === 0 || labelled < 2) return 0;
  const shares = queries.map(({ query }) => {
    const mates = matesOf(pictures, query);
    // of ten drawn at random so many are right, out of as many places as count
    return Math.min(1, (Math.min(K, labelled - 1) * mates) / (labelled - 1) / Math.min(K, mates));
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

function byGroup({ groupsOf }: JudgedPictures, queries: readonly ComparedQuery[]): GroupQuality[] {
  const ofGroup = new Map<number, ComparedQuery[]>();
  for (const compared of queries) {
    for (const group of groupsOf[compared.query] ?? []) {
      const some = ofGroup.get(group);
      if (some) some.push(compared);
      else ofGroup.set(group, [compared]);
    }
  }
  const mean = (some: readonly ComparedQuery[], of: 'before' | 'after'): number =>
    some.reduce((sum, compared) => sum + compared[of].map10, 0) / some.length;
  return [...ofGroup]
    .map(([group, some]) => ({
      group,
      queries: some.length,
      before: mean(some, 'before'),
      after: mean(some, 'after'),
    }))
    .sort((a, b) => a.group - b.group);
}

async function generalSample(
  { groupsOf, samePairs, ceiling }: JudgedPictures,
  before: SearchedLibrary,
  final: Float32Array,
): Promise<Omit<GeneralSample, 'untaught'>> {
  const after = searchedRows(final, final.length / groupsOf.length, ceiling);
  const found: { before: number; after: number }[] = [];
  for (const [query, other] of samePairs.slice(0, MOST_OF_SAMPLE)) {
    const isFirst = async (library: SearchedLibrary): Promise<number> =>
      (await ranking(library, query, 1))[0] === other ? 1 : 0;
    found.push({ before: await isFirst(before), after: await isFirst(after) });
  }
  const unlabelled = groupsOf.flatMap((groups, id) => (groups.length === 0 ? [id] : [])).slice(0, MOST_OF_SAMPLE);
  const kept: number[] = [];
  for (const query of unlabelled) {
    const first = new Set(await ranking(before, query, K));
    const now = await ranking(after, query, K);
    kept.push(now.filter((id) => first.has(id)).length / Math.max(1, first.size));
    await letOthersRun();
  }
  return {
    samePairs: found.length === 0 ? null : compareMeans(found),
    kept: kept.length === 0 ? null : bootstrapMean(kept),
  };
}
