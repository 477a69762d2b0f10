import type { Implementer } from '../implementer.ts';
import type { FileActions } from './file-actions.ts';

/** The contract's `actions`. @param needWriting throws where the library was opened for reading */
export function actionRoutes({ actions: os }: Implementer, actions: FileActions, needWriting: () => void) {
  return {
    plan: os.plan.handler(({ input }) => {
      needWriting();
      return actions.plan(input);
    }),
    steps: os.steps.handler(({ input }) => actions.steps(input.id, input.from, input.count)),
    run: os.run.handler(({ input }) => {
      needWriting();
      return actions.run(input.id);
    }),
    undo: os.undo.handler(({ input }) => {
      needWriting();
      return actions.undo(input.id);
    }),
    list: os.list.handler(() => actions.list()),
  };
}
