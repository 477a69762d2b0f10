import { join } from 'node:path';
import { writeKinds } from '../fixtures/kinds.ts';
import { expect, holds, test } from './semblance.ts';
import { violations } from './violations.ts';

/** Moved as a hand moves: where one step leads to the target, a page that is busy may see the button go up before the target. */
const BY_HAND = { steps: 8 };

test('several pictures are put into groups, split, merged, undone and done again, by mouse and by keyboard', async ({
  folder,
  start,
}) => {
  const photos = join(folder, 'photos');
  await writeKinds(photos, 3);
  const { page } = await start(photos);
  await holds(page, 12);
  const groups = page.getByRole('list', { name: 'Groups' });
  const link = (name: string) => groups.getByRole('button', { name: new RegExp(`^${name}`) });
  const tiles = page.getByRole('gridcell');
  const selected = page.getByRole('gridcell', { selected: true });
  const nameField = page.getByRole('dialog').getByRole('textbox');
  const found: string[] = [];

  // by keyboard: three in a row, into a new group
  await tiles.first().click();
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await expect(selected).toHaveCount(3);
  await expect(page.getByText('3 selected')).toBeVisible();
  await page.keyboard.press('g');
  await nameField.fill('Holiday');
  await page.keyboard.press('Enter');
  await expect(link('Holiday')).toContainText('3');
  found.push(...(await violations(page, 'several selected')));

  // by mouse: a range, one more and one less
  await tiles.nth(4).click();
  await tiles.nth(7).click({ modifiers: ['Shift'] });
  await tiles.nth(9).click({ modifiers: ['ControlOrMeta'] });
  await tiles.nth(5).click({ modifiers: ['ControlOrMeta'] });
  await expect(selected).toHaveCount(4);
  // dragged onto the group, all of them; the window does not offer to search with them
  await tiles.nth(6).dragTo(link('Holiday'), BY_HAND);
  await expect(link('Holiday')).toContainText('7');
  await expect(page.getByText('Find similar pictures')).toBeHidden();
  await page.keyboard.press('ControlOrMeta+z');
  await expect(link('Holiday')).toContainText('3');
  await page.keyboard.press('ControlOrMeta+Shift+z');
  await expect(link('Holiday')).toContainText('7');

  // all of them, dragged onto "New group"
  await tiles.first().click();
  await page.keyboard.press('ControlOrMeta+a');
  await expect(selected).toHaveCount(12);
  await tiles.first().dragTo(groups.getByRole('button', { name: 'New group…' }), BY_HAND);
  await nameField.fill('Everything');
  await page.keyboard.press('Enter');
  await expect(link('Everything')).toContainText('12');

  // the menu, by keyboard: split two off
  await link('Everything').click();
  const members = page.getByRole('list', { name: 'Pictures of this group' });
  await members.getByRole('button').first().click();
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+F10');
  const menu = page.getByRole('menu');
  await expect(menu).toBeVisible();
  found.push(...(await violations(page, 'menu')));
  await expect(menu.getByRole('menuitem', { name: /^Take out/ })).toBeVisible();
  while (!(await menu.getByRole('menuitem', { name: /^Split off/ }).evaluate((item) => item.matches(':focus'))))
    await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await nameField.fill('Two of them');
  await page.keyboard.press('Enter');
  await expect(link('Two of them')).toContainText('2');
  await expect(link('Everything')).toContainText('10');

  // the menu of a group, by mouse: merged into another
  await link('Two of them').click({ button: 'right' });
  await menu.getByRole('menuitem', { name: /^Merge/ }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Holiday/ })
    .click();
  await expect(link('Two of them')).toBeHidden();
  await expect(link('Holiday')).toContainText(/[789]/);
  await page.keyboard.press('ControlOrMeta+z');
  await expect(link('Two of them')).toContainText('2');

  // not in this group: said of one
  await members.getByRole('button').first().click({ button: 'right' });
  await menu.getByRole('menuitem', { name: 'Not in this group' }).click();
  await expect(link('Everything')).toContainText('9');
  expect(found).toEqual([]);
});
