import { Worker } from 'node:worker_threads';
import { ServiceError } from '../../contract/errors.ts';
import type { IgnorePreview, IgnoreRule, IgnoreSurvey, KeptIgnoreRule } from '../../contract/ignore-schemas.ts';

/** What the thread is started with. */
export interface SurveyTask {
  /** The catalog's file. */
  readonly catalog: string;
  readonly except: readonly string[];
}

/** A preview of one rule `more` than there are; a survey of those that there are where there is none. */
export interface SurveyRequest {
  readonly number: number;
  readonly kept: readonly KeptIgnoreRule[];
  readonly more: IgnoreRule | null;
}

export type SurveyAnswer = { readonly number: number } & (
  { readonly preview: IgnorePreview } | { readonly survey: IgnoreSurvey } | { readonly problem: string }
);

/** The thread and what it has looked at are kept for so long after the last question. */
const KEPT_MS = 20_000;

interface Asked {
  readonly resolve: (answer: SurveyAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** Asks a thread what rules leave out, so that no search waits for a look through the folders. It ends when nobody asks any more. */
export class SurveyThread {
  readonly #task: SurveyTask;
  readonly #asked = new Map<number, Asked>();
  #worker: Worker | null = null;
  #timer: NodeJS.Timeout | null = null;
  #number = 0;

  constructor(task: SurveyTask) {
    this.#task = task;
  }

  /** What one rule more would leave out. */
  async preview(kept: readonly KeptIgnoreRule[], more: IgnoreRule): Promise<IgnorePreview> {
    const answer = await this.#ask(kept, more);
    if ('preview' in answer) return answer.preview;
    throw new Error('problem' in answer ? answer.problem : 'the survey answered something else');
  }

  /** What each rule leaves out, and what is left out without one. */
  async survey(kept: readonly KeptIgnoreRule[]): Promise<IgnoreSurvey> {
    const answer = await this.#ask(kept, null);
    if ('survey' in answer) return answer.survey;
    throw new Error('problem' in answer ? answer.problem : 'the survey answered something else');
  }

  #ask(kept: readonly KeptIgnoreRule[], more: IgnoreRule | null): Promise<SurveyAnswer> {
    if (this.#timer) clearTimeout(this.#timer);
    const number = ++this.#number;
    const { promise, resolve, reject } = Promise.withResolvers<SurveyAnswer>();
    this.#asked.set(number, { resolve, reject });
    this.#worker ??= this.#start();
    // idle it holds no process
    this.#worker.ref();
    this.#worker.postMessage({ number, kept, more } satisfies SurveyRequest);
    return promise;
  }

  #start(): Worker {
    const file = import.meta.url.endsWith('.ts') ? './survey-worker.ts' : './survey-worker.js';
    const worker = new Worker(new URL(file, import.meta.url), { workerData: this.#task });
    worker.unref();
    worker.on('message', (answer: SurveyAnswer) => {
      this.#asked.get(answer.number)?.resolve(answer);
      this.#asked.delete(answer.number);
      if (this.#asked.size > 0) return;
      worker.unref();
      this.#endLater();
    });
    const gone = (error: Error): void => {
      if (this.#worker === worker) this.#worker = null;
      for (const { reject } of this.#asked.values()) reject(error);
      this.#asked.clear();
    };
    worker.on('error', (error) => gone(error instanceof Error ? error : new Error(String(error))));
    worker.on(
      'exit',
      () => this.#worker === worker && gone(new ServiceError('INTERNAL', 'the look through the folders was ended')),
    );
    return worker;
  }

  #endLater(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.close(), KEPT_MS);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    const worker = this.#worker;
    // who asks from now on gets another
    this.#worker = null;
    await worker?.terminate();
    for (const { reject } of this.#asked.values()) reject(new ServiceError('INTERNAL', 'the library was closed'));
    this.#asked.clear();
  }
}
