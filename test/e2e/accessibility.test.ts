import { join } from 'node:path';
import { writeDrawings } from '../fixtures/pictures.ts';
import { dropFiles } from './dragging.ts';
import { expect, holds, results, runEnded, test, tiles } from './semblance.ts';
import { violations } from './violations.ts';

test('no view has a serious fault for those who use a keyboard or a screen reader', async ({ folder, start }) => {
  const photos = join(folder, 'photos');
  await writeDrawings(photos, 24);
  const { page } = await start();
  await expect(page.getByText('Nothing leaves this computer.')).toBeVisible();
  const found = await violations(page, 'first start');

  await dropFiles(page, [photos]);
  await runEnded(page, '24 pictures indexed.');
  await tiles(page).first().click();
  found.push(...(await violations(page, 'grid')));

  await page.keyboard.press('i');
  await expect(page.getByRole('complementary', { name: 'Details' })).toBeVisible();
  found.push(...(await violations(page, 'details')));
  await page.keyboard.press('i');

  await page.keyboard.press('s');
  await expect(results(page).first()).toBeVisible();
  found.push(...(await violations(page, 'results')));

  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toBeVisible();
  found.push(...(await violations(page, 'shortcuts')));
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: /^Activity/ }).click();
  found.push(...(await violations(page, 'activity')));
  expect(found).toEqual([]);
});

test('the main job is done without a mouse', async ({ folder, start }) => {
  const photos = join(folder, 'photos');
  await writeDrawings(photos, 12);
  const { page } = await start(photos);
  await holds(page, 12);

  const role = () => page.evaluate(() => document.activeElement?.getAttribute('role'));
  for (let i = 0; i < 40 && (await role()) !== 'gridcell'; i++) await page.keyboard.press('Tab');
  await expect(page.locator(':focus')).toHaveAccessibleName(/^Picture \d+ of 12,/);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('img', { name: /\.jpg$/ })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('s');
  await expect(results(page).first()).toBeVisible();
});
