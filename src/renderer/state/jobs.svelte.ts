import type { ServiceClient } from '../../contract/contract.ts';
import type { BackgroundMode, EndedJob, Job, JobsState } from '../../contract/job-schemas.ts';
import { ask } from './ask.ts';
import { problemOf } from './error-sentence.ts';
import { follow } from './follow.ts';

interface JobsListener {
  problem?(sentence: string): void;
}

/** What runs, waits and has ended, and when work goes on that nobody asked for just now. */
export class Jobs {
  #state = $state.raw<JobsState | null>(null);
  /** The newest first. */
  ended = $state.raw<readonly EndedJob[]>([]);
  readonly list = $derived(this.#state?.jobs ?? []);
  readonly mode = $derived(this.#state?.mode ?? 'always');
  /** Why background work waits; null where it does not. */
  readonly hold = $derived(this.#state?.hold ?? null);

  readonly #listener: JobsListener;
  #client: ServiceClient | null = null;
  #revision = -1;

  constructor(listener: JobsListener) {
    this.#listener = listener;
  }

  /** Follows another service from now on. Resolves when its stream is over for good. */
  connect(client: ServiceClient): Promise<void> {
    this.#client = client;
    this.#revision = -1;
    return follow({
      open: () => client.jobs.watch(),
      take: (state) => this.#take(state),
      problem: (error) => this.#listener.problem?.(problemOf(error).sentence),
      current: () => client === this.#client,
    });
  }

  /** Stops following: the service is gone, and with it what it did. */
  disconnect(): void {
    this.#client = null;
    this.#state = null;
  }

  pause(job: Job): Promise<void> {
    this.#show(job, 'paused');
    return this.#ask((client) => client.jobs.pause({ id: job.id }));
  }

  resume(job: Job): Promise<void> {
    this.#show(job, 'running');
    return this.#ask((client) => client.jobs.resume({ id: job.id }));
  }

  cancel(job: Job): Promise<void> {
    this.#show(job, 'ending');
    return this.#ask((client) => client.jobs.cancel({ id: job.id }));
  }

  /** Says when work goes on that nobody asked for just now. */
  setMode(mode: BackgroundMode): Promise<void> {
    if (this.#state !== null) this.#state = { ...this.#state, mode };
    return this.#ask((client) => client.jobs.background({ mode }));
  }

  /** Lets what waits for mains power, or an idle computer, go on now. */
  goOnAnyway(): Promise<void> {
    return this.#ask((client) => client.jobs.goOnAnyway());
  }

  /** Shows at once what was asked for; the next event says what is so. */
  #show(job: Job, state: Job['state']): void {
    if (this.#state === null) return;
    const jobs = this.#state.jobs.map((each) => (each.id === job.id ? { ...each, state, secondsLeft: null } : each));
    this.#state = { ...this.#state, jobs };
  }

  #take(state: JobsState): void {
    this.#state = state;
    if (state.revision !== this.#revision) void this.#readEnded();
    this.#revision = state.revision;
  }

  async #readEnded(): Promise<void> {
    const client = this.#client;
    const ended = await ask(client, (asked) => asked.jobs.ended(), this.#listener);
    if (ended !== null && client === this.#client) this.ended = ended;
  }

  async #ask(request: (client: ServiceClient) => Promise<void>): Promise<void> {
    await ask(this.#client, request, this.#listener);
  }
}
