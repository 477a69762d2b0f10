import { join } from 'node:path';
import type { Page } from '@playwright/test';
import sharp from 'sharp';
import { writeKinds } from '../fixtures/kinds.ts';
import { expect, holds, results, test } from './semblance.ts';
import { violations } from './violations.ts';

const PICTURES = 48;

function mapOf(page: Page) {
  return page.getByRole('application', { name: /^Map of your pictures/ });
}

/** How many pixels of the map are of a colour: of points, without what lies over them. */
async function inked(page: Page): Promise<number> {
  await mapOf(page).evaluate((map) => {
    for (const over of map.querySelectorAll<HTMLElement>('.thumbnails, .marks, .rings'))
      over.style.visibility = 'hidden';
  });
  const { data, info } = await sharp(await mapOf(page).screenshot())
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  let count = 0;
  for (let i = 0; i < data.length; i += info.channels) {
    const pixel = data.subarray(i, i + 3);
    if (Math.max(...pixel) - Math.min(...pixel) > 60) count++;
  }
  await mapOf(page).evaluate((map) => {
    for (const over of map.querySelectorAll<HTMLElement>('.thumbnails, .marks, .rings')) over.style.visibility = '';
  });
  return count;
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
  await expect.poll(() => inked(page)).toBeGreaterThan(100);
  const byProcessor = await inked(page);
  await expect(map.locator('canvas')).toHaveAttribute('data-drawn-by', 'cpu');
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
  await expect(page.getByRole('checkbox', { name: /^Light up what the search found: \d+ pictures?$/ })).toBeChecked();

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

  // by WebGL it looks the same: here that is done in software, which the window does not ask for by itself
  await page.evaluate(() => {
    localStorage.setItem('semblance:preferences', JSON.stringify({ mapDrawing: 'gpu' }));
  });
  await page.reload();
  await page.getByRole('button', { name: 'Map', exact: true }).click();
  await expect(map.locator('canvas')).toHaveAttribute('data-drawn-by', 'gpu');
  await expect.poll(async () => Math.abs((await inked(page)) / byProcessor - 1)).toBeLessThan(0.3);
  // and where the graphics card goes away, by the processor again
  await map.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
    canvas.getContext('webgl2')?.getExtension('WEBGL_lose_context')?.loseContext();
  });
  await expect(map.locator('canvas')).toHaveAttribute('data-drawn-by', 'cpu');
  await expect.poll(async () => Math.abs((await inked(page)) / byProcessor - 1)).toBeLessThan(0.3);
  expect(found).toEqual([]);
});
