import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BRIDGE, type Bridge } from '../../src/contract/bridge.ts';
import { drawing, writeDrawings } from '../fixtures/pictures.ts';
import { copyPicture } from './clipboard.ts';
import { dropFiles } from './dragging.ts';
import { expect, holds, results, runEnded, test, tiles } from './semblance.ts';

test('the first start says what to do, and the dialog adds a folder', async ({ folder, start }) => {
  const photos = join(folder, 'Summer photos');
  await writeDrawings(photos, 30);
  const { app, page } = await start();

  await expect(page.getByText('Nothing leaves this computer.')).toBeVisible();
  await app.evaluate(({ dialog }, path) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
  }, photos);
  await page.getByRole('button', { name: /Drop a folder of photos here/ }).click();

  await runEnded(page, '30 pictures indexed.');
  await expect(page.getByRole('list', { name: 'Folders' })).toContainText('Summer photos');
  await expect(page.getByText('Drop any picture on the window to find ones like it.')).toBeVisible();
  await expect(tiles(page).first()).toHaveAccessibleName(/^Picture 1 of 30,/);
  await tiles(page).first().click();
  await page.keyboard.press('Control+End');
  await expect(page.getByRole('gridcell', { name: /^Picture 30 of 30,/ })).toBeFocused();
  await expect
    .poll(() =>
      tiles(page)
        .locator('img')
        .evaluateAll((images) => images.every((image) => image instanceof HTMLImageElement && image.naturalWidth > 0)),
    )
    .toBe(true);
});

test('a cancelled dialog changes nothing, and the menu does what the buttons do', async ({ folder, start }) => {
  const photos = join(folder, 'photos');
  await writeDrawings(photos, 6);
  const { app, page } = await start();
  await app.evaluate(({ dialog }) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: true, filePaths: [] });
  });
  await page.getByRole('button', { name: /Drop a folder of photos here/ }).click();
  await expect(page.getByText('Nothing leaves this computer.')).toBeVisible();
  await expect(page.getByRole('list', { name: 'Messages' }).getByRole('listitem')).toHaveCount(0);

  const choose = async (label: string, path: string): Promise<void> => {
    await app.evaluate(
      ({ dialog, Menu }, [item, chosen]) => {
        dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen ?? ''] });
        const items = Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? []) ?? [];
        items.find((each) => each.label === item)?.click();
      },
      [label, path],
    );
  };
  await choose('Add Folder…', photos);
  await runEnded(page, '6 pictures indexed.');
  await choose('Find Similar to File…', join(photos, '0002.jpg'));
  await expect(results(page).first()).toHaveAccessibleName(/^1\. 0002\.jpg, similarity 1\.00/);
  await choose('Keyboard Shortcuts', '');
  await expect(page.getByRole('dialog')).toBeVisible();
});

test('a dropped folder is indexed, a dropped picture finds its like', async ({ folder, start }) => {
  const photos = join(folder, 'photos');
  await writeDrawings(photos, 40);
  // A copy as it comes back from a chat: smaller, and compressed again.
  const received = join(folder, 'received.jpg');
  await drawing(1 + 17)
    .resize(200)
    .jpeg({ quality: 50 })
    .toFile(received);
  const { page } = await start();

  // a script of the page can make a file, but none that lies anywhere
  const made = await page.evaluate(
    ({ bridge, path }) => (Reflect.get(window, bridge) as Bridge).takeFile(new File(['x'], path)),
    { bridge: BRIDGE, path: photos },
  );
  expect(made).toBeNull();

  await dropFiles(page, [photos], () => expect(page.getByText('Index this folder')).toBeVisible());
  await runEnded(page, '40 pictures indexed.');

  await dropFiles(page, [received], () => expect(page.getByText('Drop to search with this picture')).toBeVisible());
  await expect(results(page).first()).toHaveAccessibleName(/^1\. 0017\.jpg, similarity (0\.9\d|1\.00)/);
  const examples = page.getByRole('complementary', { name: 'Examples' });
  await expect(examples.getByRole('img', { name: 'received.jpg' })).toBeVisible();

  // A second picture joins the search instead of replacing it.
  await dropFiles(page, [join(photos, '0003.jpg')]);
  await expect(examples.getByRole('listitem')).toHaveCount(2);
  await examples.getByRole('button', { name: 'Remove received.jpg' }).click();
  await expect(results(page).first()).toHaveAccessibleName(/^1\. 0003\.jpg, similarity 1\.00/);
});

