import type { IgnorePreview, IgnoreRule, IgnoreSurvey, KeptIgnoreRule } from '../../contract/ignore-schemas.ts';
import { AskedThread } from '../threads/asked-thread.ts';
import { workerUrl } from '../../compute/worker-url.ts';

/** What the thread is started with. */
export interface SurveyTask {
  /** The catalog's file. */
  readonly catalog: string;
  readonly except: readonly string[];
}

/** A preview of one rule `more` than there are; a survey of those that there are where there is none. */
export interface SurveyRequest {
  readonly kept: readonly KeptIgnoreRule[];
  readonly more: IgnoreRule | null;
}

export type SurveyAnswer = { readonly preview: IgnorePreview } | { readonly survey: IgnoreSurvey };

/** The thread and what it has looked at are kept for so long after the last question. */
const KEPT_MS = 20_000;

/** Asks a thread what rules leave out, so that no search waits for a look through the folders. */
export class SurveyThread {
  readonly #thread: AskedThread<SurveyRequest, SurveyAnswer>;

  constructor(task: SurveyTask) {
    this.#thread = new AskedThread({
      file: workerUrl('./survey-worker', import.meta.url),
      workerData: task,
      keptMs: KEPT_MS,
      ended: 'the look through the folders was ended',
    });
  }

  /** What one rule more would leave out. */
  async preview(kept: readonly KeptIgnoreRule[], more: IgnoreRule): Promise<IgnorePreview> {
    const answer = await this.#thread.ask({ kept, more });
    if ('preview' in answer) return answer.preview;
    throw new Error('the survey answered something else');
  }

  /** What each rule leaves out, and what is left out without one. */
  async survey(kept: readonly KeptIgnoreRule[]): Promise<IgnoreSurvey> {
    const answer = await this.#thread.ask({ kept, more: null });
    if ('survey' in answer) return answer.survey;
    throw new Error('the survey answered something else');
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}
