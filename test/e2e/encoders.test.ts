import type { Page } from '@playwright/test';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { imageModel, SIDE, writeTwoTowers } from '../fixtures/onnx-models.ts';
import { writeDrawings } from '../fixtures/pictures.ts';
import { writeBigFolder } from './big-folder.ts';
import { dropFiles } from './dragging.ts';
import type { Running } from './launch.ts';
import { expect, holds, results, test } from './semblance.ts';
import { violations } from './violations.ts';

/** Some work on a device that was never tried: the trial runs every one. */
const TRIAL = { timeout: 60_000 };

const encoder = (page: Page, name: RegExp) =>
  page.getByRole('list', { name: 'Encoders' }).getByRole('listitem', { name });
const message = (page: Page, text: string) => page.getByRole('list', { name: 'Messages' }).getByText(text);

/** Opens the settings as the list of shortcuts says. */
async function openSettings(page: Page): Promise<void> {
  await page.keyboard.press('ControlOrMeta+,');
  await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible();
}

/** Presses the button that installs from disk, and lets the system's dialog answer with `path`. */
async function installFrom({ app, page }: Running, kind: 'file' | 'folder', path: string): Promise<void> {
  await app.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
  }, path);
  await page.getByRole('button', { name: `Install from a ${kind}…` }).click();
}

test('the settings are opened and used by keyboard, and say what there is', async ({ folder, start }) => {
  const photos = join(folder, 'photos');
  await writeDrawings(photos, 6);
  const { page } = await start(photos);
  await holds(page, 6);
  await openSettings(page);
  await expect(encoder(page, /^Built-in/)).toContainText('In use');
  await expect(page.getByText(/^Encoding on /)).toContainText('pictures/s', TRIAL);
  const found = await violations(page, 'settings');

  const devices = page.getByRole('group', { name: 'Encode on' });
  await expect(devices.getByRole('radio', { name: /^Automatic/ })).toBeChecked();
  await devices.getByRole('radio', { name: /^Automatic/ }).focus();
  await page.keyboard.press('ArrowDown');
  await expect(devices.getByRole('radio').nth(1)).toBeChecked();
  await page.keyboard.press('ArrowUp');
  await expect(devices.getByRole('radio', { name: /^Automatic/ })).toBeChecked();

  // A download says its size and licence first, and a no to it is one key.
  const download = page.getByRole('button', { name: 'Download DINOv2 small…' });
  await download.focus();
  await page.keyboard.press('Enter');
  const question = page.getByRole('group', { name: 'Download DINOv2 small' });
  await expect(question).toContainText('Apache-2.0');
  await expect(question.getByRole('button', { name: 'Download 89 MB' })).toBeVisible();
  found.push(...(await violations(page, 'download')));
  await page.keyboard.press('Escape');
  await expect(download).toBeFocused();

  await page.getByRole('button', { name: /^Download MobileCLIP S0/ }).click();
  const restricted = page.getByRole('group', { name: /^Download MobileCLIP S0/ });
  await expect(restricted.getByRole('button', { name: /^Download \d/ })).toBeDisabled();
  await restricted.getByRole('checkbox').check();
  await expect(restricted.getByRole('button', { name: /^Download \d/ })).toBeEnabled();
  await page.keyboard.press('Escape');

  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toContainText('Settings');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('heading', { name: 'All pictures', level: 1 })).toBeVisible();
  expect(found).toEqual([]);
});

test("a model of one's own is asked about, tried, refused in a sentence, and removed", async ({ folder, start }) => {
  await writeFile(join(folder, 'net.onnx'), imageModel({ input: ['n', 3, 'h', 'w'] }));
  await writeFile(join(folder, 'blind.onnx'), imageModel({ factor: 0 }));
  const running = await start();
  const { page } = running;
  await openSettings(page);

  await installFrom(running, 'file', join(folder, 'net.onnx'));
  const questions = page.getByRole('form', { name: 'Questions about net.onnx' });
  await questions.getByRole('spinbutton').fill(String(SIDE));
  await questions.getByRole('combobox').selectOption({ label: '0 to 1' });
  const found = await violations(page, 'questions');
  await questions.getByRole('button', { name: 'Try it on ten pictures' }).click();
  const outcome = page.getByRole('region', { name: 'Installed' });
  await expect(outcome).toContainText('net is installed');
  await expect(outcome).toContainText('It gives 8 values a picture.');
  found.push(...(await violations(page, 'installed')));
  await outcome.getByRole('button', { name: 'Done' }).click();

  await installFrom(running, 'file', join(folder, 'blind.onnx'));
  await page.getByRole('button', { name: 'Try it on ten pictures' }).click();
  await expect(page.getByRole('alert')).toContainText('This model was tried on ten pictures and is of no use');
  found.push(...(await violations(page, 'refused')));
  await page.getByRole('button', { name: 'Dismiss' }).first().click();

  await page.getByRole('button', { name: /^Remove net/ }).click();
  await page
    .getByRole('group', { name: /^Remove net/ })
    .getByRole('button', { name: /^Remove/ })
    .click();
  await expect(message(page, 'net is removed.')).toBeVisible();
  await expect(encoder(page, /^net/)).toHaveCount(0);
  expect(found).toEqual([]);
});

