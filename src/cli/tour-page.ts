import { basename } from 'node:path';
import type { Neighbor, Picture } from '../contract/schemas.ts';

/** A picture and the pictures most like it. */
export interface TourStop {
  readonly picture: Picture;
  readonly neighbors: readonly Neighbor[];
}

const STYLE = `
  :root { color-scheme: light dark; --line: light-dark(oklch(86% 0 0), oklch(26% 0 0)); --soft: light-dark(oklch(42% 0 0), oklch(65% 0 0)); }
  body { margin: 32px; font: 13px/1.5 system-ui, sans-serif; color: light-dark(oklch(12% 0 0), oklch(92% 0 0)); background: light-dark(oklch(98% 0 0), oklch(14% 0 0)); }
  h1 { font-size: 20px; font-weight: 600; margin: 0 0 4px; }
  p { color: var(--soft); margin: 0 0 24px; }
  section { display: flex; gap: 4px; flex-wrap: wrap; padding: 16px 0; border-top: 1px solid var(--line); }
  figure { margin: 0; } figure:first-child { margin-right: 20px; }
  img { height: 140px; display: block; border-radius: 2px; } figure:first-child img { outline: 3px solid oklch(60% 0.13 250); }
  figcaption { color: var(--soft); font-size: 11px; font-variant-numeric: tabular-nums; padding-top: 4px; max-width: 200px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .unrelated img { opacity: .45; }`;

/**
 * A self-contained page: each stop a row, the picture first, then its neighbors with their scores.
 *
 * @param thumbnail gives the data URL of a picture's thumbnail by its content hash
 */
export function tourPage(title: string, stops: readonly TourStop[], thumbnail: (hash: string) => string): string {
  const rows = stops.map(
    ({ picture, neighbors }) =>
      `<section>${figure(thumbnail(picture.hash), picture.path, basename(picture.path), '')}${neighbors
        .map((n) =>
          figure(thumbnail(n.hash), n.path, `${n.score.toFixed(3)} ${basename(n.path)}`, n.related ? '' : 'unrelated'),
        )
        .join('')}</section>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Similar pictures in ${escapeHtml(title)}</title><style>${STYLE}</style>
<h1>Similar pictures in ${escapeHtml(title)}</h1>
<p>The first picture of each row, and the ones most like it with their scores; 1 is the same picture, pale ones are probably unrelated.</p>
${rows.join('\n')}</html>\n`;
}

function figure(source: string, path: string, caption: string, kind: string): string {
  return `<figure class="${kind}"><img src="${source}" alt="${escapeHtml(basename(path))}" title="${escapeHtml(path)}"><figcaption>${escapeHtml(caption)}</figcaption></figure>`;
}

/** File names may hold anything. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}
