import { eventQueue } from '../event-queue.ts';
import type { GroupsEvent } from '../../contract/group-schemas.ts';
import type { Implementer } from '../implementer.ts';
import type { Suggester } from '../teach/suggester.ts';
import type { Groups } from './groups.ts';

/** The contract's `groups`. @param needWriting throws where the library was opened for reading */
export function groupRoutes(os: Implementer, groups: Groups, suggester: Suggester, needWriting: () => void) {
  const writing = <Result>(work: () => Result): Result => {
    needWriting();
    return work();
  };
  const routes = os.groups;
  return {
    list: routes.list.handler(() => groups.list()),
    pictures: routes.pictures.handler(({ input }) => groups.pictures(input.id)),
    of: routes.of.handler(({ input }) => groups.of(input.picture)),
    create: routes.create.handler(({ input }) => writing(() => groups.create(input.name, input.pictures))),
    createFromFolders: routes.createFromFolders.handler(({ input }) =>
      writing(() => groups.createFromFolders(input.root)),
    ),
    label: routes.label.handler(({ input }) => writing(() => groups.label(input.id, input.pictures, input.verdict))),
    rename: routes.rename.handler(({ input }) => writing(() => groups.rename(input.id, input.name))),
    remove: routes.remove.handler(({ input }) => writing(() => groups.remove(input.id))),
    merge: routes.merge.handler(({ input }) => writing(() => groups.merge(input.from, input.into))),
    split: routes.split.handler(({ input }) => writing(() => groups.split(input.id, input.pictures, input.name))),
    undo: routes.undo.handler(({ input }) => writing(() => groups.undo(input.change ?? null))),
    suggest: routes.suggest.handler(({ input }) => suggester.suggest(input.id, input.k, input.target)),
    suggestNext: routes.suggestNext.handler(({ input }) => suggester.next(input.k)),
    watch: routes.watch.handler(({ signal }) => eventQueue<GroupsEvent>((push) => groups.watch(push), signal)),
  };
}