test('another encoder takes over in the background, finds by words, and gives way again', async ({ folder, start }) => {
  const photos = join(folder, 'photos');
  // Enough work that its progress can be seen, and paused.
  await writeBigFolder(photos, 120);
  for (const colour of ['red', 'green', 'blue']) {
    const create = { width: 400, height: 300, channels: 3, background: colour } as const;
    await sharp({ create })
      .jpeg()
      .toFile(join(photos, `${colour}.jpg`));
  }
  const towers = join(folder, 'towers');
  await mkdir(towers);
  await writeTwoTowers(towers);
  const running = await start(photos);
  const { page } = running;
  await holds(page, 123);

  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await expect(page.getByText('To search by words')).toBeVisible();
  await page.getByRole('main').getByRole('button', { name: 'Settings' }).click();
  await installFrom(running, 'folder', towers);
  const outcome = page.getByRole('region', { name: 'Installed' });
  await expect(outcome).toContainText('Reads words in English.');
  await outcome.getByRole('button', { name: 'Use it now' }).click();

  const progress = page.getByRole('region', { name: 'Encoding anew' });
  await progress.getByRole('button', { name: 'Pause' }).click();
  await expect(progress).toContainText(/Two towers: paused at \d+ of 123 pictures\. Searches go on with Built-in\./);
  await expect(page.getByRole('navigation', { name: 'Sidebar' })).toContainText(/Two towers: paused at \d+ of 123/);
  const found = await violations(page, 'encoding');
  await progress.getByRole('button', { name: 'Resume' }).click();
  await expect(message(page, 'Searches use Two towers now.')).toBeVisible(TRIAL);
  await expect(encoder(page, /^Two towers/)).toContainText('In use');

  await page.keyboard.press('/');
  const field = page.getByRole('textbox', { name: 'Describe what you look for' });
  await expect(field).toBeFocused();
  await page.keyboard.type('red');
  await page.keyboard.press('Enter');
  await expect(results(page).first()).toHaveAccessibleName(/^1\. red\.jpg, similarity/);
  found.push(...(await violations(page, 'words')));

  // A picture joins the words, and either can be taken out again.
  await dropFiles(page, [join(photos, 'blue.jpg')]);
  const tray = page.getByRole('complementary', { name: 'Examples' });
  await expect(tray.getByRole('img', { name: 'blue.jpg' })).toBeVisible();
  await expect(tray).toContainText('red');
  await expect(results(page).first()).toBeVisible();
  found.push(...(await violations(page, 'words and a picture')));
  await tray.getByRole('button', { name: 'Remove blue.jpg' }).click();
  await field.fill('green');
  await page.keyboard.press('Enter');
  await expect(results(page).first()).toHaveAccessibleName(/^1\. green\.jpg, similarity/);
  await tray.getByRole('button', { name: 'Remove the words “green”' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Describe a picture, or show one' })).toBeVisible();

  await openSettings(page);
  await page.getByRole('button', { name: /^Use Built-in/ }).click();
  await expect(message(page, 'Searches use Built-in now.')).toBeVisible(TRIAL);
  await page.getByRole('button', { name: /^Delete stored features .* of Two towers/ }).click();
  await page
    .getByRole('group', { name: /^Delete the stored features/ })
    .getByRole('button', { name: /^Delete/ })
    .click();
  await expect(message(page, 'The features of Two towers are deleted.')).toBeVisible();
  expect(found).toEqual([]);
});
