import { join } from 'node:path';
import { writeKinds } from '../fixtures/kinds.ts';
import { expect, holds, test } from './semblance.ts';
import { violations } from './violations.ts';

const EACH = 15;

test('groups are made, taught, and looked at before and after; the way back is one click', async ({
  folder,
  start,
}) => {
  const photos = join(folder, 'photos');
  await writeKinds(photos, EACH);
  const { page } = await start(photos);
  await holds(page, 4 * EACH);
  const groups = page.getByRole('list', { name: 'Groups' });

  // by keyboard: the selected picture goes into a new group
  await page.getByRole('gridcell').first().click();
  await page.keyboard.press('g');
  await page.getByRole('textbox', { name: /^A group, or the name/ }).fill('Holiday');
  await page.keyboard.press('Enter');
  await expect(groups.getByRole('button', { name: /^Holiday/ })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('ControlOrMeta+z');
  await expect(groups.getByRole('button', { name: /^Holiday/ })).toBeHidden();

  // by mouse: a group of each folder
  await page.getByRole('list', { name: 'Folders' }).getByRole('listitem').first().hover();
  await page.getByRole('button', { name: 'Make a group of each folder in photos' }).click();
  await expect(groups.getByRole('button', { name: /^circles/ })).toContainText(String(EACH));
  await groups.getByRole('button', { name: /^circles/ }).click();
  await expect(page.getByRole('heading', { name: 'circles', level: 1 })).toBeVisible();
  await expect(page.getByRole('list', { name: 'Pictures of this group' }).getByRole('listitem')).toHaveCount(EACH);
  const found = await violations(page, 'group');

  // a picture is taken out, and is suggested again
  await page.getByRole('list', { name: 'Pictures of this group' }).getByRole('button').first().click();
  await page.keyboard.press('Delete');
  await expect(groups.getByRole('button', { name: /^circles/ })).toContainText(String(EACH - 1));
  await expect(page.getByRole('heading', { name: 'Probably also here' })).toBeVisible();

  await groups.getByRole('button', { name: /^Teach/ }).click();
  await expect(page.getByText('59 pictures in 4 groups will be taught.')).toBeVisible();
  found.push(...(await violations(page, 'teach')));
  await page.getByRole('button', { name: 'Teach', exact: true }).last().click();
  await expect(page.getByText(/Of ten results|too few pictures|could not be seen/).first()).toBeVisible({
    timeout: 60_000,
  });
  await page.getByText('What it takes for what').click();
  const table = page.getByRole('table', { name: /^Rows are what pictures are/ });
  await table.getByRole('button', { name: /^circles, found as circles/ }).click();
  await expect(page.getByRole('list', { name: 'Pictures of this cell' }).getByRole('button').first()).toBeVisible();
  await page.getByText('How pictures lie to one another').click();
  const map = page.getByRole('application', { name: /^How pictures lie/ });
  await map.focus();
  const told = page.locator('figcaption');
  await expect(told).toHaveText(/circles|bars|lines|rings|no group/);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await page.getByRole('radio', { name: 'Before' }).check();
  await expect(page.getByRole('img', { name: /^Now: \d+ of \d+ right/ }).last()).toBeVisible();
  found.push(...(await violations(page, 'taught')));

  // from the pictures alone
  await groups.getByRole('button', { name: /^Teach/ }).click();
  await page.getByRole('button', { name: 'Adapt to my pictures' }).press('Enter');
  // of sixty pictures too few were held out that have a label, so that parts of pictures judge
  await expect(page.getByText(/^A part of a picture finds the picture/).first()).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText('Adapted to your pictures').first()).toBeVisible();
  expect(found).toEqual([]);
});
