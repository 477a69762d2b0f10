/**
 * Takes pictures of the window in every state, in light and dark, at three sizes:
 * `npm run screenshots -- FOLDER [--only SCENE,SCENE] [PHOTOS]`. They go to FOLDER; PHOTOS is a folder of photos to show,
 * drawings are made where it is not given.
 */
import type { Locator, Page } from '@playwright/test';
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { imageModel, writeTwoTowers } from '../fixtures/onnx-models.ts';
import { writeKinds } from '../fixtures/kinds.ts';
import { writeDrawings } from '../fixtures/pictures.ts';
import { writeBigFolder } from './big-folder.ts';
import { duplicatesScene, spareFilesScene, writeCopies } from './duplicates-scene.ts';
import { dropFiles } from './dragging.ts';
import { launch, type Running } from './launch.ts';
import { clustersScene } from './clusters-scene.ts';
import { mapScene } from './map-scene.ts';
import { firstResult, PATIENCE } from './scene.ts';
import { noPlacesScene, timelineScene, writeJourneys } from './timeline-scene.ts';

const SIZES = [
  { width: 900, height: 600 },
  { width: 1280, height: 800 },
  { width: 2560, height: 1440 },
];

const { positionals, values } = parseArgs({ options: { only: { type: 'string' } }, allowPositionals: true });
const [target, photosGiven] = positionals;
const chosen = (scene: string): boolean => values.only?.split(',').includes(scene) ?? true;
if (target === undefined) {
  console.error('Usage: npm run screenshots -- FOLDER [--only SCENE,SCENE] [PHOTOS]');
  process.exit(2);
}
if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) {
  const command = ['-a', '-s', '-screen 0 2600x1500x24', process.execPath, ...process.argv.slice(1)];
  const { status, error } = spawnSync('xvfb-run', command, { stdio: 'inherit' });
  if (error) console.error(`There is no display, and xvfb-run could not be started: ${error.message}`);
  process.exit(status ?? 1);
}

const output = resolve(target);
await mkdir(output, { recursive: true });
const folder = await mkdtemp(join(tmpdir(), 'semblance-screenshots-'));
const photos = photosGiven === undefined ? join(folder, 'Photos') : resolve(photosGiven);
if (photosGiven === undefined) await writeDrawings(photos, 120);

/** All sizes and both schemes of what the window shows now; `part` is what it is about, where it may be further down. */
async function shoot({ page }: Running, name: string, part?: Locator): Promise<void> {
  for (const { width, height } of SIZES) {
    await page.setViewportSize({ width, height });
    await part?.scrollIntoViewIfNeeded();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await imagesLoaded(page);
      await page.screenshot({ path: join(output, `${name} ${width}x${height} ${colorScheme}.png`) });
    }
  }
  console.log(name);
}

