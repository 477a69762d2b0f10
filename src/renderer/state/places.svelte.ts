import type { ServiceClient } from '../../contract/contract.ts';
import type { ExploreEvent } from '../../contract/explore-schemas.ts';
import type { PicturePlace, PlacePictures, Places } from '../../contract/timeline-schemas.ts';
import { boundsInView, fitted, kilometresOfPixel, type DrawingSize, type EarthView } from './earth-view.ts';
import { Explored } from './explored.svelte.ts';

/** Pictures so near to each other on the drawing, in CSS pixels, are of one place. */
const PLACE_PIXELS = 24;

/** A drawing that moves asks when it has been still for this long. */
const STILL_MS = 150;

/** The place that is looked at: by one of its pictures, and the scale at which it was one. */
export interface OpenedPlace {
  readonly picture: number;
  readonly km: number;
}

/** Where pictures were taken: the places of what is in view, and the one that is looked at with its pictures. */
export class PlacesState extends Explored<Places> {
  /** Null until all places were fitted into the drawing. */
  view = $state.raw<EarthView | null>(null);
  size = $state.raw<DrawingSize>({ width: 0, height: 0 });
  /** The place that the keys or the mouse are on; by one of its pictures, as its place in the list is another in the next view. */
  chosen = $state<number | null>(null);
  opened = $state.raw<PlacePictures | null>(null);
  isGone = $state(false);
  readonly places: readonly PicturePlace[] = $derived(this.found?.places ?? []);

  /** All places are shown, whatever size the drawing gets. */
  #isFitted = false;
  #timer: ReturnType<typeof setTimeout> | null = null;

  protected async find(client: ServiceClient, fresh: boolean): Promise<Places> {
    const { view, size } = this;
    if (view !== null) {
      const km = Math.min(5000, Math.max(0.1, PLACE_PIXELS * kilometresOfPixel(view)));
      return client.explore.places({ km, bounds: boundsInView(view, size), fresh });
    }
    const all = await client.explore.places({ km: 1000, fresh });
    if (all.bounds === null || size.width === 0 || size.height === 0) return all;
    this.view = fitted(all.bounds, size);
    this.#isFitted = true;
    return this.find(client, false);
  }

  protected take(event: ExploreEvent): void {
    // which pictures are typical is known better now
    if (event.type === 'outdated') this.reload(true);
  }

  /** The drawing has another size. */
  resize(size: DrawingSize): void {
    if (size.width === this.size.width && size.height === this.size.height) return;
    this.size = size;
    if (this.#isFitted && size.width > 0 && size.height > 0) this.showAll();
    else this.#askSoon();
  }

  move(view: EarthView): void {
    this.view = view;
    this.#isFitted = false;
    this.#askSoon();
  }

  /** All places, fitted into the drawing. */
  showAll(): void {
    const bounds = this.found?.bounds ?? null;
    if (bounds === null) return;
    this.move(fitted(bounds, this.size));
    this.#isFitted = true;
  }

  async openPlace({ picture, km }: OpenedPlace): Promise<void> {
    if (this.opened?.pictures.includes(picture) !== true) this.opened = null;
    this.isGone = false;
    const opened = await this.ask(
      (client) => client.explore.placeOf({ picture, km }),
      (code) => (this.isGone = code === 'PICTURE_UNKNOWN'),
    );
    if (opened !== null) this.opened = opened;
  }

  #askSoon(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.reload();
    }, STILL_MS);
  }
}
