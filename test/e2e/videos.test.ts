import type { Page } from '@playwright/test';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { drawing } from '../fixtures/pictures.ts';
import { drawnScene, plainScene, writeVideo } from '../fixtures/videos.ts';
import { expect, results, runEnded, test, tiles } from './semblance.ts';
import { violations } from './violations.ts';

/** What the player of the window does now. */
function player(page: Page): Promise<{ at: number; paused: boolean; width: number }> {
  return page.evaluate(() => {
    const video = document.querySelector('video');
    return { at: video?.currentTime ?? -1, paused: video?.paused ?? true, width: video?.videoWidth ?? 0 };
  });
}

test('a video is found by a moment, and played from there; what cannot be played says so', async ({
  folder,
  start,
}) => {
  const photos = join(folder, 'photos');
  await mkdir(photos);
  const scenes = await Promise.all([1, 5, 9].map((seed) => drawnScene(seed)));
  writeVideo(join(photos, 'clip.webm'), [plainScene(0, 0, 0), ...scenes], { encoder: 'libvpx' });
  // no window plays these: MPEG-4 of before H.264, in AVI
  writeVideo(join(photos, 'old.avi'), [await drawnScene(30)]);
  await drawing(9).jpeg().toFile(join(photos, 'still.jpg'));
  await drawing(40).jpeg().toFile(join(photos, 'other.jpg'));
  const { page } = await start(photos);
  await runEnded(page, '4 pictures indexed');
  const found: string[] = [];

  const clip = page.getByRole('gridcell', { name: /^Video \d of 4, 0:07 long/ });
  await expect(clip.getByText('0:07')).toBeVisible();
  await expect(tiles(page)).toHaveCount(4);
  found.push(...(await violations(page, 'grid with videos')));

  // by a still of its last scene
  const stills = page.getByRole('gridcell', { name: /^Picture/ });
  await expect(stills).toHaveCount(2);
  for (let i = 0; i < 2; i++) {
    await stills.nth(i).click();
    await page.keyboard.press('s');
    const first = results(page).first();
    await expect(first).toBeVisible();
    if (/clip\.webm at 0:06/.test((await first.getAttribute('aria-label')) ?? '')) break;
    await page.getByRole('button', { name: /^All pictures/ }).click();
  }
  const moment = page.getByRole('button', { name: /^1\. clip\.webm at 0:06, similarity/ });
  await expect(moment.getByText('at 0:06')).toBeVisible();
  found.push(...(await violations(page, 'results with a moment')));
  await moment.dblclick();
  await expect(page.getByLabel('Video clip.webm, from 0:06')).toBeVisible();
  await expect.poll(async () => (await player(page)).at).toBeGreaterThan(5.9);
  expect(await player(page)).toMatchObject({ paused: true, width: 320 });
  found.push(...(await violations(page, 'a video')));
  await page.keyboard.press('Space');
  await expect.poll(async () => (await player(page)).at).toBeGreaterThan(6.3);
  await page.keyboard.press('Space');
  await expect.poll(async () => (await player(page)).paused).toBe(true);

  // from the grid it begins at its start
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^All pictures/ }).click();
  await clip.dblclick();
  await expect(page.getByLabel('Video clip.webm', { exact: true })).toBeVisible();
  await expect.poll(async () => (await player(page)).width).toBe(320);
  expect((await player(page)).at).toBe(0);
  await page.keyboard.press('Escape');

  await page.getByRole('gridcell', { name: /^Video \d of 4, 0:02 long/ }).dblclick();
  await expect(page.getByText('This window cannot play this kind of video.')).toBeVisible();
  await expect(page.getByRole('img', { name: 'old.avi' })).toBeVisible();
  await expect(page.getByRole('main').getByRole('button', { name: 'Show in folder' }).last()).toBeVisible();
  found.push(...(await violations(page, 'a video that cannot be played')));
  expect(found).toEqual([]);
});
