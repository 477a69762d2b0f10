import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ElectronApplication, Page } from '@playwright/test';
import { drawing, writeDrawings } from '../fixtures/pictures.ts';
import { expect, holds, results, test, tiles } from './semblance.ts';
import { violations } from './violations.ts';

const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const messages = (page: Page) => page.getByRole('list', { name: 'Messages' });
const go = (page: Page, name: RegExp) => page.getByRole('button', { name }).first().click();

/** Moves with Tab until what has the focus is named so. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let i = 0; i < 80; i++) {
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      return element?.getAttribute('aria-label') ?? element?.textContent.trim() ?? '';
    });
    if (name.test(focused)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`nothing named ${name} has the focus`);
}

test('files that failed are tried again, or never again and back, by keyboard', async ({ folder, start }) => {
  const photos = join(folder, 'photos');
  await writeDrawings(photos, 6);
  await writeFile(join(photos, 'cut.jpg'), (await drawing(40).jpeg().toBuffer()).subarray(0, 300));
  for (const name of ['a.pdf', 'b.pdf', 'c.pdf']) await writeFile(join(photos, name), 'text');
  const { page } = await start(photos);
  await holds(page, 6);
  await go(page, /^Activity/);
  await expect(page.getByText('4 files could not be read.').first()).toBeVisible();
  await expect(region(page, 'Earlier').getByRole('listitem')).toContainText([
    /Indexing.*6 pictures indexed, 4 files not readable\./s,
  ]);

  await tabTo(page, /^Try cut\.jpg again$/);
  await page.keyboard.press('Enter');
  await expect(region(page, 'Earlier').getByRole('listitem')).toContainText([
    /1 file not readable\./,
    /6 pictures indexed, 4 files not readable\./,
  ]);

  await tabTo(page, /^Never a\.pdf again$/);
  await page.keyboard.press('Enter');
  await expect(messages(page)).toContainText('a.pdf: left out from now on.');
  await expect(page.getByText('3 files could not be read.').first()).toBeVisible();
  // the focus is on what took its place
  await expect(page.getByRole('button', { name: 'Never b.pdf again' })).toBeFocused();
  await page.keyboard.press('Control+z');
  await expect(page.getByText('4 files could not be read.').first()).toBeVisible();
  const found = await violations(page, 'activity');

  await tabTo(page, /^Leave out \*\.pdf…$/);
  await page.keyboard.press('Enter');
  const section = region(page, 'What is left out');
  await expect(section.getByRole('textbox', { name: 'Files like' })).toBeFocused();
  await expect(section).toContainText('3 files would be left out, no picture of the library among them.');
  await page.keyboard.press('Enter');
  const rules = section.getByRole('list', { name: 'Rules' });
  await expect(rules.getByRole('listitem')).toContainText([/Files like \*\.pdf.*3 files/s]);
  await page.getByRole('combobox', { name: 'Kind of rule' }).selectOption('Files smaller than');
  await section.getByRole('textbox', { name: 'Files smaller than' }).fill('500');
  await expect(section).toContainText('7 files would be left out, 6 pictures among them.');
  found.push(...(await violations(page, 'settings')));
  await section.getByRole('button', { name: 'Leave out', exact: true }).click();
  await go(page, /^All pictures/);
  await expect(page.getByText('No pictures here yet')).toBeVisible();

  await go(page, /^Settings/);
  await rules.getByRole('button', { name: 'Remove Files smaller than 500 kB' }).press('Enter');
  await expect(rules.getByRole('button', { name: 'Remove Files like *.pdf' })).toBeFocused();
  await go(page, /^All pictures/);
  await holds(page, 6);
  await go(page, /^Activity/);
  await expect(page.getByText('1 file could not be read.').first()).toBeVisible();
  expect(found).toEqual([]);
});

async function onBattery(app: ElectronApplication, battery: boolean): Promise<void> {
  await app.evaluate(({ powerMonitor }, now) => {
    powerMonitor.isOnBatteryPower = () => now;
    powerMonitor.emit(now ? 'on-battery' : 'on-ac');
  }, battery);
}

test('on battery changes wait, go on anyway, and what is away is marked', async ({ folder, start }) => {
  const photos = join(folder, 'drive', 'photos');
  await writeDrawings(photos, 5);
  const { app, page } = await start(photos);
  await holds(page, 5);
  await go(page, /^Settings/);
  await page.getByRole('radio', { name: 'Not on battery' }).check();
  await onBattery(app, true);
  await drawing(60).jpeg().toFile(join(photos, 'new.jpg'));
  await go(page, /^Activity/);
  const now = region(page, 'Now');
  await expect(now.getByRole('listitem')).toContainText([/Taking in changes.*Waits: on battery/s]);
  await now.getByRole('button', { name: 'Go on anyway' }).press('Enter');
  await expect(region(page, 'Earlier').getByRole('listitem').first()).toContainText('1 picture indexed.');
  await go(page, /^All pictures/);
  await holds(page, 6);
  await onBattery(app, false);

  await rm(join(folder, 'drive'), { recursive: true });
  await expect(page.getByRole('list', { name: 'Folders' })).toContainText('Not connected');
  await expect(tiles(page).first()).toHaveAccessibleName(/, not connected$/);
  await tiles(page).first().click();
  await page.keyboard.press('s');
  await expect(results(page).first()).toHaveAccessibleName(/, not connected$/);
  expect(await violations(page, 'results that are away')).toEqual([]);
});

test('what was made goes to a file and into another library', async ({ folder, start }) => {
  const photos = join(folder, 'photos');
  await writeDrawings(photos, 4);
  const { app, page } = await start(photos);
  await holds(page, 4);
  await tiles(page).first().click();
  await page.keyboard.press('g');
  await page.getByRole('dialog').getByRole('textbox').fill('Liked');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: /^Liked/ })).toBeVisible();
  const file = join(folder, 'mine.semblance-library');
  await app.evaluate(({ dialog }, path) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: path });
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
  }, file);
  await go(page, /^Settings/);
  const section = region(page, 'What you made');
  await section.getByRole('button', { name: 'Export…' }).click();
  await expect(section).toContainText(
    '1 group, 1 label, 0 named clusters, 0 taught versions: written to mine.semblance-library.',
  );
  await section.getByRole('button', { name: 'Import…' }).click();
  await expect(section).toContainText('1 group, 0 new labels, 0 new named clusters, 0 new versions.');
  await writeFile(file, 'no library');
  await section.getByRole('button', { name: 'Import…' }).click();
  await expect(section).toContainText('is not an export of a Semblance library, or is damaged');
});
