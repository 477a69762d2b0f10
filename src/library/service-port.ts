import type { MessageFromService, MessageToService, PortData, PowerState } from '../contract/process-messages.ts';

/** A port as oRPC's message-port adapter takes it: Electron's own, or a numbered one over process messages. */
export interface ServicePort {
  on(event: string, callback: (event?: { data: unknown }) => void): void;
  postMessage(data: PortData): void;
}

/** What the service needs of the process that started it. */
export interface Parent {
  send(message: MessageFromService): void;
  listen(listener: ParentListener): void;
}

interface ParentListener {
  /** Gets each port, ready to be served. */
  readonly onPort: (port: ServicePort) => void;
  readonly onPower: (power: PowerState) => void;
  readonly onPicked: (path: string) => void;
  readonly onTrashed: (request: number, problem: string | null) => void;
  /** The parent asks for it, or is gone. */
  readonly onClose: () => void;
}

/** The two things of Electron's utility process that are used here, declared so that the library imports no Electron. */
interface ParentPort {
  on(event: 'message', callback: (event: { data: MessageToService; ports: TransferredPort[] }) => void): void;
  postMessage(message: MessageFromService): void;
}
interface TransferredPort extends ServicePort {
  start(): void;
}

/** A port whose messages travel as numbered messages of the process, because a child process can be sent no real one. */
class NumberedPort implements ServicePort {
  readonly #post: (data: PortData) => void;
  readonly #listeners = new Map<string, ((event?: { data: unknown }) => void)[]>();

  constructor(post: (data: PortData) => void) {
    this.#post = post;
  }

  on(event: string, callback: (event?: { data: unknown }) => void): void {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), callback]);
  }

  postMessage(data: PortData): void {
    this.#post(data);
  }

  emit(event: 'message' | 'close', payload?: { data: unknown }): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(payload);
  }
}

function utilityParent(parentPort: ParentPort): Parent {
  return {
    send: (message) => parentPort.postMessage(message),
    listen({ onPort, onPower, onPicked, onTrashed, onClose }) {
      parentPort.on('message', ({ data, ports }) => {
        if (data.type === 'close') onClose();
        else if (data.type === 'power') onPower(data.power);
        else if (data.type === 'picked') onPicked(data.path);
        else if (data.type === 'trashed') onTrashed(data.request, data.problem);
        for (const port of ports) {
          onPort(port);
          port.start();
        }
      });
    },
  };
}

function forkParent(): Parent {
  const ports = new Map<number, NumberedPort>();
  // After the parent is gone there is nobody to tell, and `disconnect` closes the service.
  const send = (message: MessageFromService): void => {
    if (process.connected) process.send?.(message);
  };
  return {
    send,
    listen({ onPort, onPower, onPicked, onTrashed, onClose }) {
      process.on('message', (message: MessageToService) => {
        switch (message.type) {
          case 'connect': {
            const port = new NumberedPort((data) => send({ type: 'data', port: message.port, data }));
            ports.set(message.port, port);
            onPort(port);
            break;
          }
          case 'data':
            ports.get(message.port)?.emit('message', { data: message.data });
            break;
          case 'disconnect':
            ports.get(message.port)?.emit('close');
            ports.delete(message.port);
            break;
          case 'power':
            onPower(message.power);
            break;
          case 'picked':
            onPicked(message.path);
            break;
          case 'trashed':
            onTrashed(message.request, message.problem);
            break;
          case 'close':
            onClose();
            break;
        }
      });
      process.on('disconnect', () => {
        for (const port of ports.values()) port.emit('close');
        onClose();
      });
    },
  };
}

/** The process that started this one: Electron's main over a utility process, or over a child process with IPC. */
export function connectParent(): Parent {
  const parentPort = Reflect.get(process, 'parentPort') as ParentPort | null | undefined;
  if (parentPort) return utilityParent(parentPort);
  if (process.send) return forkParent();
  throw new Error('The library service is started by the window. Use the semblance command instead.');
}
