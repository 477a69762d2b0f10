/**
 * The one file that knows in which of two ways the library service runs.
 *
 * Its SQLite needs Node-API 10. Where Electron's own Node has that, the service is a `utilityProcess`; in an older runtime
 * (Electron 33: Node-API 9) it is a child process on the Node that the project installs for itself.
 */
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { utilityProcess, type MessagePortMain } from 'electron';
import type { MessageFromService, MessageToService, PowerState } from '../contract/process-messages.ts';
import { SERVICE_ENVIRONMENT, SERVICE_FLAGS } from '../contract/service-start.ts';
import { APP_FOLDER, SERVICE_FILE } from './application-folders.ts';
import { NumberedPorts } from './ports.ts';

const NEEDED_NODE_API = 10;

export interface ServiceProcess {
  readonly pid: number | undefined;
  /** Hands the service one end of a channel. */
  connect(port: MessagePortMain): void;
  tellPower(power: PowerState): void;
  tellPicked(path: string): void;
  /** Answers a request for the trash. */
  tellTrashed(request: number, problem: string | null): void;
  /** Asks it to close the library and exit. */
  close(): void;
  kill(): void;
}

export interface ServiceProcessEvents {
  onMessage(message: Exclude<MessageFromService, { type: 'data' }>): void;
  /** Called once, when the process has ended or could not be started. */
  onExit(reason: string): void;
}

/** Starts the service on a library folder; undefined is the default one. */
export function startServiceProcess(library: string | undefined, events: ServiceProcessEvents): ServiceProcess {
  const parameters = library === undefined ? [] : [library];
  return Number(process.versions['napi']) >= NEEDED_NODE_API
    ? startUtilityProcess(parameters, events)
    : startChildProcess(parameters, events);
}

function startUtilityProcess(parameters: string[], events: ServiceProcessEvents): ServiceProcess {
  const child = utilityProcess.fork(SERVICE_FILE, parameters, {
    serviceName: 'Semblance library',
    execArgv: [...SERVICE_FLAGS],
    stdio: 'inherit',
    env: serviceEnvironment(),
  });
  child.on('message', (message: MessageFromService) => {
    if (message.type !== 'data') events.onMessage(message);
  });
  child.on('exit', (code) => events.onExit(`exit code ${code}`));
  let ports = 0;
  return {
    get pid() {
      return child.pid;
    },
    connect: (port) => child.postMessage({ type: 'connect', port: ++ports } satisfies MessageToService, [port]),
    tellPower: (power) => child.postMessage({ type: 'power', power } satisfies MessageToService),
    tellPicked: (path) => child.postMessage({ type: 'picked', path } satisfies MessageToService),
    tellTrashed: (request, problem) =>
      child.postMessage({ type: 'trashed', request, problem } satisfies MessageToService),
    close: () => child.postMessage({ type: 'close' } satisfies MessageToService),
    kill: () => void child.kill(),
  };
}

function startChildProcess(parameters: string[], events: ServiceProcessEvents): ServiceProcess {
  const child = fork(SERVICE_FILE, parameters, {
    execPath: projectNode(),
    execArgv: [...SERVICE_FLAGS],
    // Keeps binary messages binary; as JSON a dropped picture of 10 MB would be 40 MB of text.
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: serviceEnvironment(),
  });
  const send = (message: MessageToService): void => {
    if (child.connected) child.send(message);
  };
  const ports = new NumberedPorts(send);
  let over = false;
  const end = (reason: string): void => {
    if (over) return;
    over = true;
    ports.close();
    events.onExit(reason);
  };
  child.on('message', (message: MessageFromService) => {
    if (message.type === 'data') ports.deliver(message.port, message.data);
    else events.onMessage(message);
  });
  child.on('error', (error) => end(error.message));
  child.on('exit', (code, signal) => end(signal ?? `exit code ${code}`));
  return {
    get pid() {
      return child.pid;
    },
    connect: (port) => ports.connect(port),
    tellPower: (power) => send({ type: 'power', power }),
    tellPicked: (path) => send({ type: 'picked', path }),
    tellTrashed: (request, problem) => send({ type: 'trashed', request, problem }),
    close: () => send({ type: 'close' }),
    kill: () => void child.kill('SIGKILL'),
  };
}

/** The `node` package keeps its binary in `bin/`. Without it, the first node of the PATH is the best guess. */
function projectNode(): string {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const own = join(APP_FOLDER, 'node_modules/node/bin', name);
  return existsSync(own) ? own : name;
}

/** The environment without what steers Electron or another Node: it is not meant for the service. */
function serviceEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('ELECTRON_') && name !== 'NODE_OPTIONS');
  return { ...SERVICE_ENVIRONMENT, ...Object.fromEntries(kept) };
}
