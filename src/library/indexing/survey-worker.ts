/** A thread that holds rules about what is left out against the files of the library. Started by `survey-thread.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { answerQuestions } from '../threads/asked-thread.ts';
import { previewRule, surveyFolders, surveyRules, type Surveyed } from './left-out-survey.ts';
import { rulesOf } from './left-out.ts';
import type { SurveyAnswer, SurveyRequest, SurveyTask } from './survey-thread.ts';

/** What was looked at is looked at anew after this time. */
const FRESH_MS = 30_000;

const { catalog, except } = workerData as SurveyTask;
let surveyed: Promise<Surveyed> | null = null;
let at = 0;

function survey(): Promise<Surveyed> {
  if (surveyed === null || performance.now() - at > FRESH_MS) {
    at = performance.now();
    surveyed = surveyFolders(catalog, except);
  }
  return surveyed;
}

answerQuestions(parentPort, async ({ kept, more }: SurveyRequest): Promise<SurveyAnswer> => {
  const found = await survey();
  return more ? { preview: previewRule(found, rulesOf(kept), more) } : { survey: surveyRules(found, kept) };
});