test('a chosen picture, one of the grid, and a pasted one find their like', async ({ folder, start }) => {
  const photos = join(folder, 'photos');
  await writeDrawings(photos, 12);
  const { app, page } = await start(photos);
  await holds(page, 12);

  await app.evaluate(
    ({ dialog }, path) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
    },
    join(photos, '0008.jpg'),
  );
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await page.getByRole('button', { name: 'Choose a picture…' }).click();
  await expect(results(page).first()).toHaveAccessibleName(/^1\. 0008\.jpg, similarity 1\.00/);

  await page.getByRole('button', { name: /^All pictures/ }).click();
  await tiles(page).nth(4).click();
  await page.keyboard.press('s');
  const example = page.getByRole('complementary', { name: 'Examples' }).getByRole('img');
  await expect(example).toBeVisible();
  await expect(results(page)).toHaveCount(11);
  // The picture itself is no result of its own search.
  const name = (await example.getAttribute('alt')) ?? '';
  await expect(results(page).filter({ hasText: name })).toHaveCount(0);

  await page
    .getByRole('complementary', { name: 'Examples' })
    .getByRole('button', { name: `Remove ${name}` })
    .click();
  await copyPicture(
    app,
    await drawing(1 + 5)
      .png()
      .toBuffer(),
  );
  await page.keyboard.press('ControlOrMeta+V');
  await expect(results(page).first()).toHaveAccessibleName(/^1\. 0005\.jpg, similarity (0\.9\d|1\.00)/);
});

test('a picture opens large and closes again, and is shown in the file manager', async ({ folder, start }) => {
  const photos = join(folder, 'photos');
  await mkdir(photos);
  await drawing(1, 1600, 1200).jpeg().toFile(join(photos, 'large one.jpg'));
  const { app, page } = await start(photos);
  await holds(page, 1);

  await tiles(page).first().dblclick();
  const large = page.getByRole('img', { name: 'large one.jpg' });
  await expect(large).toBeVisible();
  await expect.poll(() => large.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1600);

  await app.evaluate(({ shell }) => {
    shell.showItemInFolder = (path) => void Object.assign(globalThis, { shown: path });
  });
  await page.getByRole('button', { name: 'Show in folder' }).first().click();
  await expect
    .poll(async () => basename(await app.evaluate(() => String(Reflect.get(globalThis, 'shown')))))
    .toBe('large one.jpg');

  await page.keyboard.press('Escape');
  await expect(tiles(page).first()).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(large).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(large).toBeHidden();
});

test('what cannot be read is named, and a file that is no picture is refused in a sentence', async ({
  folder,
  start,
}) => {
  const photos = join(folder, 'photos');
  const [first = ''] = await writeDrawings(photos, 5);
  await writeFile(join(photos, 'empty.jpg'), '');
  await writeFile(join(photos, 'text.jpg'), 'These are words.');
  await writeFile(join(photos, 'half.jpg'), (await readFile(first)).subarray(0, 1500));
  await writeFile(join(folder, 'notes.txt'), 'No picture.');
  const { page } = await start();
  await dropFiles(page, [photos]);
  await runEnded(page, '5 pictures indexed. 3 files could not be read.');

  // until the grid has the pictures, the view has such a button too
  await page.getByRole('region', { name: 'Last run' }).getByRole('button', { name: 'Show them' }).click();
  for (const name of ['empty.jpg', 'text.jpg', 'half.jpg']) await expect(page.getByText(name)).toBeVisible();

  await dropFiles(page, [join(folder, 'notes.txt')], () =>
    expect(page.getByText('Only pictures and folders')).toBeVisible(),
  );
  await expect(page.getByText('Only pictures and folders')).toBeHidden();
  await dropFiles(page, [join(photos, 'text.jpg')]);
  await expect(page.getByRole('heading', { name: 'The search did not work' })).toBeVisible();
  await expect(page.getByText('This picture cannot be read:')).toBeVisible();
});
