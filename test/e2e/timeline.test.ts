import { join } from 'node:path';
import { LYON, SYDNEY, writeDatedPictures, type DatedPicture } from '../fixtures/dated-pictures.ts';
import { expect, holds, test } from './semblance.ts';
import { violations } from './violations.ts';

const two = (value: number): string => String(value).padStart(2, '0');

/** Three pictures an event: one each month of two years, the last two with a place. */
const PICTURES: DatedPicture[] = Array.from({ length: 16 }, (_, event) =>
  [0, 5, 9].map((minute) => ({
    name: `${event}-${minute}.jpg`,
    at: `${2018 + Math.floor(event / 8)}:${two(1 + (event % 8))}:12 10:${two(minute)}:00`,
    ...(event < 14 ? {} : { place: event === 14 ? LYON : SYDNEY }),
  })),
).flat();

test('pictures are found by when and where they were taken, by keyboard', async ({ folder, start }) => {
  const photos = join(folder, 'photos');
  await writeDatedPictures(photos, PICTURES);
  const { page } = await start(photos);
  await holds(page, PICTURES.length);
  const found: string[] = [];
  const heading = (name: string) => page.getByRole('heading', { level: 1, name });

  await page.getByRole('button', { name: 'Timeline' }).click();
  const events = page.getByRole('list', { name: 'Events' }).getByRole('button');
  await expect(events.first()).toHaveAccessibleName(/^Sydney, Australia, 12 August 2019, 10:00–10:09, 3 pictures/);
  await expect(heading('Timeline')).toBeVisible();
  found.push(...(await violations(page, 'timeline')));

  // down the list, and a year back by the scrubber
  await events.first().focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('button', { name: /^Lyon, France, 12 July 2019/ })).toBeFocused();
  const scrubber = page.getByRole('slider', { name: 'Month' });
  await scrubber.focus();
  await expect(scrubber).toHaveAttribute('aria-valuetext', 'August 2019');
  await page.keyboard.press('PageDown');
  await expect(scrubber).toHaveAttribute('aria-valuetext', 'August 2018');
  const august = page.getByRole('button', { name: /^12 August 2018, 10:00–10:09, 3 pictures/ });
  await expect(august).toBeVisible();

  // its pictures, and a group of them
  await august.focus();
  await page.keyboard.press('Enter');
  await expect(heading('12 August 2018')).toBeVisible();
  const pictures = page.getByRole('list', { name: 'Pictures of this event' }).getByRole('button');
  await expect(pictures).toHaveCount(3);
  found.push(...(await violations(page, 'one event')));
  await page.getByRole('button', { name: 'Make a group…' }).press('Enter');
  await expect(page.getByRole('dialog').getByRole('textbox')).toHaveValue('12 August 2018');
  await page.keyboard.press('Enter');
  await expect(
    page.getByRole('list', { name: 'Groups' }).getByRole('button', { name: /^12 August 2018/ }),
  ).toContainText('3');
  await page.keyboard.press('Alt+ArrowLeft');
  await expect(august).toBeVisible();

  await page.getByRole('button', { name: 'Places' }).click();
  const places = page.getByRole('list', { name: 'Places in view' }).getByRole('button');
  await expect(places).toHaveCount(2);
  found.push(...(await violations(page, 'places')));
  const drawing = page.getByRole('application', { name: /^Where pictures were taken/ });
  await drawing.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('status').filter({ hasText: 'Sydney' })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(heading('Sydney, Australia')).toBeVisible();
  await expect(page.getByRole('list', { name: 'Pictures of this place' }).getByRole('button')).toHaveCount(3);
  await page.keyboard.press('Alt+ArrowLeft');

  // closer, until one is out of view; and all of them again
  await drawing.focus();
  for (let i = 0; i < 4; i++) await page.keyboard.press('+');
  await expect(places).not.toHaveCount(2);
  await page.keyboard.press('Home');
  await expect(places).toHaveCount(2);
  expect(found).toEqual([]);
});
