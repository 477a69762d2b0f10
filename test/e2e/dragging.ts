import type { ElectronApplication, Page } from '@playwright/test';

/** Says yes to what Semblance asks when a folder is dropped; the dialog is the system's, and no part of the page. */
export async function agreeToFolders(app: ElectronApplication): Promise<void> {
  await app.evaluate(({ dialog }) => {
    dialog.showMessageBox = () => Promise.resolve({ response: 0, checkboxChecked: false });
  });
}

/**
 * Drags files or folders from outside onto the window, through the DevTools protocol: the page gets the same events, with
 * the same real files, as from the system's file manager. `halfWay` runs while they hang over the window.
 */
export async function dropFiles(page: Page, files: string[], halfWay?: () => Promise<void>): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const { width, height } = await page.evaluate(() => ({ width: innerWidth, height: innerHeight }));
  const at = { x: Math.round(width / 2), y: Math.round(height / 2), data: { items: [], files, dragOperationsMask: 1 } };
  await session.send('Input.dispatchDragEvent', { type: 'dragEnter', ...at });
  await session.send('Input.dispatchDragEvent', { type: 'dragOver', ...at });
  await halfWay?.();
  await session.send('Input.dispatchDragEvent', { type: 'drop', ...at });
  await session.detach();
}
