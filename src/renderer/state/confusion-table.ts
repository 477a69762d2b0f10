import type { ModelConfusion } from '../../contract/teach-schemas.ts';
import { number } from './phrases.ts';

interface ConfusionCell {
  /** Place of the group that was answered; null where no result had a group. */
  readonly answered: number | null;
  readonly count: number;
  /** Of all pictures of its row, 0–1. */
  readonly share: number;
}

export interface ConfusionRow {
  readonly actual: number;
  readonly name: string;
  readonly cells: readonly ConfusionCell[];
}

/** What pictures of each group were answered by, a cell for each group, and one more at the end where some found none. */
export function confusionRows({ groups, after }: Pick<ModelConfusion, 'groups' | 'after'>): ConfusionRow[] {
  const places: (number | null)[] = [...groups.keys()];
  if (after.some(({ answered }) => answered === null)) places.push(null);
  return groups.map((name, actual) => {
    const own = after.filter((cell) => cell.actual === actual);
    const total = own.reduce((sum, { count }) => sum + count, 0);
    const cells = places.map((answered) => {
      const count = own.find((cell) => cell.answered === answered)?.count ?? 0;
      return { answered, count, share: total === 0 ? 0 : count / total };
    });
    return { actual, name, cells };
  });
}

/** The groups that are most often taken for another, in words. @returns at most `most` sentences */
export function confusionSentences(confusion: Pick<ModelConfusion, 'groups' | 'after'>, most = 3): string[] {
  return confusionRows(confusion)
    .flatMap(({ actual, name, cells }) => {
      const total = cells.reduce((sum, { count }) => sum + count, 0);
      return cells
        .filter(({ answered, count }) => answered !== null && answered !== actual && count > 0)
        .map(({ answered, count, share }) => ({ name, answered: answered ?? 0, count, share, total }));
    })
    .sort((a, b) => b.share - a.share || b.count - a.count)
    .slice(0, most)
    .map(
      ({ name, answered, count, total }) =>
        `“${name}” is taken for “${confusion.groups[answered] ?? ''}” in ${number(count)} of ${number(total)}.`,
    );
}

/** The pictures behind a cell. */
export function picturesOfCell(
  { pictures }: Pick<ModelConfusion, 'pictures'>,
  actual: number,
  answered: number | null,
): ModelConfusion['pictures'] {
  return pictures.filter(({ groups, after }) => groups.includes(actual) && after === answered);
}
