import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDrawings } from '../fixtures/pictures.ts';
import { writeBigFolder } from './big-folder.ts';
import { launch, launchAgain, type Running } from './launch.ts';
import { expect, holds, results, runEnded, test, tiles } from './semblance.ts';

const NUMBER = /[\d,]+/;

test('a run is paused, resumed, cancelled, and goes on from where it was', async ({ folder, start }) => {
  const photos = join(folder, 'photos');
  await writeBigFolder(photos, 300);
  const { page } = await start(photos);
  const line = page.getByRole('region', { name: 'Indexing' });

  await expect(line).toContainText(/Indexing [\d,]+ of 300 · \d+\/s · .+ left/, { timeout: 20_000 });
  await line.getByRole('button', { name: 'Pause' }).click();
  await expect(line).toContainText(/Paused at [1-9][\d,]* of 300/);
  // What is indexed by then can be looked at and searched while the run rests.
  await tiles(page).first().click();
  await page.keyboard.press('s');
  await expect(results(page).first()).toBeVisible();
  await line.getByRole('button', { name: 'Resume' }).click();
  await expect(line).toContainText('Indexing');

  await line.getByRole('button', { name: 'Cancel' }).click();
  await runEnded(page, /Indexing was cancelled\. [\d,]+ pictures are kept\./);
  const kept = await page.getByRole('region', { name: 'Last run' }).innerText();
  expect(Number(NUMBER.exec(kept)?.[0])).toBeLessThan(300);

  await page.getByRole('button', { name: /^Activity/ }).click();
  await page.getByRole('button', { name: 'Look for changes now' }).click();
  await runEnded(page, /[\d,]+ pictures indexed\./);
  await expect(page.getByText('300 files looked at')).toBeVisible();
  await page.getByRole('button', { name: /^All pictures/ }).click();
  await expect(tiles(page).first()).toHaveAccessibleName(/^Picture 1 of 300,/);
});

test('after a restart everything is there again, and still found when its drive is gone', async ({ folder, start }) => {
  const photos = join(folder, 'drive');
  await writeDrawings(photos, 20);
  const first = await start(photos);
  await holds(first.page, 20);
  await first.app.close();

  const second = await start();
  await expect(tiles(second.page).first()).toHaveAccessibleName(/^Picture 1 of 20,/);
  await tiles(second.page).nth(2).click();
  await second.page.keyboard.press('s');
  await expect(results(second.page)).toHaveCount(19);
  await second.app.close();
  await rm(photos, { recursive: true });

  const { page } = await start();
  await expect(page.getByRole('list', { name: 'Folders' })).toContainText('Not connected');
  await tiles(page).first().click();
  await page.keyboard.press('s');
  await expect(results(page)).toHaveCount(19);
});

test('a service that is killed comes back by itself', async ({ folder, start }) => {
  const photos = join(folder, 'photos');
  await writeDrawings(photos, 10);
  const { app, page } = await start(photos);
  await holds(page, 10);

  process.kill(await servicePid({ app, page }), 'SIGKILL');
  await expect(page.getByRole('alert')).toContainText('The library has stopped');
  await expect(tiles(page).first()).toHaveAccessibleName(/^Picture 1 of 10,/);
  await tiles(page).first().click();
  await page.keyboard.press('s');
  await expect(results(page)).toHaveCount(9);
});

test('a library that is in use is named, and opens once it is free', async ({ folder, start }) => {
  const first = await start();
  await expect(first.page.getByText('Nothing leaves this computer.')).toBeVisible();
  // Another window state, so that this is no second instance of the first.
  const second = await launch(join(folder, 'library'), join(folder, 'other config'));
  try {
    await expect(second.page.getByRole('alert')).toContainText('LIBRARY_LOCKED');
    await first.app.close();
    await expect(second.page.getByText('Nothing leaves this computer.')).toBeVisible();
  } finally {
    await second.app.close();
  }
});

