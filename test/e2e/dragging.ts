import { expect, type Page } from '@playwright/test';

/**
 * Drags files or folders from outside onto the window, through the DevTools protocol: the page gets the same events, with
 * the same real files, as from the system's file manager. `halfWay` runs while they hang over the window. Before they are dropped the window
 * says what will happen: a page that is busy loses a drop that comes with the first move.
 */
export async function dropFiles(page: Page, files: string[], halfWay?: () => Promise<void>): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const { width, height } = await page.evaluate(() => ({ width: innerWidth, height: innerHeight }));
  const at = { x: Math.round(width / 2), y: Math.round(height / 2), data: { items: [], files, dragOperationsMask: 1 } };
  await session.send('Input.dispatchDragEvent', { type: 'dragEnter', ...at });
  await session.send('Input.dispatchDragEvent', { type: 'dragOver', ...at });
  await expect(page.getByText(/^(Drop to (add|search)|This file is neither)/)).toBeVisible();
  await halfWay?.();
  await session.send('Input.dispatchDragEvent', { type: 'drop', ...at });
  await session.detach();
}
