import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { SERVICE_LOST_MESSAGE, SERVICE_PORT_MESSAGE } from '../../contract/bridge.ts';
import type { ServiceClient } from '../../contract/contract.ts';

export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'ready'; readonly client: ServiceClient }
  /** `code` is one of `SERVICE_ERRORS` where the library could not be opened, null where the service died. */
  | { readonly state: 'lost'; readonly code: string | null; readonly message: string };

/** What is read of a window message; a `MessageEvent` has it. */
export interface WindowMessage {
  readonly data: unknown;
  readonly ports: readonly MessagePort[];
}

/** The typed client over a port to the service. */
function clientOver(port: MessagePort): ServiceClient {
  const client: ServiceClient = createORPCClient(new RPCLink({ port }));
  port.start();
  return client;
}

/** Follows the port to the library service: it comes with a window message, goes when the service stops, and comes again. */
export class ServiceConnection {
  current = $state.raw<Connection>({ state: 'connecting' });
  readonly #onReady: (client: ServiceClient) => void;
  readonly #onLost: () => void;
  #port: MessagePort | null = null;
  readonly #waiting: ((connection: Connection) => void)[] = [];

  constructor(onReady: (client: ServiceClient) => void, onLost: () => void) {
    this.#onReady = onReady;
    this.#onLost = onLost;
  }

  /**
   * How it is once the library is open, or could not be opened: what a person asks for meanwhile is done then. (The client
   * itself must not be what a promise resolves with: it answers to any name, `then` too.)
   */
  settled(): Promise<Connection> {
    if (this.current.state !== 'connecting') return Promise.resolve(this.current);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #settle(): void {
    for (const resolve of this.#waiting.splice(0)) resolve(this.current);
  }

  /** Takes a message that the preload script posted; leaves all others alone. */
  receive(message: WindowMessage): void {
    const { data } = message;
    if (typeof data !== 'object' || data === null || !('type' in data)) return;
    const port = message.ports[0];
    if (data.type === SERVICE_PORT_MESSAGE && port !== undefined) this.#connect(port);
    if (data.type === SERVICE_LOST_MESSAGE) this.#lose(textIn(data, 'code'), textIn(data, 'message'));
  }

  #connect(port: MessagePort): void {
    this.#port?.close();
    this.#port = port;
    const client = clientOver(port);
    this.current = { state: 'ready', client };
    this.#onReady(client);
    this.#settle();
  }

  #lose(code: string | null, message: string | null): void {
    this.#port?.close();
    this.#port = null;
    this.current = {
      state: 'lost',
      code,
      message: message ?? 'The part of Semblance that reads the library has stopped.',
    };
    this.#onLost();
    this.#settle();
  }
}

function textIn(data: object, key: string): string | null {
  const value: unknown = Reflect.get(data, key);
  return typeof value === 'string' && value !== '' ? value : null;
}
