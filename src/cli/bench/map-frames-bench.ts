import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { projectRoot } from '../../compute/resources.ts';
import type { Output } from '../output.ts';
import type { Report } from './measurement.ts';

const POINTS = 500_000;

/** The bar where a graphics card draws: sixty frames a second. */
const FRAME_MS = 1000 / 60;

/** A line of `test/e2e/map-frames.ts`. */
const frames = z.object({
  points: z.number(),
  by: z.string(),
  what: z.string(),
  where: z.string(),
  p50: z.number(),
  p95: z.number(),
});

/**
 * How fast the map of half a million pictures moves in the real window. It takes a checkout with Electron, and a display or xvfb; where one of
 * these is not there, it is said which.
 */
export async function benchMapFrames(report: Report, output: Output): Promise<void> {
  const script = join(projectRoot(), 'test', 'e2e', 'map-frames.ts');
  const missing = missingFor(script);
  if (missing !== null) {
    output.notice(`Frame times of the map are not measured: ${missing}.`);
    return;
  }
  output.notice(`Moving a map of ${POINTS.toLocaleString('en')} points in the window.`);
  const child = spawn(process.execPath, [script, String(POINTS), '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close') as Promise<[number | null]>;
  const problem = text(child.stderr);
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('{')) reportFrames(frames.parse(JSON.parse(line)), report);
  }
  const [code] = await ended;
  if (code !== 0) output.notice(`The window could not be measured: ${(await problem).trim().split('\n')[0] ?? ''}`);
}

function reportFrames({ points, by, what, where, p50, p95 }: z.infer<typeof frames>, report: Report): void {
  const bench = 'explore';
  const reference = by === 'graphics card' ? FRAME_MS : null;
  const said = `${points.toLocaleString('en')} points, ${by}, ${what}, ${where}`;
  for (const [metric, value] of [
    [`${said}, p50`, p50],
    [`${said}, p95`, p95],
  ] as const)
    report({ bench, metric, value, unit: 'ms', reference, ratio: reference === null ? null : value / reference });
}

/** What is not there that the window needs; null where all of it is. */
function missingFor(script: string): string | null {
  if (!existsSync(script)) return 'this is no checkout of the program';
  if (!existsSync(join(projectRoot(), 'out', 'main', 'index.js'))) return 'the window is not built (`npm run build`)';
  for (const module of ['@playwright/test', 'electron', 'vite'])
    if (!existsSync(join(projectRoot(), 'node_modules', module))) return `${module} is not installed`;
  const { DISPLAY, WAYLAND_DISPLAY, PATH = '' } = process.env;
  const hasDisplay = process.platform !== 'linux' || Boolean(DISPLAY) || Boolean(WAYLAND_DISPLAY);
  const hasXvfb = PATH.split(delimiter).some((folder) => existsSync(join(folder, 'xvfb-run')));
  return hasDisplay || hasXvfb ? null : 'there is no display, and no xvfb-run';
}
