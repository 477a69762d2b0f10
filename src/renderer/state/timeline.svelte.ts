import type { ServiceClient } from '../../contract/contract.ts';
import type { ExploreEvent } from '../../contract/explore-schemas.ts';
import type { EventPictures, PictureEvent, Timeline } from '../../contract/timeline-schemas.ts';
import { Explored } from './explored.svelte.ts';
import { timelineLayout } from './timeline-layout.ts';

/** Events that are asked for at once. */
const PART = 24;

/** When pictures were taken: the months at once, events as they come into view, and the one that is looked at with its pictures. */
export class TimelineState extends Explored<Timeline> {
  readonly layout = $derived(timelineLayout(this.found?.months ?? []));
  /** Events that are known, by their place; the others are being asked for. */
  events = $state.raw<ReadonlyMap<number, PictureEvent>>(new Map());
  /** The event that is looked at; null while it is asked for. */
  opened = $state.raw<EventPictures | null>(null);
  /** The picture that it was asked for by is there no more. */
  isGone = $state(false);
  /** Where the list was left: kept while another view is open. */
  scrollTop = 0;

  #askedParts = new Set<number>();
  #version = 0;
  #revision = 0;

  protected async find(client: ServiceClient, fresh: boolean): Promise<Timeline> {
    const found = await client.explore.timeline({ fresh });
    if (found.version !== this.#version) {
      this.#version = found.version;
      this.#askedParts = new Set();
      this.events = new Map();
    }
    return found;
  }

  protected take(event: ExploreEvent): void {
    if (event.type !== 'names' || event.revision === this.#revision) return;
    this.#revision = event.revision;
    this.reload(true);
  }

  /** Asks for the events that are in view, where they are not known. */
  async show(places: readonly number[]): Promise<void> {
    const parts = new Set(places.map((place) => Math.floor(place / PART)));
    await Promise.all([...parts].filter((part) => !this.#askedParts.has(part)).map((part) => this.#askPart(part)));
  }

  async #askPart(part: number): Promise<void> {
    const version = this.#version;
    this.#askedParts.add(part);
    const first = part * PART;
    const events = await this.ask(
      (client) => client.explore.events({ version, first, count: PART }),
      (code) => {
        // what is shown is older than what there is
        if (code === 'EXPLORED_CHANGED') void this.load(true);
      },
    );
    if (version !== this.#version) return;
    if (events === null) this.#askedParts.delete(part);
    else this.events = new Map([...this.events, ...events.map((event, i) => [first + i, event] as const)]);
  }

  /** Asks for the event of a picture, with all its pictures. */
  async openEvent(picture: number): Promise<void> {
    if (this.opened?.pictures.includes(picture) !== true) this.opened = null;
    this.isGone = false;
    const opened = await this.ask(
      (client) => client.explore.eventOf({ picture }),
      (code) => (this.isGone = code === 'PICTURE_UNKNOWN'),
    );
    if (opened !== null) this.opened = opened;
  }
}
