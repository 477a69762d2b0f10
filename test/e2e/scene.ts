import type { Locator, Page } from '@playwright/test';
import type { Running } from './launch.ts';

/** Takes pictures of what the window shows now; `part` is what it is about, where it may be further down. */
export type Shoot = (running: Running, name: string, part?: Locator) => Promise<void>;

/** Scenes begin with indexing and encoding, which may take their time on a busy machine. */
export const PATIENCE = { timeout: 120_000 };

/** The first result of a search. */
export function firstResult(page: Page): Locator {
  return page.getByRole('button', { name: /^1\. .*, similarity/ });
}
