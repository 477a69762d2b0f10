import { checkCount } from '../checks.ts';
import { SimilarityError } from '../errors.ts';
import { escapeMarkup, shortened, svgDocument, textWidth, TITLE_SIZE } from './markup.ts';
import {
  checkValueRange,
  embedPicture,
  picturesOf,
  UNIT_RANGE,
  type EmbeddedPicture,
  type Picture,
  type ValueRange,
} from './picture.ts';
import { pictureTile } from './picture-tile.ts';

export interface VisualizeViewsOptions {
  /** How many examples are shown. Default all of the batch. */
  readonly count?: number;
  /** How many examples stand side by side. Default 4. */
  readonly examplesPerRow?: number;
  /** What is written under each example. Default its number, from 0. */
  readonly captions?: readonly string[];
  /** Default "Views". */
  readonly title?: string;
  readonly valueRange?: ValueRange;
}

const TILE = 88;
const GAP = 28;
const MARGIN = 24;
const TOP = 68;
const CAPTION = 30;

/**
 * The views that augmenters made of the same examples, those of one example beside each other, as an SVG document.
 *
 * @param views one batch a view, [n, height, width] or [n, height, width, channels]
 * @throws SimilarityError EMPTY, WRONG_RANK, WRONG_SHAPE, WRONG_LENGTH (views, or captions, of another number of examples),
 *   NOT_FINITE, OUT_OF_RANGE or NOT_AN_INTEGER
 */
export function visualizeViews(
  views: readonly Picture[],
  { title = 'Views', valueRange = UNIT_RANGE, examplesPerRow = 4, ...options }: VisualizeViewsOptions = {},
): string {
  checkValueRange(valueRange);
  const pictures = views.map((view, i) => picturesOf(`views[${i}]`, view));
  const examples = checkExamples(views, pictures);
  const count = checkCount('count', options.count ?? examples, 1, examples);
  const captions = options.captions ?? Array.from({ length: count }, (_, i) => String(i));
  if (captions.length < count) {
    const expected = `${count} examples are shown`;
    throw new SimilarityError('WRONG_LENGTH', 'captions', { expected, shape: [captions.length] });
  }
  const columns = Math.min(checkCount('examplesPerRow', examplesPerRow), count);
  const width = views.length * TILE;
  const items = Array.from({ length: count }, (_, i) =>
    exampleItem(
      MARGIN + (i % columns) * (width + GAP),
      TOP + Math.floor(i / columns) * (TILE + CAPTION + GAP / 2),
      captions[i] ?? '',
      pictures.map((batch, view) => embedPicture(`views[${view}]`, batch[i] as Picture, valueRange)),
    ),
  );
  return svgDocument({
    width: Math.max(2 * MARGIN + columns * (width + GAP) - GAP, 2 * MARGIN + textWidth(title) * TITLE_SIZE),
    height: TOP + Math.ceil(count / columns) * (TILE + CAPTION + GAP / 2) + MARGIN / 2,
    title,
    description: `${count} examples, ${views.length} views of each.`,
    body: [
      `<text class="ink title" x="${MARGIN}" y="40">${escapeMarkup(title)}</text>`,
      `<g role="list" aria-label="Examples">`,
      ...items,
      `</g>`,
    ].join('\n'),
  });
}

/** @returns how many examples every view has */
function checkExamples(views: readonly Picture[], pictures: readonly (readonly Picture[])[]): number {
  const [first] = pictures;
  if (first === undefined || first.length === 0) {
    throw new SimilarityError('EMPTY', 'views', { expected: 'at least one view of one example was expected' });
  }
  const odd = pictures.findIndex((batch) => batch.length !== first.length);
  if (odd === -1) return first.length;
  throw new SimilarityError('WRONG_LENGTH', `views[${odd}]`, {
    expected: `the first view has ${first.length} examples`,
    shape: views[odd]?.shape ?? [],
  });
}

function exampleItem(left: number, top: number, caption: string, views: readonly EmbeddedPicture[]): string {
  const tiles = views.map((picture, view) =>
    pictureTile({ x: left + view * TILE, y: top, size: TILE, name: `View ${view + 1}`, picture, border: 'frame' }),
  );
  return `<g role="listitem" aria-label="${escapeMarkup(caption)}"><title>${escapeMarkup(caption)}</title>
${tiles.join('\n')}
<text class="faint" x="${left}" y="${top + TILE + 20}">${escapeMarkup(shortened(caption, views.length * TILE))}</text></g>`;
}