async function imagesLoaded(page: Page): Promise<void> {
  // Two frames: one for the new size to be laid out, one for what it brings into view.
  await page.evaluate(async () => {
    for (let i = 0; i < 2; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
    await Promise.allSettled([...document.images].map((image) => image.decode()));
  });
}

/** Runs `take` in a window on a library of its own. */
async function scene(name: string, folders: string[], take: (running: Running) => Promise<void>): Promise<void> {
  if (!chosen(name)) return;
  const running = await launch(join(folder, name, 'library'), join(folder, name, 'config'), folders);
  try {
    await take(running);
  } finally {
    await running.app.close();
  }
}

const tile = (page: Page) => page.getByRole('gridcell').first();
const idle = async (page: Page): Promise<void> => {
  await tile(page).waitFor(PATIENCE);
  await page.getByRole('region', { name: 'Indexing' }).waitFor({ state: 'detached', ...PATIENCE });
};

async function firstStart(running: Running): Promise<void> {
  const { page } = running;
  await page.getByText('Nothing leaves this computer.').waitFor();
  await shoot(running, 'first start');
  await dropFiles(page, [photos], () => shoot(running, 'folder over the window'));
}

async function library(running: Running): Promise<void> {
  const { page } = running;
  await idle(page);
  await shoot(running, 'library');
  await tile(page).click();
  await page.keyboard.press('i');
  await shoot(running, 'library with details');
  await page.keyboard.press('i');
  await page.keyboard.press('?');
  await shoot(running, 'shortcuts');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await shoot(running, 'new search');
  await page.getByRole('button', { name: /^All pictures/ }).click();
  await tile(page).click();
  await page.keyboard.press('Enter');
  await page.getByRole('img').first().waitFor();
  await shoot(running, 'one picture large');
  await page.keyboard.press('Escape');
  await page.keyboard.press('s');
  await firstResult(page).waitFor();
  await shoot(running, 'results');
  await page.keyboard.press('i');
  await firstResult(page).click();
  await shoot(running, 'results with details');
  await page.keyboard.press('i');
}

async function working(running: Running): Promise<void> {
  const { page } = running;
  await page.getByText(/ left$/).waitFor(PATIENCE);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page
    .getByText(/^Paused at/)
    .first()
    .waitFor();
  await shoot(running, 'paused');
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByText(/ left$/).waitFor(PATIENCE);
  await shoot(running, 'indexing');
}

async function problems(running: Running): Promise<void> {
  const { page } = running;
  await idle(page);
  await page.getByRole('button', { name: /^Activity/ }).click();
  await shoot(running, 'activity with problems');
  await dropFiles(page, [join(folder, 'Scans', 'text.jpg')]);
  await page.getByRole('heading', { name: 'The search did not work' }).waitFor();
  await shoot(running, 'search failed');
}

async function offline(running: Running): Promise<void> {
  await running.page.getByText('Not connected').waitFor();
  await shoot(running, 'source not connected');
}

async function empty(running: Running): Promise<void> {
  await running.page.getByText('No pictures here yet').waitFor(PATIENCE);
  await shoot(running, 'empty folder');
}

async function onePicture(running: Running): Promise<void> {
  await idle(running.page);
  await shoot(running, 'one picture, a very long name');
}

/** Lets the system's dialog answer with `path`, and presses the button that installs from disk. */
async function installFrom({ app, page }: Running, kind: 'file' | 'folder', path: string): Promise<void> {
  await app.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
  }, path);
  await page.getByRole('button', { name: `Install from a ${kind}…` }).click();
}

async function settings(running: Running): Promise<void> {
  const { page } = running;
  await idle(page);
  await page.keyboard.press('ControlOrMeta+,');
  await page.getByText(/^Encoding on .* pictures\/s/).waitFor(PATIENCE);
  await shoot(running, 'settings');
  await shoot(running, 'settings, computing', page.getByRole('group', { name: 'Encode on' }));
  await page.getByRole('button', { name: /^Download MobileCLIP S0/ }).click();
  await shoot(running, 'before a download', page.getByRole('group', { name: /^Download MobileCLIP S0/ }));
  await page.keyboard.press('Escape');
  await installFrom(running, 'file', join(folder, 'models', 'net.onnx'));
  await page.getByRole('form').waitFor(PATIENCE);
  await shoot(running, 'questions about a model', page.getByRole('form'));
  await page.getByRole('form').getByRole('combobox').selectOption({ label: '0 to 1' });
  await page.getByRole('form').getByRole('spinbutton').fill('32');
  await page.getByRole('button', { name: 'Try it on ten pictures' }).click();
  await page.getByRole('region', { name: 'Installed' }).waitFor(PATIENCE);
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: /^Remove net/ }).click();
  await shoot(running, 'before a removal', page.getByRole('group', { name: /^Remove net/ }));
  await page.keyboard.press('Escape');
  await installFrom(running, 'file', join(folder, 'models', 'blind.onnx'));
  await page.getByRole('button', { name: 'Try it on ten pictures' }).click();
  await page.getByRole('alert').waitFor(PATIENCE);
  await shoot(running, 'a model that is refused', page.getByRole('alert'));
}

