import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ElectronApplication, Page } from '@playwright/test';
import { drawing, writeDrawings } from '../fixtures/pictures.ts';
import { expect, holds, test, tiles } from './semblance.ts';

// The page is made to do what it must not: its complaints are the point.
test.use({ strict: false });

/** A server on this computer that counts who comes. */
async function listen(): Promise<{ server: Server; origin: string; hits: string[] }> {
  const hits: string[] = [];
  const server = createServer((request, response) => {
    hits.push(`${request.method} ${request.url}`);
    response.setHeader('Access-Control-Allow-Origin', '*').end('ok');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, hits };
}

/** Whether the page gets an image from an address. */
function imageLoads(page: Page, src: string): Promise<boolean> {
  return page.evaluate(
    (address) =>
      new Promise<boolean>((resolve) => {
        const image = new Image();
        image.onload = () => resolve(true);
        image.onerror = () => resolve(false);
        image.src = address;
      }),
    src,
  );
}

test('a page has no Node, runs no text as code, opens nothing, and nothing of it goes to another origin', async ({
  start,
}) => {
  const { app, page } = await start();
  const address = page.url();
  expect(
    await page.evaluate(() => [typeof Reflect.get(globalThis, 'require'), typeof Reflect.get(globalThis, 'process')]),
  ).toEqual(['undefined', 'undefined']);
  // In a timer, because what the test itself evaluates is exempt from the policy.
  const evaluated = await page.evaluate(
    () =>
      new Promise((resolve) => {
        setTimeout(() => {
          try {
            resolve((0, eval)('1 + 1'));
          } catch (error) {
            resolve(error instanceof Error ? error.name : error);
          }
        });
      }),
  );
  expect(evaluated).toBe('EvalError');
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.inlineScriptRan = true';
    document.body.append(script);
  });
  expect(await page.evaluate(() => 'inlineScriptRan' in window)).toBe(false);

  expect(await page.evaluate(() => window.open('https://example.org/'))).toBeNull();
  await page.evaluate(() => {
    const link = document.createElement('a');
    link.href = 'https://example.org/';
    link.target = '_blank';
    document.body.append(link);
    link.click();
    location.href = 'file:///etc/passwd';
  });
  await page.evaluate(() => {
    location.href = 'app://semblance/other.html';
  });
  await page.waitForTimeout(500);
  expect(page.url()).toBe(address);
  expect(app.windows()).toHaveLength(1);

  expect(await page.evaluate(() => Notification.requestPermission())).toBe('denied');
  expect(
    await page.evaluate(() =>
      navigator.mediaDevices.getUserMedia({ video: true }).then(
        () => 'allowed',
        (error: unknown) => (error instanceof Error ? error.name : 'refused'),
      ),
    ),
  ).not.toBe('allowed');
  const preferences = await app.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    const contents = window?.webContents as unknown as { getLastWebPreferences(): Electron.WebPreferences };
    return contents.getLastWebPreferences();
  });
  expect(preferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false });

  await goesNowhere(app, page);
});

/** Nothing goes to another origin, by whatever way. */
async function goesNowhere(app: ElectronApplication, page: Page): Promise<void> {
  const address = page.url();
  const { server, origin, hits } = await listen();
  try {
    const answers = await page.evaluate(async (base) => {
      const outcome = (promise: Promise<unknown>) =>
        promise.then(
          () => 'got',
          () => 'nothing',
        );
      const element = (name: 'img' | 'script' | 'link' | 'iframe' | 'video', key: string) =>
        outcome(
          new Promise((resolve, reject) => {
            const made = document.createElement(name);
            if (name === 'link') made.setAttribute('rel', 'stylesheet');
            made.onload = name === 'iframe' ? reject : resolve;
            made.onerror = reject;
            made.setAttribute(key, `${base}/${name}`);
            document.body.append(made);
            setTimeout(reject, 1500);
          }),
        );
      const socket = new Promise((resolve, reject) => {
        const opened = new WebSocket(base.replace('http', 'ws'));
        opened.onopen = resolve;
        opened.onerror = reject;
      });
      navigator.sendBeacon(`${base}/beacon`, 'x');
      return Promise.all([
        outcome(fetch(`${base}/fetch`)),
        outcome(fetch(`${base}/fetch-no-cors`, { mode: 'no-cors' })),
        element('img', 'src'),
        element('script', 'src'),
        element('link', 'href'),
        element('iframe', 'src'),
        element('video', 'src'),
        outcome(socket),
      ]);
    }, origin);
    expect(new Set(answers)).toEqual(new Set(['nothing']));
    await page.evaluate((base) => {
      const form = document.createElement('form');
      form.action = `${base}/form`;
      form.method = 'post';
      document.body.append(form);
      form.submit();
      location.href = `${base}/navigation`;
    }, origin);
    await page.waitForTimeout(500);
    expect(page.url()).toBe(address);
    // And where a page's own policy does not reach: the session itself has no way out.
    const fromMain = await app.evaluate(
      ({ session }, base) =>
        session.defaultSession.fetch(`${base}/session`).then(
          () => 'got',
          () => 'nothing',
        ),
      origin,
    );
    expect(fromMain).toBe('nothing');
    expect(hits).toEqual([]);
  } finally {
    server.close();
  }
}

test('pictures come from the library alone', async ({ folder, start }) => {
  const photos = join(folder, 'photos');
  await writeDrawings(photos, 3);
  const secret = join(folder, 'secret.jpg');
  await drawing(99).jpeg().toFile(secret);
  const { page } = await start(photos);
  await holds(page, 3);
  const thumbnail = (await tiles(page).first().locator('img').getAttribute('src')) ?? '';
  expect(await imageLoads(page, thumbnail)).toBe(true);
  expect(await imageLoads(page, 'photo://picture/1')).toBe(true);

  for (const address of [
    'photo://picture/999999',
    'photo://picture/../../etc/passwd',
    `photo://picture/${encodeURIComponent(secret)}`,
    `photo://${secret}`,
    'photo://picture/1%00',
    'photo://library/1',
    'thumb://picture/..%2f..%2fcatalog.sqlite',
    `thumb://picture/${'0'.repeat(64)}`,
    `thumb://picture/..%2f..%2f..%2fsecret.jpg`,
    `file://${secret}`,
    `app://semblance/..%2f..%2f..%2f${encodeURIComponent(secret)}`,
  ]) {
    expect(await imageLoads(page, address), address).toBe(false);
  }
  // Pixels are all that there is: a script of the page cannot read a file's bytes.
  const read = await page.evaluate(() =>
    fetch('photo://picture/1').then(
      () => 'got',
      () => 'nothing',
    ),
  );
  expect(read).toBe('nothing');

  // A picture that became a link to somewhere else after it was indexed.
  for (const name of ['0000.jpg', '0001.jpg', '0002.jpg']) {
    await rm(join(photos, name));
    await symlink(secret, join(photos, name));
  }
  for (const id of [1, 2, 3]) expect(await imageLoads(page, `photo://picture/${id}?again`), `link ${id}`).toBe(false);
});
