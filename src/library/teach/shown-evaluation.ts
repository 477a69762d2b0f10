import type { ComparedQuery, TeachingEvaluation } from './evaluate-teaching.ts';
import type { LabelledGroup } from './labelled-groups.ts';
import { groupsByPicture } from './split.ts';
import type { ExampleOfResults, TaughtModel } from './teach-task.ts';

/**
 * Queries and their results before and after, as they are shown: each result with whether it is of a group of the query.
 *
 * @param pictures ids by the positions that the queries have them by
 */
export function shownExamples(
  queries: readonly Pick<ComparedQuery, 'query' | 'results'>[],
  pictures: readonly number[],
  groups: readonly LabelledGroup[],
): ExampleOfResults[] {
  const labelled = groupsByPicture(groups);
  return queries.map(({ query, results }) => {
    const id = pictures[query] ?? 0;
    const own = labelled.get(id);
    const result = (position: number): { id: number; right: boolean | null } => {
      const other = pictures[position] ?? 0;
      const its = labelled.get(other);
      const isKnown = own !== undefined && its !== undefined;
      return { id: other, right: isKnown ? its.some((group) => own.includes(group)) : null };
    };
    return {
      query: id,
      groups: (own ?? []).map((group) => groups[group]?.name ?? ''),
      before: results.before.map(result),
      after: results.after.map(result),
    };
  });
}

/** An evaluation with groups by their names. @param views see `general.views`; null where none was asked */
export function shownEvaluation(
  { queries, measures, chance, byGroup, general }: TeachingEvaluation,
  groups: readonly LabelledGroup[],
  views: TaughtModel['evaluation']['general']['views'],
): TaughtModel['evaluation'] {
  return {
    queries,
    ...measures,
    chance,
    byGroup: byGroup.map(({ group, ...rest }) => ({ name: groups[group]?.name ?? '', ...rest })),
    general: { ...general, views },
  };
}
