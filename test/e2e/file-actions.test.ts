import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { drawing } from '../fixtures/pictures.ts';
import { expect, holds, test, tiles } from './semblance.ts';
import { violations } from './violations.ts';

// the trash is the test's own, never the person's
test.use({ environment: ({ folder }, use) => use({ XDG_DATA_HOME: join(folder, 'data') }) });

test('what is there twice goes to the trash by keyboard, and comes back', async ({ folder, start }) => {
  const photos = join(folder, 'photos');
  await mkdir(photos);
  for (let seed = 0; seed < 4; seed++) {
    await drawing(seed, 640, 480)
      .png()
      .toFile(join(photos, `p${seed}.png`));
  }
  const small = join(photos, 'small.jpg');
  await drawing(0, 640, 480).resize(320, 240).jpeg().toFile(small);
  const { app, page } = await start(photos);
  await holds(page, 5);

  await page.getByRole('button', { name: 'Duplicates' }).click();
  const set = page.getByRole('listitem', { name: 'p0.png' });
  const trash = set.getByRole('button', { name: 'Move the other to the trash…' });
  await expect(trash).toBeVisible({ timeout: 30_000 });
  await trash.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Move 1 file to the trash' });
  await expect(dialog).toContainText('1 picture');
  await expect(dialog).toContainText('small.jpg');
  await expect(dialog.getByRole('button', { name: 'Move to trash' })).toBeFocused();
  const found = await violations(page, 'a plan for files');
  expect(existsSync(small)).toBe(true);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('list', { name: 'Messages' })).toContainText('Moved 1 file to the trash.');
  expect(existsSync(small)).toBe(false);
  await expect(page.getByRole('heading', { name: 'No duplicates' })).toBeVisible({ timeout: 30_000 });

  await page.keyboard.press('ControlOrMeta+z');
  await expect(set).toBeVisible({ timeout: 30_000 });
  expect(existsSync(small)).toBe(true);

  // from the menu of a picture, and nothing is done with a plan that is put away
  await page.getByRole('button', { name: 'All pictures' }).click();
  await holds(page, 5);
  await tiles(page).first().click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Move to trash…' }).click();
  await expect(page.getByRole('dialog')).toContainText('1 picture');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);

  // to a folder that is picked, and back from the list of what was done
  const elsewhere = join(folder, 'elsewhere');
  await mkdir(elsewhere);
  await app.evaluate(({ dialog }, path) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
  }, elsewhere);
  await tiles(page).first().click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Move to…' }).click();
  await page.getByRole('dialog', { name: 'Move 1 file to elsewhere' }).getByRole('button', { name: 'Move' }).click();
  await holds(page, 4);
  expect(await readdir(elsewhere)).toHaveLength(1);
  await page.getByRole('button', { name: 'Activity' }).click();
  const done = page.getByRole('list', { name: 'Done with files' });
  await expect(done.getByRole('listitem')).toHaveCount(2);
  await done.getByRole('button', { name: 'Undo' }).click();
  await expect(done.getByRole('button', { name: 'Undo' })).toHaveCount(0);
  expect(await readdir(elsewhere)).toEqual([]);
  found.push(...(await violations(page, 'what was done with files')));
  expect(found).toEqual([]);
});