async function words(running: Running): Promise<void> {
  const { page } = running;
  await idle(page);
  await page.keyboard.press('ControlOrMeta+,');
  await installFrom(running, 'folder', join(folder, 'models', 'towers'));
  const outcome = page.getByRole('region', { name: 'Installed' });
  await outcome.waitFor(PATIENCE);
  await shoot(running, 'a model that is installed', outcome);
  await outcome.getByRole('button', { name: 'Use it now' }).click();
  const progress = page.getByRole('region', { name: 'Encoding anew' });
  await progress.getByRole('button', { name: 'Pause' }).click(PATIENCE);
  await shoot(running, 'another encoder, paused', progress);
  await progress.getByRole('button', { name: 'Resume' }).click();
  await page.getByText('Searches use Two towers now.').first().waitFor(PATIENCE);
  await shoot(running, 'another encoder in use');
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await shoot(running, 'new search by words');
  await page.keyboard.press('/');
  await page.keyboard.type('a blue one');
  await page.keyboard.press('Enter');
  await firstResult(page).waitFor();
  await shoot(running, 'results of words');
  await dropFiles(page, [join(folder, 'Holidays', '0000.jpg')]);
  await page.getByRole('complementary', { name: 'Examples' }).getByRole('img').waitFor();
  await firstResult(page).waitFor();
  await shoot(running, 'results of words and a picture');
  await page.getByRole('button', { name: /^All pictures/ }).click();
  await tile(page).click();
  await shoot(running, 'library with the field for words');
}

/** A folder of folders, each a kind: they become groups. */
async function groups(running: Running): Promise<void> {
  const { page } = running;
  await idle(page);
  const list = page.getByRole('list', { name: 'Groups' });
  await list.getByRole('button', { name: /^Teach/ }).click();
  await shoot(running, 'nothing to teach yet');
  await page.getByRole('button', { name: /^All pictures/ }).click();
  await tile(page).click();
  await page
    .getByRole('gridcell')
    .nth(3)
    .click({ modifiers: ['Shift'] });
  await shoot(running, 'several selected');
  await page.keyboard.press('g');
  await page.getByRole('dialog').getByRole('textbox').fill('Our dog');
  await shoot(running, 'a group is chosen');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('gridcell').nth(3).focus();
  await page.keyboard.press('Shift+F10');
  await shoot(running, 'menu of pictures', page.getByRole('menu'));
  await page.keyboard.press('Escape');
  await page.getByRole('list', { name: 'Folders' }).getByRole('listitem').first().hover();
  await page.getByRole('button', { name: /^Make a group of each folder/ }).click();
  await list.locator('[data-group]').first().click(PATIENCE);
  const members = page.getByRole('list', { name: 'Pictures of this group' }).getByRole('button');
  await members.first().waitFor(PATIENCE);
  for (const _ of [1, 2, 3, 4, 5, 6]) {
    await members.first().click();
    await page.keyboard.press('Delete');
  }
  await page.getByRole('heading', { name: 'Probably also here' }).waitFor(PATIENCE);
  await members.first().click();
  await members.nth(2).click({ modifiers: ['Shift'] });
  await shoot(running, 'group');
  await shoot(running, 'group, suggestions', page.getByRole('heading', { name: 'Probably also here' }));
  await page.keyboard.press('s');
  await firstResult(page).waitFor();
  await page.getByRole('checkbox', { name: /^Preview my groups/ }).click();
  await shoot(running, 'preview of groups');
}

async function teaching(running: Running): Promise<void> {
  const { page } = running;
  const list = page.getByRole('list', { name: 'Groups' });
  await list.getByRole('button', { name: /^Teach/ }).click();
  await page.getByText(/ groups will be taught\.$/).waitFor(PATIENCE);
  await shoot(running, 'teach');
  await page.getByRole('button', { name: 'Which pictures to label next?' }).click();
  await page.getByRole('img').first().waitFor(PATIENCE);
  await shoot(running, 'label next');
  await page.keyboard.press('Alt+ArrowLeft');
  const teach = page.getByRole('button', { name: 'Teach', exact: true }).last();
  await teach.click();
  const run = page.getByRole('main').getByRole('region', { name: 'Teaching' });
  await run.getByRole('button', { name: 'Pause' }).click(PATIENCE);
  await shoot(running, 'teaching, paused', run);
  await run.getByRole('button', { name: 'Resume' }).click();
  await page
    .getByText(/Of ten results|too few pictures|could not be seen/)
    .first()
    .waitFor(PATIENCE);
  await shoot(running, 'taught');
  await page.getByText('What it takes for what').click();
  const cell = page
    .getByRole('table', { name: /^Rows are/ })
    .getByRole('button')
    .first();
  await cell.click(PATIENCE);
  await shoot(running, 'what a version takes for what', cell);
  await page.getByText('How pictures lie to one another').click();
  const map = page.getByRole('application', { name: /^How pictures lie/ });
  await map.press('ArrowRight', PATIENCE);
  await page
    .getByRole('img', { name: /^Now: / })
    .last()
    .waitFor(PATIENCE);
  await shoot(running, 'how pictures lie by a version', map);
  const deep = page.getByRole('checkbox', { name: /^Train the last layers/ });
  await deep.click(PATIENCE);
  await page.getByText(/^About .* Trained on/).waitFor(PATIENCE);
  await shoot(running, 'teach the last layers too', deep);
  await deep.click();
  const adapt = page.getByRole('button', { name: 'Adapt to my pictures' });
  await shoot(running, 'adapt without groups', adapt);
  await adapt.click();
  await page
    .getByText(/pictures of your groups/)
    .first()
    .waitFor(PATIENCE);
  await shoot(running, 'adapted');
}

