import type { Lookup } from '../lookup.ts';
import { className, type ClassNames } from './class-names.ts';
import { escapeMarkup, shortened, svgDocument, textWidth } from './markup.ts';
import {
  checkValueRange,
  embedPicture,
  isPicture,
  UNIT_RANGE,
  type EmbeddedPicture,
  type Picture,
  type ValueRange,
} from './picture.ts';
import { pictureTile } from './picture-tile.ts';

export interface VizNeighborsOptions {
  /** Names to show in the place of class ids. */
  readonly classNames?: ClassNames;
  /** Default "Nearest neighbors". */
  readonly title?: string;
  readonly valueRange?: ValueRange;
}

const TILE = 140;
const GAP = 24;
const MARGIN = 24;
const TOP = 96;
const CAPTION = 64;

/**
 * A query and its nearest neighbors side by side, as an SVG document. A neighbor of the query's class has a solid border and
 * a tick, one of another class a dashed border and a cross; without a class on both sides there is neither.
 *
 * @param query the query's picture
 * @param queryLabel the query's class id, where it is known
 * @param neighbors as a lookup gave them; a picture as the data of each, or an empty place is drawn
 * @throws SimilarityError WRONG_RANK, WRONG_SHAPE, WRONG_LENGTH, NOT_FINITE or OUT_OF_RANGE
 */
export function vizNeighbors(
  query: Picture,
  queryLabel: number | undefined,
  neighbors: readonly Lookup[],
  { classNames, title = 'Nearest neighbors', valueRange = UNIT_RANGE }: VizNeighborsOptions = {},
): string {
  checkValueRange(valueRange);
  const queryName = className(queryLabel, classNames);
  const entries = neighbors.map((neighbor, i) => ({
    neighbor,
    name: className(neighbor.label, classNames),
    match: compare(queryLabel, neighbor.label),
    picture: pictureOf(`neighbors[${i}].data`, neighbor.data, valueRange),
  }));
  const matching = entries.filter(({ match }) => match === 'same').length;
  const found = neighbors.length === 0 ? 'No neighbor was found.' : `${neighbors.length} neighbors, nearest first.`;
  const judged = queryLabel === undefined ? '' : ` ${matching} of them of the same class.`;
  const items = entries.map(({ neighbor, name, match, picture }, i) =>
    neighborItem({ left: MARGIN + (i + 1) * (TILE + GAP) + GAP, neighbor, name, match, picture }),
  );
  return svgDocument({
    width: 2 * MARGIN + (neighbors.length + 1) * (TILE + GAP),
    height: TOP + TILE + CAPTION + MARGIN,
    title,
    description: `Query of class ${queryName}. ${found}${neighbors.length === 0 ? '' : judged}`,
    body: [
      `<text class="ink title" x="${MARGIN}" y="40">${escapeMarkup(title)}</text>`,
      queryGroup(queryName, embedPicture('query', query, valueRange)),
      `<g role="list" aria-label="Neighbors">`,
      ...items,
      `</g>`,
    ].join('\n'),
  });
}

type Match = 'same' | 'other' | 'unknown';

function compare(queryLabel: number | undefined, label: number | undefined): Match {
  if (queryLabel === undefined || label === undefined) return 'unknown';
  return label === queryLabel ? 'same' : 'other';
}

function pictureOf(argument: string, data: unknown, range: ValueRange): EmbeddedPicture | undefined {
  return isPicture(data) ? embedPicture(argument, data, range) : undefined;
}

function queryGroup(name: string, picture: EmbeddedPicture): string {
  const label = `Query, class ${name}`;
  return `<g role="group" aria-label="${escapeMarkup(label)}"><title>${escapeMarkup(label)}</title>
<text class="faint" x="${MARGIN}" y="${TOP - 12}">Query</text>
${pictureTile({ x: MARGIN, y: TOP, size: TILE, name: 'Query', picture, border: 'frame' })}
${caption(MARGIN, 0, 'ink', shortened(name, TILE))}</g>`;
}

interface NeighborItem {
  readonly left: number;
  readonly neighbor: Lookup;
  readonly name: string;
  readonly match: Match;
  readonly picture: EmbeddedPicture | undefined;
}

const SAID = { same: ', same class', other: ', another class', unknown: '' };
const MARKS = { same: '✓ ', other: '✗ ', unknown: '' };
const BORDERS = { same: 'same', other: 'other', unknown: 'frame' } as const;
const INKS = { same: 'same-ink', other: 'other-ink', unknown: 'ink' };

function neighborItem({ left, neighbor, name, match, picture }: NeighborItem): string {
  const distance = neighbor.distance.toFixed(4);
  const label = `Neighbor ${neighbor.rank}: class ${name}${SAID[match]}, distance ${distance}`;
  return `<g role="listitem" aria-label="${escapeMarkup(label)}"><title>${escapeMarkup(label)}</title>
<text class="faint" x="${left}" y="${TOP - 12}">${neighbor.rank}</text>
${pictureTile({ x: left, y: TOP, size: TILE, name: `Neighbor ${neighbor.rank}`, picture, border: BORDERS[match] })}
${caption(left, 0, INKS[match], MARKS[match] + shortened(name, TILE - textWidth(MARKS[match])))}
${caption(left, 1, 'faint', distance)}</g>`;
}

function caption(left: number, line: number, style: string, text: string): string {
  return `<text class="${style}" x="${left}" y="${TOP + TILE + 26 + line * 22}">${escapeMarkup(text)}</text>`;
}
