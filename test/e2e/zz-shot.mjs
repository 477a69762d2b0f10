import { _electron } from '@playwright/test';
import { electronRuntime, electronSwitches } from '../../scripts/electron-runtime.mjs';
const { executable } = await electronRuntime();
const lib = '/tmp/shotlib';
const scheme = process.argv[2];
const size = process.argv[3].split('x').map(Number);
const app = await _electron.launch({
  executablePath: executable,
  args: [...electronSwitches(), '/work/main', '--library', lib, ...(process.argv[4] ? [process.argv[4]] : [])],
  colorScheme: scheme,
  env: { ...process.env, XDG_CONFIG_HOME: '/tmp/shotcfg' },
});
const page = await app.firstWindow();
page.on('console', (m) => console.log('console', m.text()));
page.on('pageerror', (e) => console.log('ERR', e.message));
await page.emulateMedia({ colorScheme: scheme });
await app.evaluate(({ BrowserWindow }, [w, h]) => BrowserWindow.getAllWindows()[0].setContentSize(w, h), size);
const tag = `/tmp/shots/${scheme}-${size.join('x')}`;
await page.waitForTimeout(1500);
await page.screenshot({ path: `${tag}-a.png` });
await page.waitForTimeout(6000);
await page.screenshot({ path: `${tag}-b.png` });
const cell = page.getByRole('grid').getByRole('gridcell').nth(5);
await cell.click();
await page.keyboard.press('i');
await page.waitForTimeout(800);
await page.screenshot({ path: `${tag}-c.png` });
await page.keyboard.press('s');
await page.waitForTimeout(1500);
await page.screenshot({ path: `${tag}-d.png` });
await page.keyboard.press('?');
await page.waitForTimeout(600);
await page.screenshot({ path: `${tag}-e.png` });
await page.keyboard.press('Escape');
await page.keyboard.press('Escape');
await page.waitForTimeout(500);
await cell.click().catch(() => {});
await page.keyboard.press('Enter');
await page.waitForTimeout(1500);
await page.screenshot({ path: `${tag}-f.png` });
await app.close();
