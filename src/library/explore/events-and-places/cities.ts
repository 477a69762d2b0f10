import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { resourceFile } from '../../../compute/resources.ts';
import { KM_PER_DEGREE, kilometres, radians, type Place } from '../../sphere.ts';

/** A city or town. */
export interface City extends Place {
  readonly name: string;
  /** ISO 3166-1, two letters. */
  readonly country: string;
  readonly population: number;
}

/** A place as wide as this is named by its largest city, a smaller one by the city that it is in or near to. */
const REGION_KM = 25;
const MOST_KM = 500;

/** Where no city is nearer, a place is not told by one. */
const NEAR_KM = 50;

/** The nearest cities by squares of a degree. */
export class Cities {
  readonly #squares = new Map<number, City[]>();
  readonly #countries = new Intl.DisplayNames('en', { type: 'region' });

  constructor(cities: Iterable<City>) {
    for (const city of cities) {
      const key = squareOf(Math.floor(city.latitude), Math.floor(city.longitude));
      const known = this.#squares.get(key);
      if (known) known.push(city);
      else this.#squares.set(key, [city]);
    }
  }

  /** The list that comes with the program: `scripts/places/build-cities.ts`. None where it is missing. */
  static shipped(): Cities {
    try {
      return new Cities(parseCities(gunzipSync(readFileSync(resourceFile('places', 'cities.tsv.gz'))).toString()));
    } catch {
      // names are a help: places are told by their folders and degrees then
      return new Cities([]);
    }
  }

  /** "Lyon, France", "near Lyon, France"; null where no city is near. */
  nameOf(centre: Place, radiusKm: number): string | null {
    const around = this.#around(centre, Math.min(MOST_KM, Math.max(NEAR_KM, radiusKm))).map((city) => ({
      city,
      distance: kilometres(centre, city),
    }));
    const [largest] = around
      .filter(({ distance }) => radiusKm >= REGION_KM && distance <= radiusKm)
      .sort((a, b) => b.city.population - a.city.population || a.distance - b.distance);
    if (largest) return this.#words(largest.city);
    // by how far out it is of a city of that size: a suburb is itself, a field is near the city
    const [nearest] = around
      .map((each) => ({ ...each, out: each.distance / extentKm(each.city) }))
      .filter(({ distance, out }) => distance <= NEAR_KM || out <= 1)
      .sort((a, b) => a.out - b.out);
    if (!nearest) return null;
    return nearest.out <= 1 ? this.#words(nearest.city) : `near ${this.#words(nearest.city)}`;
  }

  #words({ name, country }: City): string {
    const state = this.#countries.of(country) ?? country;
    return state === name ? name : `${name}, ${state}`;
  }

  #around({ latitude, longitude }: Place, km: number): City[] {
    const reach = km / KM_PER_DEGREE;
    const [south, north] = [Math.floor(latitude - reach), Math.floor(latitude + reach)];
    const pole = Math.min(90, Math.abs(latitude) + reach);
    const wide = Math.min(180, reach / Math.max(1e-9, Math.cos(radians(pole))));
    const found: City[] = [];
    const [west, east] = [Math.floor(longitude - wide), Math.floor(longitude + wide)];
    for (let row = south; row <= north; row++) {
      for (let column = west; column <= Math.min(east, west + 359); column++) {
        found.push(...(this.#squares.get(squareOf(row, column)) ?? []));
      }
    }
    return found;
  }
}

/** How far a city reaches from its middle: from 3 km for a town of 5,000 to some 30 for one of ten millions. */
function extentKm({ population }: City): number {
  return 2 + 0.3 * Math.sqrt(population / 1000);
}

function squareOf(row: number, column: number): number {
  return row * 360 + ((column + 540) % 360);
}

/** A city a line: name, country, latitude, longitude, thousands of inhabitants, with tabs between. */
export function parseCities(text: string): City[] {
  return text.split('\n').flatMap((line) => {
    const [name, country, latitude, longitude, thousands] = line.split('\t');
    if (name === undefined || country === undefined || thousands === undefined) return [];
    const population = 1000 * Number(thousands);
    return [{ name, country, latitude: Number(latitude), longitude: Number(longitude), population }];
  });
}
