import { join } from 'node:path';
import { writeKinds } from '../fixtures/kinds.ts';
import { expect, holds, test } from './semblance.ts';
import { violations } from './violations.ts';

test('clusters are named, changed and undone, by mouse and by keyboard', async ({ folder, start }) => {
  const photos = join(folder, 'photos');
  await writeKinds(photos, 12);
  const { page } = await start(photos);
  await holds(page, 48);
  const found: string[] = [];
  const list = page.getByRole('list', { name: 'Clusters', exact: true });
  const rows = list.getByRole('button');
  const name = page.getByRole('textbox', { name: 'Name' });

  await page.getByRole('button', { name: 'Clusters' }).click();
  await expect(rows.first()).toBeVisible({ timeout: 20_000 });
  // each kind lies in a folder of its own, which names it
  await expect(list).toContainText(/circles|bars|lines|rings/);
  found.push(...(await violations(page, 'clusters')));

  // by keyboard: the first, its name, all of it
  await rows.first().focus();
  await page.keyboard.press('Enter');
  await name.fill('My first');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'My first' })).toBeVisible();
  const pictures = page.getByRole('list', { name: 'Pictures of this cluster' }).getByRole('button');
  await expect(pictures.first()).toBeVisible();
  const before = await pictures.count();
  await pictures.first().focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await pictures.first().click();
  found.push(...(await violations(page, 'one cluster')));
  await page.keyboard.press('Delete');
  await expect(pictures).toHaveCount(before - 1);
  await page.keyboard.press('ControlOrMeta+z');
  await expect(pictures).toHaveCount(before);

  await page.getByRole('button', { name: 'Pin', exact: true }).click();
  await page.getByRole('button', { name: 'Clusters' }).click();
  await expect(rows.first()).toHaveAccessibleName(/^My first, .*pinned/);

  // another step of the slider: the name is still there
  const slider = page.getByRole('slider', { name: 'How many clusters' });
  await slider.focus();
  await page.keyboard.press('End');
  await expect(slider).toHaveAttribute('aria-valuetext', 'Very many');
  await expect(rows.first()).toHaveAccessibleName(/^My first/);
  await page.keyboard.press('Home');
  await expect(rows.first()).toHaveAccessibleName(/^My first/);

  // a group of it
  await rows.first().click();
  await page.getByRole('button', { name: 'Make a group…' }).click();
  await page.getByRole('dialog').getByRole('textbox').fill('Firsts');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('list', { name: 'Groups' }).getByRole('button', { name: /^Firsts/ })).toContainText(
    String(before),
  );

  await page.getByRole('button', { name: 'Hide', exact: true }).click();
  await page.getByRole('button', { name: 'Clusters' }).click();
  await expect(list).not.toContainText('My first');
  await page.getByRole('button', { name: '1 hidden' }).click();
  await expect(page.getByRole('list', { name: 'Hidden clusters' })).toContainText('My first');
  expect(found).toEqual([]);
});
