import type { ComparedQuery } from './evaluate-teaching.ts';
import type { LabelledGroup } from './labelled-groups.ts';
import { groupsByPicture } from './split.ts';
import type { ExampleOfResults } from './teach-task.ts';

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
