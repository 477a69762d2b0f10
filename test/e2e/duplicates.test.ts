import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { drawing } from '../fixtures/pictures.ts';
import { expect, holds, test } from './semblance.ts';
import { violations } from './violations.ts';

test('duplicates are compared, decided about and undone, by keyboard', async ({ folder, start }) => {
  const photos = join(folder, 'photos');
  await mkdir(photos);
  for (let seed = 0; seed < 6; seed++) {
    await drawing(seed, 640, 480)
      .png()
      .toFile(join(photos, `p${seed}.png`));
  }
  await drawing(0, 640, 480).resize(320, 240).jpeg().toFile(join(photos, 'small.jpg'));
  const { page } = await start(photos);
  await holds(page, 7);

  await page.getByRole('button', { name: 'Duplicates' }).click();
  const sets = page.getByRole('list', { name: 'The same picture in another size or format' });
  const set = sets.getByRole('listitem', { name: 'p0.png' });
  await expect(set).toContainText('2 files, keep the first: larger', { timeout: 30_000 });
  const found = await violations(page, 'duplicates');

  await set.getByRole('button', { name: 'Compare' }).focus();
  await page.keyboard.press('Enter');
  await expect(set.getByRole('figure')).toHaveCount(2);
  await expect(set.getByRole('figure').first()).toContainText('640 × 480');
  await expect(set.getByRole('figure').last()).toContainText('320 × 240');
  found.push(...(await violations(page, 'duplicates side by side')));

  await set.getByRole('button', { name: 'Not duplicates' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'No duplicates' })).toBeVisible();
  await page.keyboard.press('ControlOrMeta+z');
  await expect(set).toBeVisible({ timeout: 30_000 });
  expect(found).toEqual([]);
});
