import type { Implementer } from '../implementer.ts';
import { CountedTask } from '../jobs/counted-task.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { PickedPaths } from '../picked-paths.ts';
import type { LibraryExchange } from './library-exchange.ts';

/** The contract's `library`. @param needWriting throws where the library was opened for reading */
export function exchangeRoutes(
  { library }: Implementer,
  exchange: LibraryExchange,
  jobs: Jobs,
  picked: PickedPaths,
  needWriting: () => void,
) {
  return {
    exportTo: library.exportTo.handler(async ({ input }) => {
      await picked.needFile(input.path);
      const task = new CountedTask();
      const done = jobs.track(
        'export',
        () => exchange.exportTo(input.path, task),
        ({ groups, labels, models }) => ({ counts: { groups, labels, models }, message: '' }),
        task.howFar,
        task,
      );
      return task.endsWith(done);
    }),
    importFrom: library.importFrom.handler(({ input }) => {
      needWriting();
      const task = new CountedTask();
      const done = jobs.track(
        'import',
        () => exchange.importFrom(input.path, task),
        ({ groups, labels, models, missing }) => ({ counts: { groups, labels, models, missing }, message: '' }),
        task.howFar,
        task,
      );
      return task.endsWith(done);
    }),
  };
}
