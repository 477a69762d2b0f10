import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from '@playwright/test';
import sharp from 'sharp';
import { drawing } from '../fixtures/pictures.ts';
import { expect, holds, test } from './semblance.ts';
import { violations } from './violations.ts';

/** Where the middle of a picture is, in pixels from the middle of its pane. */
async function middleOf(stage: Locator, name: string): Promise<{ x: number; y: number }> {
  return stage.getByRole('img', { name }).evaluate((image) => {
    const [picture, pane] = [image.getBoundingClientRect(), image.parentElement?.getBoundingClientRect()];
    const middle = (start: number, length: number): number => start + length / 2;
    return {
      x: middle(picture.x, picture.width) - middle(pane?.x ?? 0, pane?.width ?? 0),
      y: middle(picture.y, picture.height) - middle(pane?.y ?? 0, pane?.height ?? 0),
    };
  });
}

async function loadedWidth(image: Element): Promise<number> {
  if (!(image instanceof HTMLImageElement)) return 0;
  await image.decode();
  return image.naturalWidth;
}

test('duplicates are compared, decided about and undone, by keyboard', async ({ folder, start }) => {
  const photos = join(folder, 'photos');
  await mkdir(photos);
  for (let seed = 0; seed < 6; seed++) {
    await drawing(seed, 640, 480)
      .png()
      .toFile(join(photos, `p${seed}.png`));
  }
  await drawing(0, 640, 480).resize(320, 240).jpeg().toFile(join(photos, 'small.jpg'));
  const whole = await drawing(1, 640, 480).png().toBuffer();
  const sign = Buffer.from(
    '<svg width="640" height="480"><rect x="420" y="300" width="120" height="60" fill="#fff"/></svg>',
  );
  const mirrored = sharp(
    await sharp(whole)
      .composite([{ input: sign }])
      .png()
      .toBuffer(),
  ).flop();
  await mirrored.extract({ left: 32, top: 24, width: 576, height: 432 }).png().toFile(join(photos, 'signed.png'));
  const { page } = await start(photos);
  await holds(page, 8);

  await page.getByRole('button', { name: 'Duplicates' }).click();
  const sets = page.getByRole('list', { name: 'The same picture in another size or format' });
  const set = sets.getByRole('listitem', { name: 'p0.png' });
  await expect(set).toContainText('2 files, keep the first: larger', { timeout: 30_000 });
  const found = await violations(page, 'duplicates');

  await set.getByRole('button', { name: 'Compare' }).focus();
  await page.keyboard.press('Enter');
  const [large, small] = [set.getByRole('group', { name: 'p0.png' }), set.getByRole('group', { name: 'small.jpg' })];
  await expect(large).toContainText('640 × 480 pixels');
  await expect(large).toContainText('p0.png, to keep: larger');
  await expect(small).toContainText('320 × 240 pixels');
  await expect(small).toContainText('JPEG');
  await expect(small).toContainText('sharpest');
  found.push(...(await violations(page, 'duplicates side by side')));

  // another one is chosen, and that is undone
  await small.getByRole('button', { name: 'Keep this one' }).focus();
  await page.keyboard.press('Enter');
  const chosen = sets.getByRole('listitem', { name: 'small.jpg' });
  await expect(chosen).toContainText('keep the first: you chose it');
  await expect(chosen.getByRole('group', { name: 'p0.png' }).getByRole('button')).toBeFocused();
  await page.keyboard.press('ControlOrMeta+z');
  await expect(set).toContainText('keep the first: larger');

  // a mirrored crop lies on its original: what both show is in one place, however it is enlarged and moved
  const edited = page.getByRole('listitem', { name: 'p1.png' });
  await edited.getByRole('button', { name: 'Compare' }).click();
  const stage = edited.getByRole('application', { name: /^Both pictures/ });
  const words = edited.getByRole('status');
  await expect(words).toContainText('signed.png is mirrored; it is shown as the other one is.');
  await stage.focus();
  await page.keyboard.press('+');
  await page.keyboard.press('ArrowRight');
  await expect(words).toContainText('enlarged 1.5 times');
  const [first, second] = [await middleOf(stage, 'p1.png'), await middleOf(stage, 'signed.png')];
  expect(Math.abs(first.x - second.x)).toBeLessThan(4);
  expect(Math.abs(first.y - second.y)).toBeLessThan(4);
  await page.keyboard.press('d');
  await expect(words).toContainText(/\d % of the picture differs\./);
  await expect(stage.getByRole('img', { name: 'Where they differ' })).toHaveCount(2);
  expect(await stage.getByRole('img', { name: 'Where they differ' }).first().evaluate(loadedWidth)).toBe(512);
  await page.keyboard.press('f');
  await expect(words).toContainText('signed.png alone, enlarged 1.5 times');
  await expect(stage.getByRole('img', { name: 'p1.png' })).toHaveCount(0);
  await page.keyboard.press('f');
  await expect(stage.getByRole('img', { name: 'p1.png' })).toBeVisible();
  found.push(...(await violations(page, 'duplicates in place of each other')));
  await page.keyboard.press('Escape');
  await page.keyboard.press('0');
  await expect(words).toContainText('Side by side. signed.png');
  const box = await stage.boundingBox();
  await page.mouse.move((box?.x ?? 0) + 60, (box?.y ?? 0) + 60);
  await page.mouse.wheel(0, -300);
  await expect(words).toContainText('enlarged 1.9 times');

  await set.getByRole('button', { name: 'Not duplicates' }).focus();
  await page.keyboard.press('Enter');
  await expect(set).toHaveCount(0);
  await page.keyboard.press('ControlOrMeta+z');
  await expect(set).toBeVisible({ timeout: 30_000 });
  expect(found).toEqual([]);
});
