import type { MapColoring } from '../../contract/explore-schemas.ts';
import { counted, day, number } from './phrases.ts';

/** What points can be coloured by, as the list of it says. */
export const COLORINGS: readonly { readonly by: MapColoring; readonly name: string }[] = [
  { by: 'cluster', name: 'Clusters' },
  { by: 'group', name: 'Groups' },
  { by: 'folder', name: 'Folders' },
  { by: 'date', name: 'Dates' },
];

const KIND: Readonly<Record<MapColoring, string>> = { cluster: 'cluster', group: 'group', folder: 'folder', date: '' };

/** What a category is called; clusters without a name have none to be written on the map. */
export function categoryName({ key, label }: { readonly key: string; readonly label: string }): string {
  if (label !== '') return label;
  return key === 'alone' ? 'Like nothing else' : 'No name yet';
}

/** What is known of a point. */
interface SpokenPoint {
  /** Its picture's place in the library, from 0; −1 for a moment of a video. */
  readonly row: number;
  readonly count: number;
  /** Length of a video; 0 for a picture. */
  readonly seconds: number;
  readonly when: number;
  readonly by: MapColoring;
  /** Of its category; null where it has none. */
  readonly category: string | null;
}

/** What is at a point, for those who hear it: "Picture 12 of 20,000, cluster Beach, 3 May 2021". */
export function pointSentence({ row, count, seconds, when, by, category }: SpokenPoint): string {
  const kind = seconds > 0 ? 'Video' : 'Picture';
  const parts = [row < 0 ? 'A moment of a video' : `${kind} ${number(row + 1)} of ${number(count)}`];
  if (category !== null && by !== 'date') parts.push(`${KIND[by]} ${category}`);
  if (row >= 0) parts.push(day(when));
  return parts.join(', ');
}

/** What was selected by a rectangle, a lasso, or all that is in view. */
export function selectedSentence(count: number): string {
  return count === 0 ? 'No picture there.' : `${counted(count, 'picture')} selected.`;
}
