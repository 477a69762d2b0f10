import { createRouterClient } from '@orpc/server';
import { join } from 'node:path';
import type { ServiceClient } from '../../contract/contract.ts';
import type { PictureMetadata } from '../../library/media/picture-metadata.ts';
import { openService } from '../../library/service.ts';
import { KM_PER_DEGREE } from '../../library/sphere.ts';
import { createRandom } from '../../similarity/random.ts';
import type { Output } from '../output.ts';
import { adjustedRandIndex } from './cluster-agreement.ts';
import { makeLibrary } from './generated-library.ts';
import type { Report } from './measurement.ts';

/** Pictures of one event. */
const OF_EVENT = 50;

/** Places lie in a grid of so many degrees, far enough apart that no two are one at the scale that is asked for. */
const PLACE_COLUMNS = 40;
const PLACE_ROWS = 10;
const SCALE_KM = 10;
const SPREAD_KM = 3;

/** An event in four is on the day of the one before it, some so soon that paces alone do not tell them apart; the others are days later. */
const SAME_DAY_H = [0.7, 5] as const;
const DAYS_LATER = [2, 9] as const;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const BEGIN = Date.UTC(2001, 0, 1, 10);

/**
 * Timeline and places of a large library: how long each takes from the library as it lies on the disk, and how far they agree with the events
 * and places that were planted. The events have fifty pictures at paces of half a minute to ten minutes, each of one kind.
 */
export async function benchDated(
  folder: string,
  { size, kinds }: { readonly size: number; readonly kinds: number },
  report: Report,
  output: Output,
): Promise<void> {
  const libraryFolder = join(folder, 'dated-library');
  const n = size.toLocaleString('en');
  output.notice(`Making a library of ${n} pictures with dates and places.`);
  const planted = plantedEvents(size, kinds);
  await makeLibrary(libraryFolder, size, kinds, { drawn: true, says: (i) => planted.says[i] ?? {} });
  const service = await openService({ libraryFolder });
  try {
    await service.settled();
    const client = createRouterClient(service.router);
    await timedRow(report, `timeline of ${n} pictures`, () => client.explore.timeline({ fresh: true }));
    await timedRow(report, 'places of the same, what was read for the timeline being known', () =>
      client.explore.places({ km: SCALE_KM, fresh: true }),
    );
    const bench = 'explore';
    const events = await foundEvents(client, size);
    const places = await foundPlaces(client, size);
    for (const [metric, found, truth] of [
      ['events and those planted, adjusted Rand index', events, planted.events],
      ['places and those planted, adjusted Rand index', places, planted.places],
    ] as const) {
      const value = adjustedRandIndex(truth, found);
      report({ bench, metric, value, unit: '', reference: 1, ratio: value });
    }
    const [found, there] = [new Set(events).size, new Set(planted.events).size];
    const metric = 'events found, of so many planted';
    report({ bench, metric, value: found, unit: '', reference: there, ratio: found / there });
  } finally {
    await service.close();
  }
}

interface PlantedEvents {
  readonly says: readonly Partial<PictureMetadata>[];
  /** Of each picture. */
  readonly events: Int32Array;
  readonly places: Int32Array;
}

function plantedEvents(size: number, kinds: number): PlantedEvents {
  const random = createRandom(5);
  const says: Partial<PictureMetadata>[] = [];
  const events = new Int32Array(size);
  const places = new Int32Array(size);
  let time = BEGIN;
  const block = kinds * OF_EVENT;
  for (let first = 0; first < size; first += block) {
    // the pictures of a kind in this block are an event
    for (let kind = 0; kind < kinds; kind++) {
      const event = (first / block) * kinds + kind;
      const place = random.below(PLACE_COLUMNS * PLACE_ROWS);
      const pace = MINUTE_MS * 2 ** (-1 + 4.3 * random.next());
      for (let i = first + kind; i < Math.min(size, first + block); i += kinds) {
        time += -pace * Math.log(1 - random.next());
        says[i] = { takenAt: new Date(time).toISOString().slice(0, 19), ...nearPlace(place, random) };
        events[i] = event;
        places[i] = place;
      }
      time += HOUR_MS * (random.next() < 0.25 ? random.between(...SAME_DAY_H) : 24 * random.between(...DAYS_LATER));
    }
  }
  return { says, events, places };
}

function nearPlace(place: number, random: { next(): number }): { latitude: number; longitude: number } {
  const spread = (2 * SPREAD_KM) / KM_PER_DEGREE;
  return {
    latitude: -50 + 10 * Math.floor(place / PLACE_COLUMNS) + spread * (random.next() - 0.5),
    longitude: -175 + 8 * (place % PLACE_COLUMNS) + spread * (random.next() - 0.5),
  };
}

async function timedRow(report: Report, metric: string, work: () => Promise<unknown>): Promise<void> {
  const [began, used] = [performance.now(), process.cpuUsage()];
  await work();
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(used);
  const bench = 'explore';
  report({ bench, metric, value: seconds, unit: 's', reference: null, ratio: null });
  const value = (user + system) / 1e6;
  report({ bench, metric: 'the same, of the processor', value, unit: 's', reference: null, ratio: null });
}

/** The event of each picture, by its first picture. */
async function foundEvents(client: ServiceClient, size: number): Promise<Int32Array> {
  const { version, events } = await client.explore.timeline();
  const found = new Int32Array(size).fill(-1);
  for (let first = 0; first < events; first += 100) {
    for (const { picture } of await client.explore.events({ version, first, count: 100 })) {
      const { pictures } = await client.explore.eventOf({ picture });
      for (const id of pictures) found[id - 1] = picture;
    }
  }
  return found;
}

/** The place of each picture, by the picture that it is asked for by. */
async function foundPlaces(client: ServiceClient, size: number): Promise<Int32Array> {
  const found = new Int32Array(size).fill(-1);
  for (let first = 0, there = 1; first < there; first += 200) {
    const part = await client.explore.places({ km: SCALE_KM, first });
    there = part.found;
    for (const { picture } of part.places) {
      const { pictures } = await client.explore.placeOf({ picture, km: SCALE_KM });
      for (const id of pictures) found[id - 1] = picture;
    }
  }
  return found;
}
