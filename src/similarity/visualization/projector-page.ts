import { createHash } from 'node:crypto';
import { classColor } from './color.ts';
import { escapeMarkup } from './markup.ts';
import type { EmbeddedPicture } from './picture.ts';
import { PROJECTOR_SCRIPT } from './projector-script.ts';

export interface ProjectedPoint {
  readonly x: number;
  readonly y: number;
  /** Its class's place among all. */
  readonly classPlace: number;
  readonly picture: EmbeddedPicture | undefined;
  readonly tooltip: string | undefined;
}

export interface ProjectorContent {
  readonly title: string;
  readonly points: readonly ProjectedPoint[];
  /** Names of the classes; undefined where there are none. */
  readonly classes: readonly string[] | undefined;
  /** Share of the variance along each axis, in [0, 1]. */
  readonly explained: readonly [number, number];
}

/** Side of the plot's square, and what is left free around the points. */
const SIDE = 720;
const MARGIN = 24;

/** Not by colour alone: neighbouring classes have another shape too. Each lies around (0, 0), of about the same area. */
const SHAPES = [
  'M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0',
  'M-4.5 -4.5h9v9h-9z',
  'M0 -6.5L6 4.5H-6z',
  'M0 -6.5L6.5 0L0 6.5L-6.5 0z',
  'M0 6.5L6 -4.5H-6z',
  'M-2 -6h4v4h4v4h-4v4h-4v-4h-4v-4h4z',
];

const STYLE = `
:root { color-scheme: light dark; --ground: #ffffff; --raised: #f4f4f7; --ink: #1b1b1f; --faint: #5b5b66; --line: #8a8a96; --focus: #1d4f91; }
@media (prefers-color-scheme: dark) {
:root { --ground: #16161a; --raised: #222228; --ink: #ececf1; --faint: #a9a9b6; --line: #77778a; --focus: #8ab4f8; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px; max-width: 1240px; background: var(--ground); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
h1 { margin: 0 0 4px; font-size: 22px; overflow-wrap: anywhere; }
p { margin: 0 0 16px; color: var(--faint); }
main > .parts { display: flex; flex-wrap: wrap; gap: 24px; align-items: start; }
.plane { flex: 3 1 320px; min-width: 0; max-width: 760px; }
.plane svg { display: block; width: 100%; height: auto; border: 1px solid var(--line); border-radius: 8px; }
.point { stroke: var(--ground); stroke-width: 0.8; cursor: pointer; }
.point.current { stroke: var(--ink); stroke-width: 2.5; }
aside { flex: 1 1 240px; min-width: 0; display: grid; gap: 16px; }
fieldset { margin: 0; border: 1px solid var(--line); border-radius: 8px; padding: 8px 12px; max-height: 340px; overflow: auto; }
fieldset label { display: flex; align-items: center; gap: 8px; padding: 3px 0; overflow-wrap: anywhere; }
fieldset svg { flex: none; width: 16px; height: 16px; }
.count { margin-left: auto; color: var(--faint); font-variant-numeric: tabular-nums; }
.details { display: grid; justify-items: start; gap: 8px; min-height: 220px; border: 1px solid var(--line); border-radius: 8px; padding: 12px; overflow-wrap: anywhere; }
.details img { width: 160px; height: 160px; object-fit: contain; image-rendering: pixelated; background: var(--raised); }
.table { flex: 1 1 100%; max-height: 420px; overflow: auto; border: 1px solid var(--line); border-radius: 8px; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: start; padding: 8px 12px; color: var(--faint); }
th, td { text-align: start; padding: 4px 12px; border-top: 1px solid var(--line); overflow-wrap: break-word; }
th, .number { white-space: nowrap; }
thead th { position: sticky; top: 0; background: var(--raised); }
td img { display: block; width: 32px; height: 32px; object-fit: contain; image-rendering: pixelated; }
tr.current { background: var(--raised); }
:focus-visible { outline: 3px solid var(--focus); outline-offset: -3px; }
[hidden] { display: none !important; }
`;

