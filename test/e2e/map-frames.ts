/**
 * How fast the map moves in the real window: `node test/e2e/map-frames.ts [POINTS] [--json]`, 500,000 where none are named. The window's service is one in memory that has so many
 * points; everything else is as it is. Tells the time from frame to frame, drawn by the processor, by WebGL in software, and by the graphics card where there is one.
 * `npm run bench -- explore` runs it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from '@playwright/test';
import { build, type Rolldown } from 'vite';
import { launch, SOFTWARE_GPU } from './launch.ts';
import type * as InPage from './map-frames-page.ts';

const { positionals, values } = parseArgs({ options: { json: { type: 'boolean' } }, allowPositionals: true });
const POINTS = Number(positionals[0] ?? 500_000);
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

/** What draws, what the window is told to draw by, and how it is started. */
interface Drawing {
  readonly by: 'processor' | 'WebGL in software' | 'graphics card';
  readonly preferred: 'cpu' | 'gpu';
  readonly switches?: readonly string[];
}

// Chromium that looks for a graphics card where there is none can stand still: see launch.ts
const mayHaveCard = process.platform !== 'linux' || existsSync('/dev/dri');
const DRAWINGS: readonly Drawing[] = [
  { by: 'processor', preferred: 'cpu' },
  { by: 'WebGL in software', preferred: 'gpu', switches: SOFTWARE_GPU },
  ...(mayHaveCard ? [{ by: 'graphics card', preferred: 'gpu', switches: [] } as const] : []),
];

/** Whether what WebGL draws with is no graphics card. */
function drawsInSoftware(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const gl = document.createElement('canvas').getContext('webgl2');
    const names = gl?.getExtension('WEBGL_debug_renderer_info');
    const name = gl && names ? String(gl.getParameter(names.UNMASKED_RENDERER_WEBGL)) : 'software';
    return /software|swiftshader|llvmpipe|basic render/i.test(name);
  });
}

function tell(row: Record<string, string | number>): void {
  if (values.json === true) console.log(JSON.stringify(row));
  else
    console.log(
      `${row['points']} points, ${row['by']}, ${row['what']}, ${row['where']}: p50 ${row['p50']} ms, p95 ${row['p95']} ms, ${row['drawn']} of ${row['frames']} drawn`,
    );
}

async function measure(page: Page, script: string, { by, preferred }: Drawing): Promise<void> {
  await page.evaluate((mapDrawing) => {
    localStorage.setItem('semblance:preferences', JSON.stringify({ mapDrawing }));
  }, preferred);
  await page.reload();
  await page.locator('main').waitFor();
  if (by === 'graphics card' && (await drawsInSoftware(page))) {
    console.error('There is no graphics card here.');
    return;
  }
  await page.evaluate(`${script}; globalThis.mapFrames = mapFrames;`);
  await page.evaluate((points) => mapFrames.serveMap(points), POINTS);
  await page.getByRole('button', { name: 'Map', exact: true }).click();
  await page.getByRole('list', { name: /^Categories/ }).waitFor({ timeout: 60_000 });
  await page.getByText('Kind 1', { exact: true }).first().waitFor({ timeout: 60_000 });
  const drawnBy = await page.locator('canvas[data-drawn-by]').getAttribute('data-drawn-by');
  if (drawnBy !== preferred) {
    console.error(`Not drawn by the ${by} here.`);
    return;
  }
  for (const [what, kind, nearer] of [
    ['moved', 'pan', 0],
    ['zoomed', 'zoom', 0],
    ['moved', 'pan', 8],
  ] as const) {
    for (let i = 0; i < nearer; i++) await page.getByRole('application').press('+');
    const { times, drawn } = await page.evaluate(([how, frames]) => mapFrames.framesOf(how, frames), [
      kind,
      FRAMES,
    ] as const);
    const sorted = times.toSorted((a, b) => a - b);
    const quantile = (share: number): number => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
    const where = nearer === 0 ? 'all in view' : '25 times nearer';
    tell({ points: POINTS, by, what, where, p50: quantile(0.5), p95: quantile(0.95), drawn, frames: times.length });
  }
}

const folder = await mkdtemp(join(tmpdir(), 'semblance-frames-'));
const script = await pageScript();
try {
  for (const drawing of DRAWINGS) {
    const { by, switches } = drawing;
    const { app, page } = await launch(join(folder, by), join(folder, `${by} config`), [], {}, switches);
    await page.setViewportSize({ width: 1280, height: 800 });
    await measure(page, script, drawing);
    await app.close();
  }
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
