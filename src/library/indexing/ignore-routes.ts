import type { Implementer } from '../implementer.ts';
import type { Ignoring } from './ignoring.ts';

/** The contract's `ignore`. @param needWriting throws where the library was opened for reading */
export function ignoreRoutes({ ignore }: Implementer, ignoring: Ignoring, needWriting: () => void) {
  return {
    list: ignore.list.handler(() => ignoring.list()),
    add: ignore.add.handler(({ input }) => {
      needWriting();
      return ignoring.add(input.rules);
    }),
    remove: ignore.remove.handler(({ input }) => {
      needWriting();
      ignoring.remove(input.ids);
    }),
    preview: ignore.preview.handler(({ input }) => ignoring.preview(input.rule)),
    survey: ignore.survey.handler(() => ignoring.survey()),
  };
}
