import { app, session } from 'electron';
import { PAGE_ADDRESS } from './protocols.ts';

/** Everything that a page may load. `devtools` is there for developers: a page cannot reach it. */
const ALLOWED_SCHEMES: ReadonlySet<string> = new Set(['app:', 'thumb:', 'photo:', 'blob:', 'data:', 'devtools:']);

/** Keeps Chromium's own services from the network too. Must run before Electron is ready. */
export function closeNetwork(): void {
  for (const name of [
    'disable-background-networking',
    'disable-component-update',
    'disable-domain-reliability',
    'no-pings',
  ]) {
    app.commandLine.appendSwitch(name);
  }
  // No name has an address: whatever gets past the filter below finds nobody.
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND');
}

/** Denies everything that a page can ask for, and everything that comes or goes outside the application. */
export function lockSession(): void {
  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((_page, _permission, answer) => answer(false));
  defaultSession.setPermissionCheckHandler(() => false);
  defaultSession.setDevicePermissionHandler(() => false);
  defaultSession.setSpellCheckerEnabled(false);
  defaultSession.on('will-download', (event) => event.preventDefault());
  defaultSession.webRequest.onBeforeRequest(({ url }, answer) => {
    answer({ cancel: !URL.canParse(url) || !ALLOWED_SCHEMES.has(new URL(url).protocol) });
  });
}

/** Keeps every page where it is: no navigation, no second window, no page inside the page. */
export function lockPages(): void {
  app.on('web-contents-created', (_event, page) => {
    page.setWindowOpenHandler(() => ({ action: 'deny' }));
    page.on('will-navigate', (event) => event.preventDefault());
    page.on('will-frame-navigate', (event) => event.preventDefault());
    page.on('will-redirect', (event) => event.preventDefault());
    page.on('will-attach-webview', (event) => event.preventDefault());
  });
}

/** Whether a message comes from the application's own page, in the window itself and not in a frame of it. */
export function isOwnPage(frame: Electron.WebFrameMain | null): boolean {
  return frame !== null && frame.parent === null && frame.url.startsWith(PAGE_ADDRESS);
}
