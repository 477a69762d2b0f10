import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { app, screen, type Rectangle } from 'electron';

/** What is remembered of the window between two starts. Position and size are of the window when not maximized. */
export interface WindowState {
  readonly bounds: Rectangle | undefined;
  readonly maximized: boolean;
}

const UNKNOWN: WindowState = { bounds: undefined, maximized: false };

function stateFile(): string {
  return join(app.getPath('userData'), 'window.json');
}

/** The remembered state; the default where there is none, or the window would lie outside every screen of today. */
export function readWindowState(): WindowState {
  let state: Partial<Record<keyof WindowState, unknown>> | null;
  try {
    state = JSON.parse(readFileSync(stateFile(), 'utf8')) as typeof state;
  } catch {
    // None yet, or not JSON: the size of a window is no reason to bother anyone.
    return UNKNOWN;
  }
  if (!isRectangle(state?.bounds)) return UNKNOWN;
  const { bounds } = state;
  const visible = screen.getAllDisplays().some(({ workArea }) => overlap(bounds, workArea) > 100 * 100);
  return { bounds: visible ? bounds : undefined, maximized: state.maximized === true };
}

export function writeWindowState(state: WindowState): void {
  try {
    mkdirSync(dirname(stateFile()), { recursive: true });
    writeFileSync(stateFile(), JSON.stringify(state));
  } catch (error) {
    console.error('The size of the window could not be remembered:', error);
  }
}

function isRectangle(value: unknown): value is Rectangle {
  if (typeof value !== 'object' || value === null) return false;
  const rectangle = value as Partial<Record<keyof Rectangle, unknown>>;
  return [rectangle.x, rectangle.y, rectangle.width, rectangle.height].every(Number.isSafeInteger);
}

function overlap(a: Rectangle, b: Rectangle): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.max(0, width) * Math.max(0, height);
}
