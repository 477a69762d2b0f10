import type { ElectronApplication } from '@playwright/test';

/** The clipboard of Electron before it took after the web's. */
interface OlderClipboard {
  writeImage(image: Electron.NativeImage): void;
}

/** Puts a PNG on the system's clipboard, as another program does when an image is copied there. */
export async function copyPicture(app: ElectronApplication, png: Buffer): Promise<void> {
  await app.evaluate(async ({ clipboard, ClipboardItem, nativeImage }, data) => {
    const bytes = Buffer.from(data, 'base64');
    if ('writeImage' in clipboard) {
      (clipboard as unknown as OlderClipboard).writeImage(nativeImage.createFromBuffer(bytes));
    } else {
      await clipboard.write([new ClipboardItem({ 'image/png': new Blob([bytes], { type: 'image/png' }) })]);
    }
  }, png.toString('base64'));
}
