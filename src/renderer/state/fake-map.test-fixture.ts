import type { ServiceClient } from '../../contract/contract.ts';
import { NO_CATEGORY, type MapColors } from '../../contract/explore-schemas.ts';

type MapAnswers = ServiceClient['explore']['map'];

/** The map of a library in memory: what a test sets is what it answers. */
export class FakeMap {
  revision = 1;
  current = true;
  ids: readonly number[] = [];
  /** x and y of each. */
  positions: readonly number[] = [];
  categories: MapColors['categories'] = [];
  /** The category of each point; null where it has none. */
  values: readonly (number | null)[] = [];

  answers(answer: <T>(name: string, value: T) => Promise<T>): MapAnswers {
    return {
      layout: (input) =>
        answer(`layoutMap ${input?.fresh === true ? 'fresh' : 'kept'}`, {
          revision: this.revision,
          current: this.current,
          pictures: this.ids.length,
          ids: new Blob([Int32Array.from(this.ids)]),
          positions: new Blob([Float32Array.from(this.positions)]),
        }),
      colors: ({ revision, by }) =>
        answer(`colorMap ${by} ${revision}`, {
          revision,
          categories: this.categories,
          values: new Blob([Uint16Array.from(this.values, (value) => value ?? NO_CATEGORY)]),
        }),
    };
  }
}
