import type { LibraryParts } from '../library-parts.ts';
import { PausableTask } from './counted-task.ts';
import type { Jobs } from './jobs.ts';

/**
 * Completes an index that lacks vectors, as a job that can be paused and cancelled. The exact scan answers until that is done, and goes on
 * answering where it fails or is cancelled; what was built is kept, and the next start goes on from there.
 */
export function buildIndex(jobs: Jobs, { vectors, store }: Pick<LibraryParts, 'vectors' | 'store'>): void {
  // with nothing missing it is done at once
  if (vectors.complete) return;
  const task = new PausableTask();
  task.expect(Math.max(0, store.vectorIds().size - vectors.indexed));
  const built = jobs.track(
    'rebuild',
    () => vectors.catchUp((inserted) => task.step(inserted)),
    () => ({ outcome: vectors.complete ? 'done' : 'cut', counts: { pictures: vectors.indexed }, message: '' }),
    task.howFar,
    task,
  );
  void task.endsWith(built).catch(() => undefined);
}
