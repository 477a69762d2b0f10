import { contextBridge, ipcRenderer, webUtils } from 'electron';
import {
  BRIDGE_CHANNELS,
  PAGE_READY_CHANNEL,
  type BridgeAnswer,
  type BridgeCalls,
} from '../contract/bridge-channels.ts';
import {
  BRIDGE,
  MENU_COMMAND_MESSAGE,
  SERVICE_LOST_MESSAGE,
  SERVICE_PORT_MESSAGE,
  type Bridge,
} from '../contract/bridge.ts';

/** Asks main, and gives its answer or throws its sentence as it stands. */
function call<K extends keyof BridgeCalls>(name: K) {
  return async (...parameters: Parameters<BridgeCalls[K]>): Promise<Awaited<ReturnType<BridgeCalls[K]>>> => {
    const sent: unknown = await ipcRenderer.invoke(BRIDGE_CHANNELS[name], ...parameters);
    // Main's handler of the same channel is typed by the same map.
    const answer = sent as BridgeAnswer<Awaited<ReturnType<BridgeCalls[K]>>>;
    if ('error' in answer) throw new Error(answer.error);
    return answer.value;
  };
}

function platform(): Bridge['platform'] {
  return process.platform === 'darwin' || process.platform === 'win32' ? process.platform : 'linux';
}

const takePath = call('takePath');

const bridge: Bridge = {
  chooseFolder: call('chooseFolder'),
  choosePicture: call('choosePicture'),
  chooseEncoder: call('chooseEncoder'),
  saveModel: call('saveModel'),
  chooseModel: call('chooseModel'),
  saveLibrary: call('saveLibrary'),
  chooseLibrary: call('chooseLibrary'),
  chooseTarget: call('chooseTarget'),
  takeFile: async (file) => {
    // a page's scripts can make files, but none that has a path: such a one a person dropped, pasted or chose
    const path = webUtils.getPathForFile(file);
    return path === '' ? null : { path, kind: await takePath(path) };
  },
  showInFolder: call('showInFolder'),
  platform: platform(),
};

contextBridge.exposeInMainWorld(BRIDGE, bridge);

// A port cannot cross the context bridge; a message to the page's own window can carry it.
ipcRenderer.on(SERVICE_PORT_MESSAGE, (event) => {
  window.postMessage({ type: SERVICE_PORT_MESSAGE }, location.origin, [...event.ports]);
});
for (const type of [SERVICE_LOST_MESSAGE, MENU_COMMAND_MESSAGE]) {
  ipcRenderer.on(type, (_event, data: object) => window.postMessage({ ...data, type }, location.origin));
}

// Module scripts have run by DOMContentLoaded: whoever listens for the port listens now.
window.addEventListener('DOMContentLoaded', () => ipcRenderer.send(PAGE_READY_CHANNEL), { once: true });
