import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { MessageChannelMain, shell, type MessagePortMain } from 'electron';
import type { ServiceClient } from '../contract/contract.ts';
import { PASSING_ERRORS } from '../contract/errors.ts';
import type { PowerState } from '../contract/process-messages.ts';
import { RestartPolicy } from './restart-policy.ts';
import { startServiceProcess, type ServiceProcess } from './service-runtime.ts';

export type ServiceState =
  | { readonly kind: 'starting' }
  | { readonly kind: 'ready'; readonly client: ServiceClient; readonly thumbsFolder: string }
  /** `final` where no further start will be tried by itself. */
  | { readonly kind: 'lost'; readonly code?: string; readonly message: string; readonly final: boolean };

const RETRY_PASSING_MS = 2000;
/** Longest wait for a clean close at quit. The catalog is safe without one: what is lost is the time to rebuild caches. */
const CLOSE_LIMIT_MS = 10_000;

/** Starts the library service, watches it, starts it again when it dies, and stops it at quit. */
export class ServiceHost {
  readonly #library: string | undefined;
  readonly #onChange: (state: ServiceState) => void;
  readonly #restarts = new RestartPolicy();
  #state: ServiceState = { kind: 'starting' };
  #process: ServiceProcess | undefined;
  #ownPort: MessagePortMain | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped: (() => void) | undefined;
  #power: PowerState | undefined;
  readonly #picked = new Set<string>();

  /** `onChange` is told each new state, after it has become {@link state}. */
  constructor(library: string | undefined, onChange: (state: ServiceState) => void) {
    this.#library = library;
    this.#onChange = onChange;
  }

  get state(): ServiceState {
    return this.#state;
  }

  /** Process id of the running service, for messages and tests. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  start(): void {
    clearTimeout(this.#timer);
    if (this.#process || this.#stopped) return;
    let failure: { code: string; message: string } | undefined;
    this.#process = startServiceProcess(this.#library, {
      onMessage: (message) => {
        if (message.type === 'ready') this.#ready(message.thumbsFolder);
        else if (message.type === 'trash') void this.#trash(message.request, message.path);
        else failure = message;
      },
      onExit: (reason) => this.#exited(reason, failure),
    });
    if (this.#power) this.#process.tellPower(this.#power);
    for (const path of this.#picked) this.#process.tellPicked(path);
  }

  /** Tells the service of the computer's power, now and after each start. */
  tellPower(power: PowerState): void {
    this.#power = power;
    this.#process?.tellPower(power);
  }

  /** A person picked this folder or file, by its real path: the service believes a page no other, now and after each start. */
  tellPicked(path: string): void {
    this.#picked.add(path);
    this.#process?.tellPicked(path);
  }

  /** Starts again after a final loss, because the user asked for it. */
  retry(): void {
    this.#restarts.reset();
    this.start();
  }

  connect(port: MessagePortMain): void {
    this.#process?.connect(port);
  }

  /** Asks the service to close its library, and resolves when its process has ended. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    const running = this.#process;
    const ended = new Promise<void>((resolve) => (this.#stopped = resolve));
    if (!running) return;
    running.close();
    const limit = setTimeout(() => running.kill(), CLOSE_LIMIT_MS);
    await ended;
    clearTimeout(limit);
  }

  /** Where only the system can put a file into the trash; told to the process that asked for it. */
  async #trash(request: number, path: string): Promise<void> {
    const asking = this.#process;
    const problem = await shell.trashItem(path).then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    asking?.tellTrashed(request, problem);
  }

  #ready(thumbsFolder: string): void {
    const { port1, port2 } = new MessageChannelMain();
    this.connect(port2);
    const client: ServiceClient = createORPCClient(new RPCLink({ port: port1 }));
    port1.start();
    // Kept, because a port that nothing refers to is collected and closes.
    this.#ownPort = port1;
    this.#change({ kind: 'ready', client, thumbsFolder });
  }

  #exited(reason: string, failure: { code: string; message: string } | undefined): void {
    this.#process = undefined;
    this.#ownPort?.close();
    this.#ownPort = undefined;
    if (this.#stopped) {
      this.#stopped();
      return;
    }
    if (failure) this.#couldNotOpen(failure.code, failure.message);
    else this.#died(reason);
  }

  #couldNotOpen(code: string, message: string): void {
    const passing = PASSING_ERRORS.includes(code);
    if (passing) this.#timer = setTimeout(() => this.start(), RETRY_PASSING_MS);
    // The tries that follow say nothing new.
    if (this.#state.kind === 'lost' && this.#state.code === code && this.#state.message === message) return;
    this.#change({ kind: 'lost', code, message, final: !passing });
  }

  #died(reason: string): void {
    const delay = this.#restarts.died(Date.now());
    console.error(`The library service has stopped (${reason}).`);
    if (delay === null) {
      const message = `The library service keeps stopping (${reason}). Your pictures and the library are as they were.`;
      this.#change({ kind: 'lost', message, final: true });
      return;
    }
    this.#timer = setTimeout(() => this.start(), delay);
    this.#change({ kind: 'lost', message: 'The library service stopped and is being started again.', final: false });
  }

  #change(state: ServiceState): void {
    this.#state = state;
    this.#onChange(state);
  }
}
