import type { Implementer } from '../implementer.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { LibraryExchange } from './library-exchange.ts';

/** The contract's `library`. @param needWriting throws where the library was opened for reading */
export function exchangeRoutes(
  { library }: Implementer,
  exchange: LibraryExchange,
  jobs: Jobs,
  needWriting: () => void,
) {
  return {
    exportTo: library.exportTo.handler(({ input }) =>
      jobs.track(
        'export',
        () => exchange.exportTo(input.path),
        ({ groups, labels, models }) => ({ counts: { groups, labels, models }, message: '' }),
      ),
    ),
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
