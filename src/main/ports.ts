import { MessageChannelMain, type MessagePortMain, type WebContents } from 'electron';
import { SERVICE_PORT_MESSAGE } from '../contract/bridge.ts';
import type { MessageToService, PortData } from '../contract/process-messages.ts';

/** Ports of pages and of main, pumped to a child process, which can be sent no real port. */
export class NumberedPorts {
  readonly #send: (message: MessageToService) => void;
  readonly #ports = new Map<number, MessagePortMain>();
  #last = 0;

  constructor(send: (message: MessageToService) => void) {
    this.#send = send;
  }

  connect(port: MessagePortMain): void {
    const number = ++this.#last;
    this.#ports.set(number, port);
    this.#send({ type: 'connect', port: number });
    port.on('message', ({ data }) => this.#send({ type: 'data', port: number, data: data as PortData }));
    port.on('close', () => {
      if (this.#ports.delete(number)) this.#send({ type: 'disconnect', port: number });
    });
    port.start();
  }

  /** A message from the child for the page at the other end. One that comes after the page has gone is for nobody. */
  deliver(number: number, data: PortData): void {
    this.#ports.get(number)?.postMessage(data);
  }

  /** The child has ended: the pages' ends close too. */
  close(): void {
    const ports = [...this.#ports.values()];
    this.#ports.clear();
    for (const port of ports) port.close();
  }
}

/** Gives a page its way to the service: one end of a new channel goes to `connect`, the other to the page. */
export function sendPort(page: WebContents, connect: (port: MessagePortMain) => void): void {
  const { port1, port2 } = new MessageChannelMain();
  connect(port1);
  page.postMessage(SERVICE_PORT_MESSAGE, null, [port2]);
}