test('what comes, moves and goes on disk is shown by itself, and so is a drive that goes and comes back', async ({
  folder,
  start,
}) => {
  const photos = join(folder, 'drive', 'photos');
  const [first = ''] = await writeDrawings(photos, 4);
  const { page } = await start(photos);
  await holds(page, 4);
  await writeDrawings(join(photos, 'new'), 3, 50);
  await holds(page, 7);
  await rm(first);
  await holds(page, 6);
  await mkdir(join(folder, 'away', 'deep'), { recursive: true });
  await rename(photos, join(folder, 'away', 'deep', 'photos'));
  const folders = page.getByRole('list', { name: 'Folders' });
  await expect(folders).toContainText('Not connected');
  await holds(page, 6);
  await mkdir(join(folder, 'other drive'));
  await rename(join(folder, 'away', 'deep', 'photos'), join(folder, 'other drive', 'photos'));
  const messages = page.getByRole('list', { name: 'Messages' });
  await expect(messages).toContainText('it was recognised by what is in it', { timeout: 30_000 });
  await expect(folders).not.toContainText('Not connected');
  await holds(page, 6);
});

test('a service that keeps dying is given up with a question, and starts again when asked to', async ({ start }) => {
  const running = await start();
  const { app, page } = running;
  await expect(page.getByText('Nothing leaves this computer.')).toBeVisible();
  await app.evaluate(({ dialog }) => {
    dialog.showMessageBox = () => {
      Reflect.set(globalThis, 'asked', true);
      return Promise.resolve({ response: 0, checkboxChecked: false });
    };
  });
  for (let i = 0; i < 5; i++) {
    await expect.poll(() => servicePid(running).catch(() => 0)).not.toBe(0);
    process.kill(await servicePid(running), 'SIGKILL');
    await expect(page.getByRole('alert')).toBeVisible();
    await expect(page.getByText('Nothing leaves this computer.')).toBeVisible();
  }
  expect(await app.evaluate(() => Reflect.get(globalThis, 'asked') as unknown)).toBe(true);
});

test('quitting in the middle of a run keeps what was done', async ({ folder, start }) => {
  const photos = join(folder, 'photos');
  await writeBigFolder(photos, 120);
  const first = await start(photos);
  await expect(first.page.getByRole('region', { name: 'Indexing' })).toContainText(/Indexing [1-9]\d* of 120/);
  const asked = Date.now();
  await first.app.close();
  expect(Date.now() - asked, 'milliseconds to quit').toBeLessThan(9000);

  const { page } = await start(photos);
  await holds(page, 120);
});

test('a second start hands its folder to the window that is open, which names one that is not there', async ({
  folder,
  start,
}) => {
  await writeDrawings(join(folder, 'photos'), 6);
  const { app, page } = await start();
  await expect(page.getByText('Nothing leaves this computer.')).toBeVisible();
  await app.evaluate(({ dialog }) => {
    dialog.showMessageBox = (...parameters: unknown[]) => {
      Reflect.set(globalThis, 'told', JSON.stringify(parameters.at(-1)));
      return Promise.resolve({ response: 0, checkboxChecked: false });
    };
  });
  expect(await launchAgain(join(folder, 'library'), join(folder, 'config'), [join(folder, 'nowhere')])).toBe(0);
  await expect
    .poll(() => app.evaluate(() => Reflect.get(globalThis, 'told') as unknown))
    .toContain(`There is no folder at ${join(folder, 'nowhere')}`);
  expect(await launchAgain(join(folder, 'library'), join(folder, 'config'), [join(folder, 'photos')])).toBe(0);
  await holds(page, 6);
});

/** The service is the one child of main that was started with its entry file. */
async function servicePid({ app }: Running): Promise<number> {
  const { readdir, readFile } = await import('node:fs/promises');
  const parent = await app.evaluate(() => process.pid);
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const [stat, command] = await Promise.all(
      ['stat', 'cmdline'].map((file) => readFile(`/proc/${name}/${file}`, 'utf8').catch(() => '')),
    );
    const parentOf = Number(stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    if (parentOf === parent && command?.includes('service.js')) return Number(name);
  }
  throw new Error('the service is not running');
}
