import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { writeDrawings } from '../fixtures/pictures.ts';
import type { Running } from './launch.ts';
import { PATIENCE, type Shoot } from './scene.ts';

/** Drawings, and copies of some: small, turned, and mirrored, cropped and written on. */
export async function writeCopies(into: string): Promise<void> {
  const [first = '', second = '', third = '', fourth = ''] = await writeDrawings(into, 12, 1, 1600, 1200);
  await cp(first, join(into, 'a copy with a name as long as people give them, by date, place and occasion.jpg'));
  await sharp(second).resize(640).webp().toFile(join(into, 'small.webp'));
  await sharp(second).blur(8).png().toFile(join(into, 'blurred.png'));
  await sharp(third).rotate(90).toFile(join(into, 'turned.jpg'));
  const words =
    '<svg width="1600" height="1200"><text x="200" y="900" font-size="130" fill="#fff">Holidays</text></svg>';
  const signed = await sharp(fourth)
    .composite([{ input: Buffer.from(words) }])
    .png()
    .toBuffer();
  const part = { left: 80, top: 60, width: 1440, height: 1080 };
  await sharp(await sharp(signed).extract(part).png().toBuffer())
    .flop()
    .jpeg()
    .toFile(join(into, 'signed.jpg'));
}

/** What is there twice, and two of them compared. */
export async function duplicatesScene(running: Running, shoot: Shoot): Promise<void> {
  const { page } = running;
  await page.getByRole('button', { name: 'Duplicates' }).click();
  const compare = page.getByRole('button', { name: 'Compare' }).first();
  await compare.or(page.getByRole('heading', { name: 'No duplicates' })).waitFor(PATIENCE);
  await shoot(running, 'duplicates');
  if ((await compare.count()) === 0) return;
  await compare.click();
  const stage = page.getByRole('application', { name: /^Both pictures/ });
  await shoot(running, 'duplicates side by side');
  const signed = page.getByRole('listitem', { name: '0003.jpg' });
  if ((await signed.count()) === 0) return;
  await compare.click();
  await signed.getByRole('button', { name: 'Compare' }).click();
  await page.getByText(/is mirrored; it is shown/).waitFor(PATIENCE);
  await shoot(running, 'duplicates, one mirrored and cropped', stage);
  await stage.focus();
  await page.keyboard.press('d');
  await page.getByText(/of the picture differs/).waitFor(PATIENCE);
  await page.keyboard.press('+');
  await shoot(running, 'duplicates, differences', stage);
  await page.keyboard.press('f');
  await shoot(running, 'duplicates, one in place of the other', stage);
}

/** Plans for files, and nothing more: the trash is the person's own. */
export async function spareFilesScene(running: Running, shoot: Shoot): Promise<void> {
  const { page } = running;
  await page.getByRole('button', { name: 'Duplicates' }).click();
  const all = page.getByRole('button', { name: /^Move \d+ spare files to the trash…$/ });
  await all.waitFor(PATIENCE);
  await shoot(running, 'duplicates to throw away');
  await all.click();
  await page.getByRole('dialog').waitFor(PATIENCE);
  await shoot(running, 'a plan for files');
}
