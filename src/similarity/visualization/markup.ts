import { crc32 } from 'node:zlib';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** What XML 1.0 has no way to write, not even escaped. */
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const NOT_IN_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Any text as the content of an element or an attribute, in XML and in HTML. */
export function escapeMarkup(text: string): string {
  return text
    .toWellFormed()
    .replace(NOT_IN_XML, '\ufffd')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** Hangul, Chinese, Japanese, emoji and what else is as wide as high. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]|\p{Extended_Pictographic}/u;

/** About how wide a text of 14 pixels is drawn, in pixels; nothing measures it where there is no display. */
export function textWidth(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += widthOf(segment);
  return width;
}

function widthOf(character: string): number {
  return WIDE.test(character) ? 15 : 8;
}

/** How much larger a title is than other text, with its bolder letters. */
export const TITLE_SIZE = 1.4;

/** The text as far as it has room, in pixels, with an ellipsis where something is missing; not yet escaped. */
export function shortened(text: string, room: number): string {
  if (textWidth(text) <= room) return text;
  let kept = '';
  let width = widthOf('…');
  for (const { segment } of graphemes.segment(text)) {
    width += widthOf(segment);
    if (width > room) break;
    kept += segment;
  }
  return `${kept}…`;
}

/**
 * Colours of both schemes. Written out rather than as custom properties: programs that draw SVG without a browser do not know
 * those, and take the light scheme.
 */
const CHART_STYLE = `
.semblance-chart { font-family: system-ui, sans-serif; font-size: 14px; color-scheme: light dark; }
.semblance-chart .ground { fill: #ffffff; }
.semblance-chart .ink { fill: #1b1b1f; }
.semblance-chart .faint { fill: #5b5b66; }
.semblance-chart .title { font-size: 18px; font-weight: 600; }
.semblance-chart .frame { fill: none; stroke: #8a8a96; stroke-width: 1; }
.semblance-chart .same { fill: none; stroke: #1a7f37; stroke-width: 4; }
.semblance-chart .other { fill: none; stroke: #c0392b; stroke-width: 4; stroke-dasharray: 8 5; }
.semblance-chart .same-ink { fill: #1a7f37; }
.semblance-chart .other-ink { fill: #b3261e; }
.semblance-chart .heat { fill: #1d4f91; }
@media (prefers-color-scheme: dark) {
.semblance-chart .ground { fill: #16161a; }
.semblance-chart .ink { fill: #ececf1; }
.semblance-chart .faint { fill: #a9a9b6; }
.semblance-chart .frame { stroke: #77778a; }
.semblance-chart .same { stroke: #3fb950; }
.semblance-chart .other { stroke: #ff7b72; }
.semblance-chart .same-ink { fill: #3fb950; }
.semblance-chart .other-ink { fill: #ff7b72; }
.semblance-chart .heat { fill: #8ab4f8; }
}`;

export interface Chart {
  readonly width: number;
  readonly height: number;
  /** What it shows; its name to who cannot see it. */
  readonly title: string;
  /** What can be read from it, in a sentence or two. */
  readonly description: string;
  /** Elements, with every text in them escaped. */
  readonly body: string;
  /** More rules, for this kind of chart. */
  readonly style?: string;
}

/** A whole SVG document that needs nothing else, for a file, an `<img>` or inside a page. */
export function svgDocument({ width, height, title, description, body, style = '' }: Chart): string {
  // Ids are unique to the content, so that several charts can stand in one page.
  const id = `semblance-${crc32(title + description + body).toString(16)}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" class="semblance-chart" viewBox="0 0 ${width} ${height}" \
width="${width}" height="${height}" role="figure" aria-labelledby="${id}-title" aria-describedby="${id}-desc">
<title id="${id}-title">${escapeMarkup(title)}</title>
<desc id="${id}-desc">${escapeMarkup(description)}</desc>
<style>${CHART_STYLE}${style}
</style>
<rect class="ground" width="${width}" height="${height}"/>
${body}
</svg>
`;
}
