import type { ServiceClient } from '../../contract/contract.ts';
import type { EncoderEntry, EncodersEvent } from '../../contract/encoder-schemas.ts';
import { EncoderInstall } from './encoder-install.svelte.ts';
import { shortName, skippedLine } from './encoder-phrases.ts';
import { ask } from './ask.ts';
import { problemOf } from './error-sentence.ts';
import { follow } from './follow.ts';

type EncodersState = Extract<EncodersEvent, { type: 'progress' }>;
type Swapped = Extract<EncodersEvent, { type: 'swapped' }>;

export interface EncodersListener {
  /** Something happened that is worth a quiet sentence. */
  told?(sentence: string): void;
  /** Something went wrong, or was refused. */
  problem?(sentence: string): void;
  /** Searches are answered with another encoder from now on. Resolves when the window is as that needs it. */
  swapped?(): Promise<void>;
  /** What encodes has changed. */
  devices?(): void;
}

/** The encoders: which there are, what is being loaded, and what the library is being encoded with. */
export class Encoders {
  list = $state.raw<readonly EncoderEntry[]>([]);
  loaded = $state(false);
  /** Why the list could not be read, as a sentence; null while it can. */
  problem = $state<string | null>(null);
  /** Id of the encoder that was asked for, until the service has begun. */
  starting = $state<string | null>(null);
  /** Asked to stop, until the service has. */
  stopping = $state(false);
  #state = $state.raw<EncodersState | null>(null);
  readonly encoding = $derived(this.#state?.encoding ?? null);
  readonly loading = $derived(this.#state?.install ?? null);
  readonly active = $derived(this.list.find(({ active }) => active) ?? null);
  /** Those that read words and can be had: what the search field names where the active one reads none. */
  readonly readers = $derived(this.list.filter(({ readsWords, state }) => readsWords && state !== 'damaged'));
  readonly install = new EncoderInstall();

  readonly #listener: EncodersListener;
  #client: ServiceClient | null = null;
  #revision = -1;

  constructor(listener: EncodersListener) {
    this.#listener = listener;
  }

  /** Follows another service from now on. Resolves when its stream is over for good. */
  connect(client: ServiceClient): Promise<void> {
    this.#client = client;
    this.#revision = -1;
    this.install.connect(client);
    return follow({
      open: () => client.encoders.watch(),
      take: (event) => this.#take(event),
      problem: (error) => this.#listener.problem?.(problemOf(error).sentence),
      current: () => client === this.#client,
    });
  }

  /** Stops following: the service is gone, and with it what it did. */
  disconnect(): void {
    this.#client = null;
    this.#state = null;
    this.starting = null;
    this.stopping = false;
  }

  async refresh(): Promise<void> {
    const client = this.#client;
    if (client === null) return;
    try {
      const list = await client.encoders.list();
      if (client !== this.#client) return;
      this.list = list;
      this.loaded = true;
      this.problem = null;
    } catch (error) {
      if (client === this.#client) this.problem = problemOf(error).sentence;
    }
  }

  /** Begins to encode the library with this encoder; it takes over when all is done. */
  async use(id: string): Promise<void> {
    this.starting = id;
    await this.#ask((client) => client.encoders.use({ id }));
    this.starting = null;
  }

  /** Gives up the change of the encoder. What was encoded is kept. */
  async stop(): Promise<void> {
    const active = this.#state?.active;
    if (active === undefined) return;
    this.stopping = true;
    await this.#ask((client) => client.encoders.use({ id: active }));
    this.stopping = false;
  }

  pause(): Promise<void> {
    this.#showPaused(true);
    return this.#ask((client) => client.encoders.pause());
  }

  resume(): Promise<void> {
    this.#showPaused(false);
    return this.#ask((client) => client.encoders.resume());
  }

  /** Starts a download: the one thing here that asks the network. */
  download(id: string, acceptLicence: boolean): Promise<void> {
    this.install.dismiss();
    return this.#ask((client) => client.encoders.download({ id, acceptLicence }));
  }

  cancelDownload(): Promise<void> {
    return this.#ask((client) => client.encoders.cancelDownload());
  }

  /** Removes an encoder's files; its features stay. */
  async remove({ id, name }: EncoderEntry): Promise<void> {
    await this.#ask(async (client) => {
      await client.encoders.remove({ id });
      if (this.install.current?.step === 'installed' && this.install.current.id === id) this.install.dismiss();
      this.#listener.told?.(`${shortName(name)} is removed.`);
      await this.refresh();
    });
  }

  async deleteFeatures({ id, name }: EncoderEntry): Promise<void> {
    await this.#ask(async (client) => {
      await client.encoders.deleteFeatures({ id });
      this.#listener.told?.(`The features of ${shortName(name)} are deleted.`);
      await this.refresh();
    });
  }

  /** Shows at once what was asked for; the next event says what is so. */
  #showPaused(paused: boolean): void {
    const state = this.#state;
    if (state?.encoding) this.#state = { ...state, encoding: { ...state.encoding, paused, secondsLeft: null } };
  }

  #take(event: EncodersEvent): void {
    switch (event.type) {
      case 'progress':
        this.#state = event;
        if (event.revision !== this.#revision) void this.refresh();
        this.#revision = event.revision;
        break;
      case 'swapped':
        void this.#swapped(event);
        break;
      case 'installed':
        this.install.showInstalled({ id: event.encoder, name: event.name }, event.firstSeen);
        this.#listener.told?.(`${shortName(event.name)} is installed.`);
        break;
      case 'failed':
        if (event.code === 'DOWNLOAD_CANCELLED') this.#listener.told?.(event.message);
        else this.#listener.problem?.(event.message);
        break;
      case 'notice':
        this.#listener.problem?.(event.message);
        break;
      case 'devices':
        this.#listener.devices?.();
        break;
    }
  }

  /** Said last: who reads it finds the field for words there, or gone. */
  async #swapped(event: Swapped): Promise<void> {
    await Promise.all([this.#listener.swapped?.(), this.refresh()]);
    this.#listener.told?.(`Searches use ${shortName(event.name)} now. ${skippedLine(event)}`.trim());
  }

  async #ask(request: (client: ServiceClient) => Promise<void>): Promise<void> {
    await ask(this.#client, request, this.#listener);
  }
}
