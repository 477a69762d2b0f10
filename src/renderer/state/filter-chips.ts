import type { PictureFilter, RatingFilter } from '../../contract/schemas.ts';
import { coordinates, day, number } from './phrases.ts';

/** One thing that is filtered by, as the window shows it. */
export interface FilterChip {
  readonly key: string;
  readonly label: string;
  /** The filter without it. */
  readonly without: PictureFilter;
}

const DAY_MS = 24 * 3600 * 1000;

/** The first day that is left out where `day` is the last that counts; both ISO 8601. */
export function dayAfter(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
}

/** The reverse of {@link dayAfter}. */
export function lastDay(before: string): string {
  return new Date(Date.parse(`${before}T00:00:00Z`) - DAY_MS).toISOString().slice(0, 10);
}

/** A filter with some of it changed; what is undefined is taken out. */
export function changedFilter(
  filter: PictureFilter,
  change: { readonly [Key in keyof PictureFilter]?: PictureFilter[Key] | undefined },
): PictureFilter {
  const entries = Object.entries({ ...filter, ...change }).filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(entries);
}

/** The filter with one keyword more, where it does not have it. */
export function withKeyword(filter: PictureFilter, keyword: string): PictureFilter {
  const { keywords = [] } = filter;
  const known = keywords.some((word) => word.toLowerCase() === keyword.toLowerCase());
  return known ? filter : changedFilter(filter, { keywords: [...keywords, keyword] });
}

/** All that can be asked of a rating, in the order in which it is offered. */
export const RATINGS: readonly RatingFilter[] = [1, 2, 3, 4, 5, 'unrated', 'rejected'];

/** "1 star or more", "4 stars or more", "5 stars", "Not rated", "Rejected". */
export function ratingName(stars: RatingFilter): string {
  if (stars === 'unrated') return 'Not rated';
  if (stars === 'rejected') return 'Rejected';
  if (stars === 5) return '5 stars';
  return stars === 1 ? '1 star or more' : `${stars} stars or more`;
}

/** What a filter says, one chip each, in a fixed order. */
export function filterChips(filter: PictureFilter): FilterChip[] {
  const { after, before, rating, keywords = [], camera, lens, near, placed, kind, among } = filter;
  const chip = (key: keyof PictureFilter, label: string | undefined): FilterChip[] =>
    label === undefined ? [] : [{ key, label, without: changedFilter(filter, { [key]: undefined }) }];
  return [
    ...chip('kind', kind === undefined ? undefined : kind === 'photo' ? 'Photos' : 'Videos'),
    ...chip('after', after && `From ${dayOf(after)}`),
    ...chip('before', before && `Until ${dayOf(lastDay(before))}`),
    ...chip('rating', rating === undefined ? undefined : ratingName(rating)),
    ...keywords.map((keyword) => ({
      key: `keyword ${keyword}`,
      label: keyword,
      without: changedFilter(filter, { keywords: keywords.filter((word) => word !== keyword) }),
    })),
    ...chip('camera', camera),
    ...chip('lens', lens),
    ...chip('near', near && `Within ${number(near.km)} km of ${coordinates(near.latitude, near.longitude)}`),
    ...chip('among', among && `${number(among.length)} selected ${among.length === 1 ? 'picture' : 'pictures'}`),
    ...chip('placed', placed === undefined ? undefined : placed ? 'With a place' : 'Without a place'),
  ];
}

function dayOf(date: string): string {
  return day(Date.parse(`${date}T00:00:00Z`));
}
