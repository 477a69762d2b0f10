import AxeBuilder from '@axe-core/playwright';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { writeDrawings } from '../fixtures/pictures.ts';
import { dropFiles } from './dragging.ts';
import { expect, holds, results, runEnded, test, tiles } from './semblance.ts';

/** The violations that keep someone out, in both colour schemes: rule, and where. */
async function violations(page: Page, where: string): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // Legacy mode: the other one opens a second page, which this application does not let anyone do.
    const { violations: all } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    for (const { id, impact, nodes } of all) {
      if (impact !== 'serious' && impact !== 'critical') continue;
      found.push(...nodes.map(({ html }) => `${where}, ${colorScheme}: ${id}: ${html.slice(0, 160)}`));
    }
  }
  return found;
}

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