export function projectorPage({ title, points, classes, explained }: ProjectorContent): string {
  // The page can ask for nothing: no address is allowed but the pictures in it, and no script but its own.
  const hash = createHash('sha256').update(PROJECTOR_SCRIPT).digest('base64');
  const policy = `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`;
  const [across, up] = explained.map((share) => `${(share * 100).toFixed(1)} %`) as [string, string];
  const kinds = classes === undefined ? '' : ` of ${classes.length} classes`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escapeMarkup(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeMarkup(title)}</h1>
<p>${points.length} examples${kinds}, along the two directions in which they vary most: ${across} of the variance across,
${up} up.</p>
<div class="parts">
<div class="plane">${plane(points, classes)}</div>
<aside>
<section class="details" aria-label="Chosen example" aria-live="polite"><span>Point at an example, or choose a row of the
table.</span></section>
${classes === undefined ? '' : legend(classes, points)}
</aside>
${table(points, classes)}
</div>
</main>
<script>${PROJECTOR_SCRIPT}</script>
</body>
</html>
`;
}

function plane(points: readonly ProjectedPoint[], classes: readonly string[] | undefined): string {
  const place = fitting(points);
  const marks = points.map((point, i) => {
    const [x, y] = place(point);
    return `<path class="point" data-row="${i}" data-class="${point.classPlace}" d="${shapeOf(point.classPlace)}" \
fill="${classColor(point.classPlace)}" transform="translate(${x} ${y})"/>`;
  });
  const kinds = classes === undefined ? '' : `, marked by class`;
  return `<svg viewBox="0 0 ${SIDE} ${SIDE}" role="img" aria-label="${points.length} examples as points of a plane${kinds}; \
the table below lists them">
${marks.join('\n')}
</svg>`;
}

/** The same scale on both axes, so that distances can be compared, and the whole in the middle. */
function fitting(points: readonly ProjectedPoint[]): (point: ProjectedPoint) => [number, number] {
  const bounds = (values: readonly number[]): [middle: number, extent: number] => {
    const least = values.reduce((a, b) => Math.min(a, b), Infinity);
    const most = values.reduce((a, b) => Math.max(a, b), -Infinity);
    return [(least + most) / 2, most - least];
  };
  const [middleX, width] = bounds(points.map(({ x }) => x));
  const [middleY, height] = bounds(points.map(({ y }) => y));
  const extent = Math.max(width, height);
  const scale = extent === 0 ? 0 : (SIDE - 2 * MARGIN) / extent;
  const round = (value: number): number => Math.round(value * 100) / 100;
  return ({ x, y }) => [round(SIDE / 2 + (x - middleX) * scale), round(SIDE / 2 - (y - middleY) * scale)];
}

function shapeOf(classPlace: number): string {
  return SHAPES[classPlace % SHAPES.length] ?? '';
}

function legend(classes: readonly string[], points: readonly ProjectedPoint[]): string {
  const counts = classes.map(() => 0);
  for (const { classPlace } of points) counts[classPlace] = (counts[classPlace] ?? 0) + 1;
  const entries = classes.map(
    (name, i) => `<label><input type="checkbox" data-class="${i}" checked>
<svg viewBox="-8 -8 16 16" aria-hidden="true"><path d="${shapeOf(i)}" fill="${classColor(i)}"/></svg>
<span>${escapeMarkup(name)}</span><span class="count">${counts[i] ?? 0}</span></label>`,
  );
  return `<fieldset><legend>Classes</legend>\n${entries.join('\n')}\n</fieldset>`;
}

function table(points: readonly ProjectedPoint[], classes: readonly string[] | undefined): string {
  const pictures = points.some(({ picture }) => picture !== undefined);
  const tooltips = points.some(({ tooltip }) => tooltip !== undefined);
  const header = [
    'Example',
    ...(pictures ? ['Picture'] : []),
    ...(classes ? ['Class'] : []),
    ...(tooltips ? ['About'] : []),
    'Across',
    'Up',
  ];
  const rows = points.map(({ x, y, classPlace, picture, tooltip }, i) => {
    const image = picture === undefined ? '' : `<img src="${picture.url}" alt="Example ${i}">`;
    const cells = [
      ...(pictures ? [image] : []),
      ...(classes ? [escapeMarkup(classes[classPlace] ?? '')] : []),
      ...(tooltips ? [escapeMarkup(tooltip ?? '')] : []),
    ];
    return `<tr tabindex="${i === 0 ? 0 : -1}" data-row="${i}" data-class="${classPlace}"><th scope="row">${i}</th>\
${cells.map((cell) => `<td>${cell}</td>`).join('')}\
${[x, y].map((value) => `<td class="number">${value.toFixed(4)}</td>`).join('')}</tr>`;
  });
  return `<div class="table"><table><caption>All examples. The arrow keys go from one to the next.</caption>
<thead><tr>${header.map((name) => `<th scope="col">${name}</th>`).join('')}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table></div>`;
}
