import type { JobsState } from '../../contract/job-schemas.ts';
import { eventQueue } from '../event-queue.ts';
import type { Implementer } from '../implementer.ts';
import type { Jobs } from './jobs.ts';

/** The contract's `jobs`. @param needWriting throws where the library was opened for reading */
export function jobRoutes({ jobs: os }: Implementer, jobs: Jobs, needWriting: () => void) {
  return {
    ended: os.ended.handler(() => jobs.ended()),
    pause: os.pause.handler(({ input }) => jobs.pause(input.id)),
    resume: os.resume.handler(({ input }) => jobs.resume(input.id)),
    cancel: os.cancel.handler(({ input }) => jobs.cancel(input.id)),
    background: os.background.handler(({ input }) => {
      needWriting();
      jobs.mode = input.mode;
    }),
    goOnAnyway: os.goOnAnyway.handler(() => jobs.goOnAnyway()),
    watch: os.watch.handler(({ signal }) => eventQueue<JobsState>((push) => jobs.watch(push), signal)),
  };
}
