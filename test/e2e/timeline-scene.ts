import type { Locator, Page } from '@playwright/test';
import { LYON, SYDNEY, writeDatedPictures, type DatedPicture } from '../fixtures/dated-pictures.ts';
import type { Running } from './launch.ts';
import { PATIENCE, type Shoot } from './scene.ts';

const REYKJAVIK = [64.147, -21.94] as const;
const TOWNS = [LYON, [45.9, 6.12], [46.2, 6.14], SYDNEY, REYKJAVIK, [-33.7, 150.3], [10, -30]] as const;

const two = (value: number): string => String(value).padStart(2, '0');

/** Pictures of eight years: some months with many, some with none, some without a date, half of them with a place. */
export async function writeJourneys(folder: string): Promise<void> {
  const pictures: DatedPicture[] = [];
  for (let event = 0; event < 40; event++) {
    const [year, month, day] = [2012 + Math.floor(event / 5), 1 + ((event * 5) % 12), 1 + ((event * 7) % 28)];
    for (let i = 0; i < 2 + (event % 7); i++) {
      const town = event % 2 === 0 ? TOWNS[(event / 2) % TOWNS.length] : undefined;
      pictures.push({
        name: `${event % 6 === 0 ? 'Walk with Grandma and all her friends' : '100CANON'}/${event}-${i}.jpg`,
        at: `${year}:${two(month)}:${two(day)} ${two(9 + (event % 10))}:${two(3 * i)}:00`,
        ...(town ? { place: [town[0] + 0.003 * i, town[1] + 0.002 * i] } : {}),
      });
    }
  }
  for (let i = 0; i < 5; i++) pictures.push({ name: `scan ${i}.jpg` });
  await writeDatedPictures(folder, pictures);
}

/** When and where pictures were taken. */
export async function timelineScene(running: Running, shoot: Shoot): Promise<void> {
  const { page } = running;
  await page.getByRole('button', { name: 'Timeline' }).click();
  await firstIn(page, 'Events').waitFor(PATIENCE);
  await shoot(running, 'timeline');
  await firstIn(page, 'Events').click();
  await firstIn(page, 'Pictures of this event').click(PATIENCE);
  await shoot(running, 'one event');
  await page.getByRole('button', { name: 'Places' }).click();
  await firstIn(page, 'Places in view').waitFor(PATIENCE);
  await firstIn(page, 'Places in view').hover();
  await shoot(running, 'places');
  for (let i = 0; i < 8; i++) await page.getByRole('button', { name: 'Closer' }).click();
  await shoot(running, 'places, closer');
  await page.getByRole('button', { name: 'All places' }).click();
  await firstIn(page, 'Places in view').click(PATIENCE);
  await firstIn(page, 'Pictures of this place').waitFor(PATIENCE);
  await shoot(running, 'one place');
}

/** No picture has a place. */
export async function noPlacesScene(running: Running, shoot: Shoot): Promise<void> {
  await running.page.getByRole('button', { name: 'Places' }).click();
  await running.page.getByRole('heading', { name: 'No picture says where it was taken' }).waitFor(PATIENCE);
  await shoot(running, 'no places');
}

function firstIn(page: Page, list: string): Locator {
  return page.getByRole('list', { name: list }).getByRole('button').first();
}
