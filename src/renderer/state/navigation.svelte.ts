import type { OpenedCluster } from './clusters.svelte.ts';
import type { OpenedPlace } from './places.svelte.ts';
import type { Example } from './search.svelte.ts';

/** Where the window is. A search carries its examples and words, so that going back brings the same results. */
export type Place =
  | { readonly view: 'library' }
  | { readonly view: 'search'; readonly examples: readonly Example[]; readonly words: string }
  | { readonly view: 'activity' }
  | { readonly view: 'settings' }
  | { readonly view: 'group'; readonly id: number }
  /** Teaching; with a version, what came of that one. */
  | { readonly view: 'teach'; readonly model: string | null }
  /** Which pictures to label next. */
  | { readonly view: 'label-next' }
  /** What belongs together; with a cluster, that one. */
  | { readonly view: 'clusters'; readonly open: OpenedCluster | null }
  /** When pictures were taken; with a picture, the event that it is of. */
  | { readonly view: 'timeline'; readonly open: number | null }
  /** Where pictures were taken; with a place, that one. */
  | { readonly view: 'places'; readonly open: OpenedPlace | null }
  /** What is there twice. */
  | { readonly view: 'duplicates' }
  /** All pictures on one plane. */
  | { readonly view: 'map' }
  /** One picture large; `list` is what next and previous go through. */
  | { readonly view: 'viewer'; readonly id: number; readonly list: 'library' | 'search' };

/** No person goes back further. */
const LONGEST_HISTORY = 100;

/** The places visited, as a browser keeps them: back, forward, and a new place that drops what lay ahead. */
export class Navigation {
  #places = $state.raw<readonly Place[]>([{ view: 'library' }]);
  #index = $state(0);
  readonly place: Place = $derived(this.#places[this.#index] ?? { view: 'library' });
  readonly canGoBack = $derived(this.#index > 0);
  readonly canGoForward = $derived(this.#index < this.#places.length - 1);

  go(place: Place): void {
    const kept = this.#places.slice(Math.max(0, this.#index + 2 - LONGEST_HISTORY), this.#index + 1);
    this.#places = [...kept, place];
    this.#index = this.#places.length - 1;
  }

  /** Changes where the window is without a step to go back over. */
  replace(place: Place): void {
    this.#places = this.#places.with(this.#index, place);
  }

  back(): void {
    if (this.canGoBack) this.#index -= 1;
  }

  forward(): void {
    if (this.canGoForward) this.#index += 1;
  }
}
