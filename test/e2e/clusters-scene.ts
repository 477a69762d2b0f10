import type { Running } from './launch.ts';
import { PATIENCE, type Shoot } from './scene.ts';

/** What belongs together, with a long name, and many of them. */
export async function clustersScene(running: Running, shoot: Shoot): Promise<void> {
  const { page } = running;
  await page.getByRole('button', { name: 'Clusters' }).click();
  const rows = page.getByRole('list', { name: 'Clusters', exact: true }).getByRole('button');
  await rows.first().waitFor(PATIENCE);
  await shoot(running, 'clusters');
  await rows.first().click();
  await page
    .getByRole('textbox', { name: 'Name' })
    .fill('A name as long as people give them when they sort by date, place and occasion');
  await page.getByRole('button', { name: 'Give it this name' }).click();
  await page.getByRole('list', { name: 'Pictures of this cluster' }).getByRole('button').first().click();
  await shoot(running, 'one cluster');
  await page.getByRole('button', { name: 'Clusters' }).click();
  await page.getByRole('slider', { name: 'How many clusters' }).press('End');
  await shoot(running, 'many clusters, one with a long name');
}
