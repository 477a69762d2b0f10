import type { ServiceClient } from '../../contract/contract.ts';
import type {
  DeepEstimate,
  TeachEvent,
  TeachingLoss,
  TeachInput,
  TeachProgress,
  TeachReadiness,
} from '../../contract/teach-schemas.ts';
import { ask } from './ask.ts';
import { problemOf } from './error-sentence.ts';
import { follow } from './follow.ts';
import { worthTeaching } from './teach-phrases.ts';
import { Versions } from './versions.svelte.ts';

type Ended = Extract<TeachEvent, { type: 'ended' }>;

/** Each label is followed by a question how ready the groups are: at most so often. */
const READINESS_MS = 400;

export interface TeachingListener {
  told?(sentence: string, undo?: () => void): void;
  problem?(sentence: string): void;
  /** Searches are answered with another version from now on: what was found cannot be compared any more. */
  swapped?(): void;
}

/** Settings for those who know what they do; null is left to the program. */
export interface AdvancedSettings {
  readonly loss: TeachingLoss | null;
  readonly steps: number | null;
  readonly learningRate: number | null;
  readonly seed: number | null;
}

const AS_CHOSEN_BY_PROGRAM: AdvancedSettings = { loss: null, steps: null, learningRate: null, seed: null };

/** Teaching: what will be taught, how far it is, and what came of it. */
export class Teaching {
  #progress = $state.raw<TeachProgress | null>(null);
  /** What is under way; null while nothing is. */
  readonly running = $derived(this.#progress === null || this.#progress.state === 'idle' ? null : this.#progress);
  /** Asked to begin, or to stop, until the service has. */
  starting = $state(false);
  stopping = $state(false);
  /** Whether teaching can begin with the groups that are chosen; null until the service has said. */
  readiness = $state.raw<TeachReadiness | null>(null);
  /** Why that could not be asked, as a sentence. */
  readinessProblem = $state<string | null>(null);
  /** The same with all groups, for the badge. */
  #overall = $state.raw<TeachReadiness | null>(null);
  readonly changes = $derived(worthTeaching(this.#overall));
  /** Groups that are not to be taught, by id. */
  leftOut = $state.raw<ReadonlySet<number>>(new Set());
  advanced = $state.raw(AS_CHOSEN_BY_PROGRAM);
  /** Whether the last layers of the encoder are trained too. */
  deep = $state(false);
  /** What that would take; null until it was measured. */
  deepEstimate = $state.raw<DeepEstimate | null>(null);
  /** Whether adapting without groups can begin, and what it takes; null until it was asked. */
  adapting = $state.raw<TeachReadiness | null>(null);
  /** The version that was taught last in this window, to be looked at. */
  taught = $state<string | null>(null);
  /** Whether that was looked at. */
  seen = $state(true);
  /** What broke off, and why; null after a new beginning. */
  failed = $state.raw<Ended | null>(null);
  readonly versions: Versions;

  readonly #listener: TeachingListener;
  readonly #groups: () => readonly number[];
  #client: ServiceClient | null = null;
  #revision = -1;
  #asking: ReturnType<typeof setTimeout> | null = null;
  #asked = 0;

  /** @param groups the ids of all groups as they are now */
  constructor(groups: () => readonly number[], listener: TeachingListener) {
    this.#groups = groups;
    this.#listener = listener;
    this.versions = new Versions(listener);
  }

  /** Follows another service from now on. Resolves when its stream is over for good. */
  connect(client: ServiceClient): Promise<void> {
    this.#client = client;
    this.#revision = -1;
    void this.versions.connect(client);
    void this.askReadiness();
    return follow({
      open: () => client.teach.watch(),
      take: (event) => this.#take(event),
      problem: (error) => this.#listener.problem?.(problemOf(error).sentence),
      current: () => client === this.#client,
    });
  }

  /** Stops following: the service is gone, and with it what it did. */
  disconnect(): void {
    this.#client = null;
    this.#progress = null;
    this.starting = false;
    this.stopping = false;
    this.versions.disconnect();
  }

  // ── before ──

  /** Takes a group in, or leaves it out. */
  choose(group: number, chosen: boolean): void {
    const leftOut = new Set(this.leftOut);
    if (chosen) leftOut.delete(group);
    else leftOut.add(group);
    this.leftOut = leftOut;
    this.noteChange();
  }

  /** Trains the last layers too, or not. What it takes is measured; where it cannot be done it stays as it was. */
  async setDeep(deep: boolean): Promise<void> {
    this.deep = deep;
    this.deepEstimate = null;
    if (!deep) return;
    const client = this.#client;
    const estimate = await ask(client, (service) => service.teach.estimateDeep(this.#input()), this.#listener);
    if (client !== this.#client || !this.deep) return;
    this.deepEstimate = estimate;
    if (estimate?.possible !== true) this.deep = false;
  }

  chooseAll(chosen: boolean): void {
    this.leftOut = new Set(chosen ? [] : this.#groups());
    this.noteChange();
  }

  /** Groups or labels have changed: how ready they are is asked again soon. */
  noteChange(): void {
    this.#asking ??= setTimeout(() => {
      this.#asking = null;
      void this.askReadiness();
    }, READINESS_MS);
  }

  async askReadiness(): Promise<void> {
    const client = this.#client;
    if (client === null) return;
    const asked = ++this.#asked;
    try {
      const input = this.#input();
      const overall = await client.teach.readiness();
      const readiness = input.groups === undefined ? overall : await client.teach.readiness(input);
      if (client !== this.#client || asked !== this.#asked) return;
      this.#overall = overall;
      this.readiness = readiness;
      this.readinessProblem = null;
    } catch (error) {
      if (client === this.#client && asked === this.#asked) this.readinessProblem = problemOf(error).sentence;
    }
  }

  // ── under way ──

  start(): Promise<void> {
    return this.#start(this.#input());
  }

  /** Adapts to the library without any group. */
  adapt(): Promise<void> {
    return this.#start({ method: 'adapt' });
  }

  async #start(input: TeachInput): Promise<void> {
    this.starting = true;
    this.failed = null;
    await this.#ask((client) => client.teach.start(input));
    this.starting = false;
  }

  /** Asks what adapting would take. */
  async askAdapting(): Promise<void> {
    this.adapting = await ask(this.#client, (client) => client.teach.readiness({ method: 'adapt' }), {});
  }

  pause(): Promise<void> {
    this.#showPaused(true);
    return this.#ask((client) => client.teach.pause());
  }

  resume(): Promise<void> {
    this.#showPaused(false);
    return this.#ask((client) => client.teach.resume());
  }

  async cancel(): Promise<void> {
    this.stopping = true;
    await this.#ask((client) => client.teach.cancel());
    this.stopping = false;
  }

  #input(): TeachInput {
    const { loss, steps, learningRate, seed } = this.advanced;
    const groups = this.#groups();
    const chosen = groups.filter((id) => !this.leftOut.has(id));
    return {
      ...(chosen.length === groups.length ? {} : { groups: chosen }),
      ...(loss === null ? {} : { loss }),
      ...(steps === null ? {} : { steps }),
      ...(learningRate === null ? {} : { learningRate }),
      ...(seed === null ? {} : { seed }),
      ...(this.deep ? { method: 'deep' as const } : {}),
    };
  }

  /** Shows at once what was asked for; the next event says what is so. */
  #showPaused(paused: boolean): void {
    const progress = this.#progress;
    if (progress !== null) this.#progress = { ...progress, paused, secondsLeft: null };
  }

  #take(event: TeachEvent): void {
    switch (event.type) {
      case 'progress':
        this.#progress = event;
        if (event.revision !== this.#revision) void this.versions.refresh();
        this.#revision = event.revision;
        break;
      case 'taught':
        void this.#keep(event.model, [event.verdict?.sentence ?? 'A new version is kept.', ...event.notices].join(' '));
        break;
      case 'swapped':
        this.#listener.swapped?.();
        void this.versions.swapped(event.name);
        break;
      case 'ended':
        if (event.code === null) this.#listener.told?.(event.message);
        else {
          this.failed = event;
          this.#listener.problem?.(event.message);
        }
        void this.askReadiness();
        break;
    }
  }

  /** Said when the list has it: who reads it finds the version there. */
  async #keep(model: string, sentence: string): Promise<void> {
    await this.versions.refresh();
    this.taught = model;
    this.seen = false;
    this.#listener.told?.(sentence);
    await this.askReadiness();
  }

  async #ask(request: (client: ServiceClient) => Promise<void>): Promise<void> {
    await ask(this.#client, request, this.#listener);
  }
}
