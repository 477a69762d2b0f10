import { BrowserWindow, nativeTheme } from 'electron';
import { PRELOAD_FILE } from './application-folders.ts';
import { PAGE_ADDRESS } from './protocols.ts';
import { readWindowState, writeWindowState } from './window-state.ts';

/** The page's own backgrounds (oklch 14 % and 98 % in its tokens), so that nothing flashes before it is drawn. */
const DARK_BACKGROUND = '#0a0a0a';
const LIGHT_BACKGROUND = '#f8f8f8';
const DEFAULT_SIZE = { width: 1280, height: 800 };
const SMALLEST_SIZE = { minWidth: 720, minHeight: 480 };

function background(): string {
  return nativeTheme.shouldUseDarkColors ? DARK_BACKGROUND : LIGHT_BACKGROUND;
}

/** Opens the window, with the size and place that it had last. It shows itself once its page is drawn. */
export function openWindow(): BrowserWindow {
  const { bounds, maximized } = readWindowState();
  const window = new BrowserWindow({
    ...DEFAULT_SIZE,
    ...bounds,
    ...SMALLEST_SIZE,
    title: 'Semblance',
    show: false,
    backgroundColor: background(),
    webPreferences: {
      preload: PRELOAD_FILE,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      // The spelling checker would download its dictionaries.
      spellcheck: false,
      // Dropping a file on the page must never open it in place of the page.
      navigateOnDragDrop: false,
    },
  });
  if (maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('close', () => writeWindowState({ bounds: window.getNormalBounds(), maximized: window.isMaximized() }));
  const followTheme = (): void => window.setBackgroundColor(background());
  nativeTheme.on('updated', followTheme);
  window.once('closed', () => nativeTheme.off('updated', followTheme));
  void window.loadURL(PAGE_ADDRESS);
  return window;
}
