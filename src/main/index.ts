/** Electron's main process: windows, menus, dialogs, protocols, permissions, and the library service's life. */
import { app, ipcMain, type BrowserWindow, type WebContents } from 'electron';
import { PAGE_READY_CHANNEL } from '../contract/bridge-channels.ts';
import { MENU_COMMAND_MESSAGE, SERVICE_LOST_MESSAGE } from '../contract/bridge.ts';
import { APP_FOLDER, setWindowDataFolder } from './application-folders.ts';
import { answerBridge } from './bridge.ts';
import { askToRetry, showProblem } from './dialogs.ts';
import { indexFolders } from './folders-to-index.ts';
import { parseLaunchOptions } from './launch-options.ts';
import { setApplicationMenu } from './menu.ts';
import { closeNetwork, isOwnPage, lockPages, lockSession } from './permissions.ts';
import { PickedByPerson } from './picked-by-person.ts';
import { watchPower } from './power.ts';
import { sendPort } from './ports.ts';
import { declareProtocols, serveProtocols } from './protocols.ts';
import { ServiceHost, type ServiceState } from './service-host.ts';
import { openWindow } from './window.ts';

const options = parseLaunchOptions(process.argv, process.env, APP_FOLDER);
/** Folders named on the command line, of this or a later start, that are not handed to the service yet. */
const folders = [...options.folders];
let window: BrowserWindow | undefined;
/** The page whose scripts listen already; what is sent to one that loads would be lost, or come twice. */
let listeningPage: WebContents | undefined;
const service = new ServiceHost(options.library, serviceChanged);
const picked = new PickedByPerson((path) => service.tellPicked(path));

function readyClient() {
  return service.state.kind === 'ready' ? service.state.client : undefined;
}

/** Tells a page how it reaches the service, or why it cannot. While the service starts there is nothing to tell. */
function tellPage(page: WebContents, state: ServiceState): void {
  if (state.kind === 'ready') sendPort(page, (port) => service.connect(port));
  else if (state.kind === 'lost') page.send(SERVICE_LOST_MESSAGE, { code: state.code, message: state.message });
}

function serviceChanged(state: ServiceState): void {
  if (listeningPage) tellPage(listeningPage, state);
  if (state.kind === 'ready') indexWaitingFolders();
  if (state.kind === 'lost' && state.final && state.code === undefined) {
    void askToRetry(window, state.message).then((again) => again && service.retry());
  }
}

function indexWaitingFolders(): void {
  const client = readyClient();
  if (!client || folders.length === 0) return;
  const problem = (what: string, error: unknown): void =>
    showProblem(window, what, error instanceof Error ? error.message : String(error));
  indexFolders(client, picked, folders.splice(0), (folder, error) =>
    problem(`${folder} could not be added`, error),
  ).catch((error: unknown) => problem('The folders could not be indexed', error));
}

function showWindow(): void {
  if (window) {
    if (window.isMinimized()) window.restore();
    window.focus();
    return;
  }
  window = openWindow();
  window.once('closed', () => (window = listeningPage = undefined));
  window.webContents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
    if (isMainFrame && !isSameDocument) listeningPage = undefined;
  });
}

async function run(): Promise<void> {
  closeNetwork();
  declareProtocols();
  lockPages();
  app.on('second-instance', (_event, _argv, _folder, more) => {
    folders.push(...(more as { folders: string[] }).folders);
    showWindow();
    indexWaitingFolders();
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  app.on('activate', showWindow);
  stopServiceAtQuit();

  await app.whenReady();
  service.start();
  watchPower((power) => service.tellPower(power));
  lockSession();
  serveProtocols({
    client: readyClient,
    thumbsFolder: () => (service.state.kind === 'ready' ? service.state.thumbsFolder : undefined),
  });
  answerBridge(readyClient, picked);
  ipcMain.on(PAGE_READY_CHANNEL, (event) => {
    if (!isOwnPage(event.senderFrame)) return;
    listeningPage = event.sender;
    tellPage(event.sender, service.state);
  });
  setApplicationMenu((command) => window?.webContents.send(MENU_COMMAND_MESSAGE, { command }));
  showWindow();
}

/** Holds the quitting back until the service has closed its library. */
function stopServiceAtQuit(): void {
  let stopped = false;
  let stopping = false;
  app.on('will-quit', (event) => {
    if (stopped) return;
    event.preventDefault();
    if (stopping) return;
    stopping = true;
    void service.stop().then(() => {
      stopped = true;
      app.quit();
    });
  });
}

setWindowDataFolder(options.library);
if (app.requestSingleInstanceLock({ folders: options.folders })) void run();
else app.quit();
