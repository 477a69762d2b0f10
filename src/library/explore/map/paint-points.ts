import { NO_CATEGORY, type MapColors } from '../../../contract/explore-schemas.ts';

/** Pictures of one colour. */
export interface Category {
  readonly key: string;
  readonly label: string;
  /** Media ids; what is not on the map may be among them. */
  readonly ids: readonly number[];
}

/** Points with their categories, as the contract has them. */
export interface Painted {
  readonly categories: MapColors['categories'];
  readonly values: Uint16Array<ArrayBuffer>;
}

/** The category of each of some pictures, of several the smallest, and how many of them each category has. */
export function paint(points: Uint32Array, all: readonly Category[]): Painted {
  const categories = all.slice(0, NO_CATEGORY);
  const byId = new Uint16Array(points.reduce((most, id) => Math.max(most, id), 0) + 1).fill(NO_CATEGORY);
  const largestFirst = [...categories.entries()].sort(([, a], [, b]) => b.ids.length - a.ids.length);
  for (const [category, { ids }] of largestFirst) for (const id of ids) byId[id] = category;
  const values = Uint16Array.from(points, (id) => byId[id] ?? NO_CATEGORY);
  const counts = new Uint32Array(NO_CATEGORY + 1);
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return {
    categories: categories.map(({ key, label }, category) => ({ key, label, pictures: counts[category] ?? 0 })),
    values,
  };
}
