import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { writeKinds } from '../fixtures/kinds.ts';
import { expect, holds, results, test } from './semblance.ts';
import { violations } from './violations.ts';

const PICTURES = 48;

function mapOf(page: Page) {
  return page.getByRole('application', { name: /^Map of your pictures/ });
}

/** How many colours the points are drawn in, as far as they are apart from grey. */
function pointColors(page: Page): Promise<number> {
  return mapOf(page)
    .locator('canvas')
    .evaluate((canvas: HTMLCanvasElement) => {
      const context = canvas.getContext('2d');
      if (context === null) return 0;
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      const hues = new Set<number>();
      for (let i = 0; i < data.length; i += 4) {
        const [red = 0, green = 0, blue = 0] = data.subarray(i, i + 3);
        if (Math.max(red, green, blue) - Math.min(red, green, blue) > 60)
          hues.add((red >> 6) * 16 + (green >> 6) * 4 + (blue >> 6));
      }
      return hues.size;
    });
}

test('the map is walked, zoomed and selected on, by keyboard and by mouse', async ({ folder, start }) => {
  const photos = join(folder, 'photos');
  await writeKinds(photos, PICTURES / 4);
  const { page } = await start(photos);
  await holds(page, PICTURES);
  const map = mapOf(page);
  const thumbnails = map.locator('.thumbnails img');
  const said = (words: RegExp) => page.getByRole('status').filter({ hasText: words });

  await page.getByRole('button', { name: 'Map', exact: true }).click();
  await expect(thumbnails.first()).toBeVisible({ timeout: 40_000 });
  const categories = page.getByRole('list', { name: /^Categories/ });
  await expect(categories).toContainText(/circles|bars|lines|rings/);
  await expect.poll(() => pointColors(page)).toBeGreaterThan(1);
  const found = await violations(page, 'map');

  // by keyboard: from picture to picture, nearer, large, and back to where it was
  await map.focus();
  await page.keyboard.press('ArrowRight');
  await expect(said(/^Picture \d+ of 48, cluster /)).toHaveCount(1);
  const walked = new Set<string | null>();
  for (const key of ['ArrowRight', 'ArrowLeft', 'ArrowUp', 'ArrowDown']) {
    await page.keyboard.press(key);
    walked.add(await map.getAttribute('data-id'));
  }
  expect(walked.size).toBeGreaterThan(1);
  const drawn = await thumbnails.count();
  for (const _ of [1, 2, 3, 4]) await page.keyboard.press('+');
  await expect.poll(() => thumbnails.count()).not.toBe(drawn);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/\.jpg$/);
  await page.keyboard.press('Escape');
  await map.focus();
  await page.keyboard.press('0');
  await expect.poll(() => thumbnails.count()).toBe(drawn);

  // what a search found is lit up
  await page.keyboard.press('s');
  await expect(results(page).first()).toBeVisible();
  await page.keyboard.press('Alt+ArrowLeft');
  await expect(page.getByRole('checkbox', { name: /^Light up the \d+ results/ })).toBeChecked();

  // by mouse: all of it by a rectangle, into a group
  await page.getByRole('button', { name: 'Select by a rectangle' }).click();
  const { x, y, width, height } = (await map.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  await page.mouse.move(x + 5, y + 5);
  await page.mouse.down();
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.move(x + width - 5, y + height - 5);
  await page.mouse.up();
  await expect(said(/^48 pictures selected\.$/)).toHaveCount(1);
  await page.keyboard.press('g');
  await page.getByRole('dialog').getByRole('textbox').fill('All of them');
  await page.keyboard.press('Enter');
  await page.getByRole('combobox', { name: 'Coloured by' }).selectOption('group');
  const group = categories.getByRole('button', { name: /^All of them\s*48$/ });
  await group.click();
  await expect(group).toHaveAttribute('aria-pressed', 'true');
  found.push(...(await violations(page, 'map with a selection')));

  // the mouse over a picture shows it, the wheel goes nearer
  await page.getByRole('button', { name: 'Move the map' }).click();
  const first = await thumbnails.first().boundingBox();
  await page.mouse.move((first?.x ?? 0) + 20, (first?.y ?? 0) + 20);
  await expect(map.getByText(/^Picture \d+ of 48, group All of them/)).toBeVisible();
  await page.mouse.click((first?.x ?? 0) + 20, (first?.y ?? 0) + 20);
  await page.mouse.wheel(0, -1500);
  await expect.poll(() => thumbnails.count()).not.toBe(drawn);
  expect(found).toEqual([]);
});
