import type { ServiceClient } from '../contract/contract.ts';
import type { PictureEvent, PicturePlace } from '../contract/timeline-schemas.ts';
import type { SharedOptions } from './shared-options.ts';
import { pathsOf } from './explore-commands.ts';
import { plural } from './format.ts';
import { Output } from './output.ts';
import { withLibrary } from './session.ts';

/** What was taken in one go, the newest first, each with its pictures in order. */
export async function eventsCommand(shared: SharedOptions): Promise<number> {
  const output = new Output(shared.json);
  return withLibrary({ libraryFolder: shared.library, access: 'read' }, async ({ client }) => {
    for await (const { event, pictures: ids } of events(client)) {
      const { title, dates, from, to, place, byFileTime } = event;
      const pictures = await pathsOf(client, shared.json ? ids : ids.slice(0, 3));
      if (shared.json) output.value({ title, dates, from, to, place, byFileTime, size: ids.length, pictures });
      else {
        const when = title === dates ? dates : `${title}  ${dates}`;
        const note = byFileTime ? ' (by file dates)' : '';
        output.line(`${when}${note}  ${plural(ids.length, 'picture')}  ${pictures.join('  ')}`);
      }
    }
    return 0;
  });
}

async function* events(client: ServiceClient): AsyncGenerator<{ event: PictureEvent; pictures: number[] }> {
  const { version, events: count } = await client.explore.timeline({ fresh: true });
  for (let first = 0; first < count;) {
    const part = await client.explore.events({ version, first, count: 100 });
    for (const { picture } of part) yield await client.explore.eventOf({ picture });
    first += part.length;
  }
}

/** Where pictures were taken, the place with most of them first. */
export async function placesCommand(shared: SharedOptions, { km }: { km: number }): Promise<number> {
  const output = new Output(shared.json);
  return withLibrary({ libraryFolder: shared.library, access: 'read' }, async ({ client }) => {
    const { placed, unplaced, found } = await client.explore.places({ km, fresh: true });
    for (let first = 0; first < found;) {
      const { places } = await client.explore.places({ km, first });
      if (places.length === 0) break;
      for (const place of places) await showPlace(client, output, place, km);
      first += places.length;
    }
    if (placed === 0) output.notice('No picture says where it was taken.');
    else if (unplaced > 0) output.notice(`${plural(unplaced, 'picture')} without a place.`);
    return 0;
  });
}

async function showPlace(client: ServiceClient, output: Output, place: PicturePlace, km: number): Promise<void> {
  const { picture, name, about, latitude, longitude, radiusKm } = place;
  const { pictures: ids } = await client.explore.placeOf({ picture, km });
  const pictures = await pathsOf(client, output.json ? ids : ids.slice(0, 3));
  if (output.json) output.value({ name, about, latitude, longitude, radiusKm, size: ids.length, pictures });
  else {
    const title = about === null ? name : `${name} (${about})`;
    output.line(`${title}  ${plural(ids.length, 'picture')}  ${pictures.join('  ')}`);
  }
}
