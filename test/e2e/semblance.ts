import { test as base, expect, type Page } from '@playwright/test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch, type Running } from './launch.ts';

interface Fixtures {
  /** A folder of the test's own, removed when it ends. */
  folder: string;
  /** Whether errors of the page fail the test. Off where a test provokes them. */
  strict: boolean;
  /** Variables of the environment that Semblance is started with, beside those of the tests. */
  environment: Readonly<Record<string, string>>;
  /** Starts Semblance on the library in `folder`, with the given arguments. Closed when the test ends. */
  start: (...folders: string[]) => Promise<Running>;
}

export const test = base.extend<Fixtures>({
  strict: [true, { option: true }],
  environment: [{}, { option: true }],
  // Playwright reads the names of the fixtures that are needed out of this pattern: it must be one, even when empty.
  // eslint-disable-next-line no-empty-pattern
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'semblance-e2e-'));
    await use(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  },
  start: async ({ folder, strict, environment }, use, info) => {
    const running: Running[] = [];
    const problems: string[] = [];
    const output: string[] = [];
    await use(async (...folders) => {
      const started = await launch(join(folder, 'library'), join(folder, 'config'), folders, environment);
      running.push(started);
      started.page.on('pageerror', (error) => problems.push(error.stack ?? error.message));
      started.page.on('console', (message) => {
        if (message.type() === 'error') problems.push(message.text());
      });
      started.app.process().stderr?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
      return started;
    });
    if (info.status !== info.expectedStatus) await attachEvidence(running, output);
    for (const { app } of running) await app.close();
    if (strict) expect(problems, 'errors of the page').toEqual([]);
  },
});

async function attachEvidence(running: readonly Running[], output: readonly string[]): Promise<void> {
  const info = test.info();
  await info.attach('output', { body: output.join(''), contentType: 'text/plain' });
  for (const { page } of running) {
    if (!page.isClosed()) await info.attach('window', { body: await page.screenshot(), contentType: 'image/png' });
  }
}

/** Waits until the sidebar says that the run has ended, with a sentence that holds `words`. */
export async function runEnded(page: Page, words: string | RegExp): Promise<void> {
  const line = page.getByRole('navigation', { name: 'Sidebar' }).getByRole('region', { name: 'Last run' });
  await expect(line).toContainText(words, { timeout: 40_000 });
}

/** Waits until nothing is being indexed and the grid holds `count` pictures: a run may end before the window is there. */
export async function holds(page: Page, count: number): Promise<void> {
  await expect(tiles(page).first()).toHaveAccessibleName(new RegExp(`^Picture 1 of ${count},`), { timeout: 40_000 });
  await expect(page.getByRole('region', { name: 'Indexing' })).toHaveCount(0, { timeout: 40_000 });
}

/** The tiles of the grid that are drawn now. */
export function tiles(page: Page) {
  return page.getByRole('grid', { name: 'All pictures' }).getByRole('gridcell');
}

/** The results, best first; their names begin with the rank. */
export function results(page: Page) {
  return page.getByRole('button', { name: /^\d+\. .*, similarity/ });
}

export { expect };
