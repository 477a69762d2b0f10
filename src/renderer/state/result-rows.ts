import type { Neighbor } from '../../contract/schemas.ts';
import { moveFocus, type Move } from './grid-movement.ts';
import { justifyRows, type JustifiedRows } from './justified-rows.ts';

/** Height under each result for its score, in CSS pixels. */
export const RESULT_CAPTION = 22;

/** A stretch of the ranked results: those before the divider, or those after it. */
export interface ResultSection {
  readonly neighbors: readonly Neighbor[];
  readonly aspects: readonly number[];
  readonly rows: JustifiedRows;
}

/** The results in justified rows, in two stretches: what is related, and what is probably not. Empty ones are left out. */
export function resultSections(
  neighbors: readonly Neighbor[],
  layout: { width: number; targetHeight: number; gap: number },
): { readonly related: ResultSection | null; readonly unrelated: ResultSection | null } {
  // From the first that is not related all are behind the divider: the ranking is by score.
  const cut = neighbors.findIndex((neighbor) => !neighbor.related);
  const split = cut < 0 ? neighbors.length : cut;
  const section = (part: readonly Neighbor[]): ResultSection | null => {
    if (part.length === 0) return null;
    const aspects = part.map((neighbor) => neighbor.width / neighbor.height);
    const rows = justifyRows(aspects, {
      ...layout,
      maxHeight: Math.max(240, layout.targetHeight),
      caption: RESULT_CAPTION,
    });
    return { neighbors: part, aspects, rows };
  };
  return { related: section(neighbors.slice(0, split)), unrelated: section(neighbors.slice(split)) };
}

/** Where the focus goes from result `index` (0-based, over all): across the divider as if it were not there. */
export function moveInResults(
  sections: { readonly related: ResultSection | null; readonly unrelated: ResultSection | null },
  index: number,
  move: Move,
  page: number,
): number {
  const first = sections.related?.neighbors.length ?? 0;
  const total = first + (sections.unrelated?.neighbors.length ?? 0);
  if (move === 'left') return Math.max(0, index - 1);
  if (move === 'right') return Math.min(total - 1, index + 1);
  if (move === 'start') return 0;
  if (move === 'end') return total - 1;
  const section = index < first ? sections.related : sections.unrelated;
  const base = index < first ? 0 : first;
  if (section === null) return index;
  const moved = base + moveFocus(section.rows, section.aspects, index - base, move, page);
  if (moved !== index) return moved;
  if ((move === 'down' || move === 'pageDown') && base === 0) return Math.min(total - 1, first);
  if ((move === 'up' || move === 'pageUp') && base > 0) return Math.max(0, first - 1);
  return index;
}

/** A cosine similarity as the length of its bar, 0 to 1. */
export function barLength(score: number): number {
  return Math.min(1, Math.max(0, score));
}
