/** A thread that doubles numbers, refuses those below 0, and ends at 13. */
import { parentPort } from 'node:worker_threads';
import { answerQuestions } from './asked-thread.ts';

answerQuestions(parentPort, (question: number) => {
  if (question === 13) process.exit(1);
  if (question < 0) throw new RangeError(`${question} is below 0`);
  return 2 * question;
});
