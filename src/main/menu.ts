import { app, Menu, type MenuItemConstructorOptions } from 'electron';
import type { MenuCommand } from '../contract/bridge.ts';

/** Sets the application menu. `command` gives an item's command to the page, which carries it out. */
export function setApplicationMenu(command: (command: MenuCommand) => void): void {
  const isMac = process.platform === 'darwin';
  const menu: MenuItemConstructorOptions[] = [
    ...(isMac ? [{ role: 'appMenu' } satisfies MenuItemConstructorOptions] : []),
    {
      label: '&File',
      submenu: [
        { label: 'Add Folder…', accelerator: 'CmdOrCtrl+O', click: () => command('add-folder') },
        { label: 'Find Similar to File…', accelerator: 'CmdOrCtrl+F', click: () => command('choose-picture') },
        { type: 'separator' },
        isMac ? { role: 'close' } : { role: 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        // A reload or the developer tools are nothing for someone who came to look at pictures.
        ...(app.isPackaged ? [] : DEVELOPER_ITEMS),
      ],
    },
    { role: 'windowMenu' },
    { role: 'help', submenu: [{ label: 'Keyboard Shortcuts', click: () => command('show-shortcuts') }] },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(menu));
}

const DEVELOPER_ITEMS: MenuItemConstructorOptions[] = [
  { type: 'separator' },
  { role: 'reload' },
  { role: 'toggleDevTools' },
];
