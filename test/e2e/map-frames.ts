/**
 * How fast the map moves in the real window: `node test/e2e/map-frames.ts [POINTS]`, 500,000 where none are named. The window's service is one in memory that has so many
 * points; everything else is as it is. Tells the time from frame to frame, drawn by the processor and by WebGL, be that in software.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { build, type Rolldown } from 'vite';
import { launch, SOFTWARE_GPU } from './launch.ts';
import type * as InPage from './map-frames-page.ts';

const POINTS = Number(process.argv[2] ?? 500_000);
const FRAMES = 60;

if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) {
  const command = ['-a', '-s', '-screen 0 1300x900x24', process.execPath, ...process.argv.slice(1)];
  process.exit(spawnSync('xvfb-run', command, { stdio: 'inherit' }).status ?? 1);
}

declare const mapFrames: typeof InPage;

/** The page's part as one script. */
async function pageScript(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      target: 'chrome130',
      lib: { entry: join(import.meta.dirname, 'map-frames-page.ts'), formats: ['iife'], name: 'mapFrames' },
    },
  });
  const [made] = built as Rolldown.RolldownOutput[];
  return made?.output[0].code ?? '';
}

async function measure(page: Page, script: string, drawing: 'cpu' | 'gpu'): Promise<void> {
  await page.evaluate((mapDrawing) => {
    localStorage.setItem('semblance:preferences', JSON.stringify({ mapDrawing }));
  }, drawing);
  await page.reload();
  await page.locator('main').waitFor();
  await page.evaluate(`${script}; globalThis.mapFrames = mapFrames;`);
  await page.evaluate((points) => mapFrames.serveMap(points), POINTS);
  await page.getByRole('button', { name: 'Map', exact: true }).click();
  await page.getByRole('list', { name: /^Categories/ }).waitFor({ timeout: 60_000 });
  await page.getByText('Kind 1', { exact: true }).first().waitFor({ timeout: 60_000 });
  const by = await page.locator('canvas[data-drawn-by]').getAttribute('data-drawn-by');
  if (by !== drawing) {
    console.log(`${drawing}: not here`);
    return;
  }
  for (const [what, nearer] of [
    ['pan', 0],
    ['zoom', 0],
    ['pan', 8],
  ] as const) {
    for (let i = 0; i < nearer; i++) await page.getByRole('application').press('+');
    const { times, drawn } = await page.evaluate(([kind, frames]) => mapFrames.framesOf(kind, frames), [
      what,
      FRAMES,
    ] as const);
    const sorted = times.toSorted((a, b) => a - b);
    const quantile = (share: number): string =>
      `${Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0)} ms`;
    const where = nearer === 0 ? 'all in view' : 'near';
    console.log(
      `${POINTS} points, ${drawing}, ${what}, ${where}: p50 ${quantile(0.5)}, p95 ${quantile(0.95)}, ${drawn} of ${times.length} drawn`,
    );
  }
}

const folder = await mkdtemp(join(tmpdir(), 'semblance-frames-'));
const script = await pageScript();
try {
  for (const [drawing, switches] of [
    ['cpu', undefined],
    ['gpu', SOFTWARE_GPU],
  ] as const) {
    const { app, page } = await launch(join(folder, drawing), join(folder, `${drawing} config`), [], {}, switches);
    await page.setViewportSize({ width: 1280, height: 800 });
    await measure(page, script, drawing);
    await app.close();
  }
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
