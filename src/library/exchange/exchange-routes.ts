import type { Implementer } from '../implementer.ts';
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
      return jobs.track(
        'export',
        () => exchange.exportTo(input.path),
        ({ groups, labels, models }) => ({ counts: { groups, labels, models }, message: '' }),
      );
    }),
    importFrom: library.importFrom.handler(({ input }) => {
      needWriting();
      return jobs.track(
        'import',
        () => exchange.importFrom(input.path),
        ({ groups, labels, models, missing }) => ({ counts: { groups, labels, models, missing }, message: '' }),
      );
    }),
  };
}
