import type { Implementer } from '../implementer.ts';
import type { LibraryExchange } from './library-exchange.ts';

/** The contract's `library`. @param needWriting throws where the library was opened for reading */
export function exchangeRoutes({ library }: Implementer, exchange: LibraryExchange, needWriting: () => void) {
  return {
    exportTo: library.exportTo.handler(({ input }) => exchange.exportTo(input.path)),
    importFrom: library.importFrom.handler(({ input }) => {
      needWriting();
      return exchange.importFrom(input.path);
    }),
  };
}
