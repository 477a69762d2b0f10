import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jpegWith } from '../fixtures/metadata-blocks.ts';
import { drawing } from '../fixtures/pictures.ts';
import { expect, holds, results, test } from './semblance.ts';
import { violations } from './violations.ts';

test('pictures are filtered by rating and keyword, in the grid and in a search, by keyboard and by mouse', async ({
  folder,
  start,
}) => {
  const photos = join(folder, 'photos');
  await mkdir(photos);
  // 12 pictures: every second has 4 stars, every third the keyword "Sea"
  for (let i = 0; i < 12; i++) {
    const jpeg = await drawing(i + 1, 160, 120)
      .jpeg()
      .toBuffer();
    const described = jpegWith(jpeg, {
      exif: {
        model: 'Semblance One',
        original: `2019:07:${String(i + 1).padStart(2, '0')} 16:20:11`,
        offset: '+02:00',
        place: [i < 6 ? 48.86 : 40, 2.35],
      },
      xmp: { rating: i % 2 === 0 ? 4 : 1, keywords: i % 3 === 0 ? ['Sea', 'Summer'] : ['Summer'] },
    });
    await writeFile(join(photos, `${i}.jpg`), described);
  }
  const { page } = await start(photos);
  await holds(page, 12);
  const grid = page.getByRole('grid', { name: 'Filtered pictures' });
  const chips = page.getByRole('group', { name: 'Filters' });
  const form = page.getByRole('dialog', { name: 'Filter pictures' });
  const found: string[] = [];

  // by keyboard: the button, a rating, and back to the button
  const button = page.getByRole('button', { name: 'Filter', exact: true });
  await button.focus();
  await page.keyboard.press('Enter');
  await expect(form).toBeVisible();
  found.push(...(await violations(page, 'filter')));
  const rating = form.getByLabel('Rating');
  await rating.selectOption('4 stars or more');
  await expect(grid.getByRole('gridcell')).toHaveCount(6);
  await form.getByLabel('Keyword').fill('sea');
  await page.keyboard.press('Enter');
  await expect(grid.getByRole('gridcell')).toHaveCount(2);
  await page.keyboard.press('Escape');
  await expect(form).toBeHidden();
  await expect(button).toBeFocused();
  await expect(chips.getByRole('listitem')).toHaveText(['4 stars or more', 'sea']);
  await expect(chips.getByRole('status')).toHaveText('2 pictures');
  found.push(...(await violations(page, 'filtered grid')));

  // the search finds those alone
  await grid.getByRole('gridcell').first().click();
  await page.keyboard.press('s');
  await expect(results(page)).toHaveCount(1);
  await chips.getByRole('button', { name: /^Remove the filter “sea”/ }).press('Enter');
  await expect(results(page)).toHaveCount(5);
  found.push(...(await violations(page, 'filtered results')));
  await chips.getByRole('button', { name: 'Clear all' }).click();
  await expect(chips).toBeHidden();
  await expect(results(page)).toHaveCount(11);

  // what is known of a picture, and its keyword as a filter
  await page.getByRole('button', { name: 'All pictures' }).click();
  await page.getByRole('gridcell').last().click();
  await page.keyboard.press('i');
  const details = page.getByRole('complementary', { name: 'Details' });
  await expect(details).toContainText('1 July 2019 at 16:20 (UTC+2)');
  await expect(details).toContainText('48.86000° N, 2.35000° E');
  await expect(details.getByRole('img', { name: '4 of 5 stars' })).toBeVisible();
  found.push(...(await violations(page, 'details of a described picture')));
  await details.getByRole('button', { name: 'Sea' }).click();
  await expect(grid.getByRole('gridcell')).toHaveCount(4);
  await details.getByRole('button', { name: 'Show pictures near there' }).click();
  await expect(chips.getByRole('listitem')).toHaveText(['Sea', 'Within 2 km of 48.86000° N, 2.35000° E']);
  await expect(grid.getByRole('gridcell')).toHaveCount(2);

  // nothing that fits
  await button.click();
  await form.getByLabel('Until').fill('2018-01-01');
  await expect(page.getByText('No picture is like that')).toBeVisible();
  await form.getByRole('button', { name: 'Clear all' }).click();
  await expect(page.getByRole('grid', { name: 'All pictures' }).getByRole('gridcell')).toHaveCount(12);
  expect(found).toEqual([]);
});
