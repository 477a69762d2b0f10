import { join } from 'node:path';
import { writeKinds } from '../fixtures/kinds.ts';
import { expect, holds, test } from './semblance.ts';
import { violations } from './violations.ts';

/** Of each of four kinds: each view of a picture takes 75 ms without a GPU. */
const EACH = 3;

test('the last layers are taught, the tuned encoder is brought into use, and the way back is one click', async ({
  folder,
  start,
}) => {
  test.setTimeout(300_000);
  const photos = join(folder, 'photos');
  await writeKinds(photos, EACH);
  const { page } = await start(photos);
  await holds(page, 4 * EACH);
  await page.getByRole('list', { name: 'Folders' }).getByRole('listitem').first().hover();
  await page.getByRole('button', { name: 'Make a group of each folder in photos' }).click();
  const teach = page.getByRole('list', { name: 'Groups' }).getByRole('button', { name: /^Teach/ });
  await teach.click();

  // what it takes is measured first
  await page.getByRole('checkbox', { name: 'Train the last layers of the encoder too' }).press('Space');
  await expect(page.getByText(/^About .* Trained on/)).toBeVisible({ timeout: 120_000 });
  await page.getByText('Advanced', { exact: true }).click();
  await page.getByRole('spinbutton', { name: 'Steps' }).fill('1');
  const found = await violations(page, 'before');
  await page.getByRole('button', { name: 'Teach', exact: true }).last().press('Enter');
  const run = page.getByRole('main').getByRole('region', { name: 'Teaching' });
  await expect(run).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Kept aside' })).toBeVisible({ timeout: 200_000 });
  await expect(page.getByText(/too few pictures/).first()).toBeVisible();

  const versions = page.getByRole('listitem', { name: /^Taught bars/ });
  await expect(versions).toContainText('Taught deeply');
  found.push(...(await violations(page, 'kept')));
  await versions.getByRole('button', { name: /^Use it anyway/ }).press('Enter');
  await expect(versions).toContainText('In use', { timeout: 60_000 });
  await versions.getByRole('button', { name: 'Back to “Before any teaching”' }).click();
  await expect(page.getByRole('listitem', { name: 'Before any teaching' })).toContainText('In use', {
    timeout: 60_000,
  });
  expect(found).toEqual([]);
});
