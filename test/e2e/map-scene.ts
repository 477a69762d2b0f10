import type { Running } from './launch.ts';
import { firstResult, PATIENCE, type Shoot } from './scene.ts';

/** All pictures on one plane: nearer, coloured, searched, and several selected. */
export async function mapScene(running: Running, shoot: Shoot): Promise<void> {
  const { page } = running;
  await page.getByRole('button', { name: 'Map', exact: true }).click();
  const plane = page.getByRole('application', { name: /^Map of your pictures/ });
  await plane.locator('img').first().waitFor(PATIENCE);
  await page
    .getByRole('list', { name: /^Categories/ })
    .getByRole('button')
    .first()
    .waitFor(PATIENCE);
  await shoot(running, 'map');
  await plane.press('ArrowRight');
  for (const _ of [1, 2, 3]) await plane.press('+');
  await page.keyboard.press('i');
  await shoot(running, 'map, nearer, with details');
  await page.keyboard.press('i');
  await plane.press('0');
  await plane.press('s');
  await firstResult(page).waitFor(PATIENCE);
  await page.getByRole('button', { name: 'Map', exact: true }).click();
  await page.getByRole('combobox', { name: 'Coloured by' }).selectOption('date');
  await shoot(running, 'map, results of a search lit up');
  await page.getByRole('combobox', { name: 'Coloured by' }).selectOption('folder');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Select by a lasso' }).click();
  const box = await plane.boundingBox();
  if (box === null) return;
  const { x, y, width, height } = box;
  await page.mouse.move(x + 0.2 * width, y + 0.2 * height);
  await page.mouse.down();
  for (const [right, down] of [
    [0.7, 0.15],
    [0.8, 0.6],
    [0.4, 0.8],
  ] as const)
    await page.mouse.move(x + right * width, y + down * height);
  await shoot(running, 'map, a lasso is drawn');
  await page.mouse.up();
  await shoot(running, 'map, several selected');
}
