import { className, type ClassNames } from './class-names.ts';
import { isLight, mixed } from './color.ts';
import type { ConfusionMatrix } from './confusion-matrix.ts';
import { escapeMarkup, shortened, svgDocument, textWidth, TITLE_SIZE } from './markup.ts';

export interface MatrixChart {
  readonly normalize: boolean;
  readonly classNames: ClassNames | undefined;
  readonly title: string;
  readonly examples: number;
}

/** A cell with its number in it; beyond so many classes cells shrink, and the number is left to the tooltip. */
const CELL = 52;
const CELLS_WIDTH = 1040;
const LEAST_CELL = 14;
const LEAST_CELL_WITH_TEXT = 40;
const LEAST_CELL_WITH_SLANTED_LABEL = 24;
const MOST_LABEL_ROOM = 150;
const MARGIN = 24;
const TITLE = 92;

/** Text on a cell is black or white, whichever reads better, and that differs between the schemes. */
const TEXT_STYLE = `
.semblance-chart .on-light { fill: #000000; }
.semblance-chart .on-dark { fill: #ffffff; }
@media (prefers-color-scheme: dark) {
.semblance-chart .on-light-in-dark { fill: #000000; }
.semblance-chart .on-dark-in-dark { fill: #ffffff; }
}`;

/** Ground and heat of both schemes, as in the style of all charts. */
export const HEAT = { light: ['#ffffff', '#1d4f91'], dark: ['#16161a', '#8ab4f8'] } as const;

export function drawConfusionMatrix(
  { classes, counts, normalized, accuracy }: Omit<ConfusionMatrix, 'svg'>,
  { normalize, classNames, title, examples }: MatrixChart,
): string {
  const names = classes.map((label) => className(label, classNames));
  const cell = Math.min(CELL, Math.max(LEAST_CELL, Math.floor(CELLS_WIDTH / classes.length)));
  const longest = Math.min(MOST_LABEL_ROOM, Math.max(...names.map(textWidth)));
  const labelRoom = longest + 12;
  const angle = longest <= cell ? 0 : cell >= LEAST_CELL_WITH_SLANTED_LABEL ? 45 : 90;
  const left = MARGIN + 28 + labelRoom;
  const rise = angle === 0 ? 16 : Math.ceil(labelRoom * Math.sin((angle * Math.PI) / 180));
  const top = TITLE + 36 + rise;
  const size = cell * classes.length;
  const most = Math.max(...counts.flat(), 1);
  const rows = counts.map((row, i) => {
    const cells = row.map((count, j) => {
      const share = normalized[i]?.[j] ?? 0;
      return drawCell({
        x: left + j * cell,
        y: top + i * cell,
        size: cell,
        heat: normalize ? share : count / most,
        text: normalize ? shareText(share) : String(count),
        label: `${names[i] ?? ''} taken for ${names[j] ?? ''}: ${count} (${(share * 100).toFixed(1)} %)`,
      });
    });
    return `<g role="row">${rowHeader(names[i] ?? '', left - 10, top + (i + 0.5) * cell)}\n${cells.join('\n')}</g>`;
  });
  const summary = `Accuracy ${(accuracy * 100).toFixed(2)} % of ${examples} examples`;
  const headers = names.map((name, j) => columnHeader(name, left + (j + 0.5) * cell, top - 10, angle));
  const overhang = angle === 45 ? Math.max(rise - cell / 2, 0) : 0;
  return svgDocument({
    width: Math.max(left + size + overhang + MARGIN, 380, MARGIN * 2 + textWidth(title) * TITLE_SIZE),
    height: top + size + MARGIN,
    title,
    description: `${summary}, ${classes.length} classes. Rows are actual classes, columns predicted ones.`,
    style: TEXT_STYLE,
    body: `<text class="ink title" x="${MARGIN}" y="40">${escapeMarkup(title)}</text>
<text class="faint" x="${MARGIN}" y="64">${summary}</text>
<text class="faint" x="${left}" y="${TITLE + 8}">Predicted →</text>
<text class="faint" text-anchor="end" transform="translate(${MARGIN + 12} ${top}) rotate(-90)">← Actual</text>
<g role="table" aria-label="${escapeMarkup(title)}">
<g role="row"><g role="cell" aria-label="Actual class by predicted class"/>${headers.join('\n')}</g>
${rows.join('\n')}
</g>
<rect class="frame" x="${left}" y="${top}" width="${size}" height="${size}"/>`,
  });
}

/** Two digits, but never 1 or 0 for what is not. */
function shareText(share: number): string {
  if (share === 0 || share === 1) return String(share);
  return Math.min(0.99, Math.max(0.01, share)).toFixed(2);
}

interface Cell {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  /** How strong its colour is, in [0, 1]. */
  readonly heat: number;
  readonly text: string;
  readonly label: string;
}

function drawCell({ x, y, size, heat, text, label }: Cell): string {
  const opacity = Math.round(heat * 100) / 100;
  const place = `x="${x + size / 2}" y="${y + size / 2}" text-anchor="middle" dominant-baseline="central"`;
  const shown = size < LEAST_CELL_WITH_TEXT ? '' : `<text class="${textClass(opacity)}" ${place}>${text}</text>`;
  const area = `x="${x}" y="${y}" width="${size}" height="${size}"`;
  return `<g role="cell" aria-label="${escapeMarkup(label)}"><title>${escapeMarkup(label)}</title>\
<rect${opacity === 0 ? ' fill="none" pointer-events="all"' : ` class="heat" fill-opacity="${opacity}"`} ${area}/>${shown}</g>`;
}

export function textClass(opacity: number): string {
  const inLight = isLight(mixed(...HEAT.light, opacity)) ? 'on-light' : 'on-dark';
  const inDark = isLight(mixed(...HEAT.dark, opacity)) ? 'on-light-in-dark' : 'on-dark-in-dark';
  return `${inLight} ${inDark}`;
}

function rowHeader(name: string, x: number, y: number): string {
  return `<g role="rowheader" aria-label="${escapeMarkup(name)}"><title>${escapeMarkup(name)}</title>\
<text class="ink" x="${x}" y="${y}" text-anchor="end" dominant-baseline="central">\
${escapeMarkup(shortened(name, MOST_LABEL_ROOM))}</text></g>`;
}

function columnHeader(name: string, x: number, y: number, angle: number): string {
  const place =
    angle === 0
      ? `x="${x}" y="${y}" text-anchor="middle"`
      : `transform="translate(${x} ${y}) rotate(-${angle})" dominant-baseline="central"`;
  return `<g role="columnheader" aria-label="${escapeMarkup(name)}"><title>${escapeMarkup(name)}</title>\
<text class="ink" ${place}>${escapeMarkup(shortened(name, MOST_LABEL_ROOM))}</text></g>`;
}