async function locked(first: Running): Promise<void> {
  await first.page.getByText('Nothing leaves this computer.').waitFor();
  const second = await launch(join(folder, 'locked', 'library'), join(folder, 'locked', 'config 2'));
  try {
    await second.page.getByRole('alert').waitFor();
    await shoot(second, 'library in use');
  } finally {
    await second.app.close();
  }
}

try {
  await writeBigFolder(join(folder, 'Holidays'), 600);
  await mkdir(join(folder, 'nothing'));
  const long = join(
    folder,
    `A folder with a name as long as people give them when they sort by date, place and occasion`,
  );
  const [only = ''] = await writeDrawings(long, 1);
  await cp(only, join(long, `${'a very long name '.repeat(11)}.jpg`));
  await rm(only);
  await writeDrawings(join(folder, 'Scans'), 6);
  await writeFile(join(folder, 'Scans', 'text.jpg'), 'These are words.');
  await writeFile(join(folder, 'Scans', 'empty.jpg'), '');
  await writeDrawings(join(folder, 'USB stick'), 30);

  for (const picture of await writeDrawings(join(folder, 'Twice'), 9, 300))
    await cp(picture, picture.replace(/\.jpg$/, ' copy of an old disk.jpg'));
  await writeKinds(join(folder, 'Kinds'), 20);
  await writeJourneys(join(folder, 'Journeys'));
  await writeTwoTowers(join(folder, 'models', 'towers'));
  await writeFile(join(folder, 'models', 'net.onnx'), imageModel({ input: ['n', 3, 'h', 'w'] }));
  await writeFile(join(folder, 'models', 'blind.onnx'), imageModel({ factor: 0 }));

  await scene('first', [], firstStart);
  await scene('library', [photos], library);
  await scene('settings', [photos], settings);
  await scene('working', [join(folder, 'Holidays')], working);
  await scene('words', [join(folder, 'Holidays')], words);
  await scene('troubled', [join(folder, 'Scans')], problems);
  await scene('empty', [join(folder, 'nothing')], empty);
  await scene('one', [long], onePicture);
  if (chosen('offline')) {
    await scene('offline', [join(folder, 'USB stick')], ({ page }) => idle(page));
    await rm(join(folder, 'USB stick'), { recursive: true });
    await scene('offline', [], offline);
  }
  await scene('groups', [photosGiven === undefined ? join(folder, 'Kinds') : photos], async (running) => {
    await groups(running);
    await teaching(running);
  });
  await scene('clusters', [photosGiven === undefined ? join(folder, 'Kinds') : photos], async (running) => {
    await idle(running.page);
    await clustersScene(running, shoot);
  });
  await scene('map', [photosGiven === undefined ? join(folder, 'Kinds') : photos], async (running) => {
    await idle(running.page);
    await mapScene(running, shoot);
  });
  await scene('timeline', [join(folder, 'Journeys')], async (running) => {
    await idle(running.page);
    await timelineScene(running, shoot);
  });
  await scene('no places', [photos], async (running) => {
    await idle(running.page);
    await noPlacesScene(running, shoot);
  });
  await writeCopies(join(folder, 'Copies'));
  await scene('duplicates', [photosGiven === undefined ? join(folder, 'Copies') : photos], async (running) => {
    await idle(running.page);
    await duplicatesScene(running, shoot);
  });
  await scene('files', [join(folder, 'Twice')], async (running) => {
    await idle(running.page);
    await spareFilesScene(running, shoot);
  });
  await scene('locked', [], locked);
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
