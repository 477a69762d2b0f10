import { eventQueue } from '../event-queue.ts';
import type { TeachEvent } from '../../contract/teach-schemas.ts';
import type { Implementer } from '../implementer.ts';
import type { PickedPaths } from '../picked-paths.ts';
import type { Inspector } from './inspector.ts';
import type { Teaching } from './teaching.ts';

/** The contract's `teach`. @param needWriting throws where the library was opened for reading */
export function teachRoutes({ teach }: Implementer, teaching: Teaching, needWriting: () => void) {
  return {
    readiness: teach.readiness.handler(({ input }) => teaching.readiness(input)),
    estimateDeep: teach.estimateDeep.handler(({ input }) => teaching.estimateDeep(input)),
    start: teach.start.handler(({ input }) => {
      needWriting();
      teaching.start(input);
    }),
    pause: teach.pause.handler(() => teaching.pause()),
    resume: teach.resume.handler(() => teaching.resume()),
    cancel: teach.cancel.handler(() => teaching.cancel()),
    watch: teach.watch.handler(({ signal }) => eventQueue<TeachEvent>((push) => teaching.watch(push), signal)),
  };
}

/** The contract's `models`. */
export function modelRoutes(
  { models }: Implementer,
  teaching: Teaching,
  inspector: Inspector,
  picked: PickedPaths,
  needWriting: () => void,
) {
  const writing = <Result>(work: () => Result): Result => {
    needWriting();
    return work();
  };
  return {
    list: models.list.handler(() => teaching.versions.list()),
    use: models.use.handler(({ input }) => writing(() => teaching.use(input.id))),
    remove: models.remove.handler(({ input }) => writing(() => teaching.versions.remove(input.id))),
    restore: models.restore.handler(({ input }) => writing(() => teaching.versions.restore(input.id))),
    confusion: models.confusion.handler(({ input }) => inspector.confusion(input.id)),
    neighbors: models.neighbors.handler(({ input }) => inspector.neighbors(input.id, input.picture, input.k)),
    projection: models.projection.handler(({ input }) => inspector.projection(input.id)),
    exportTo: models.exportTo.handler(async ({ input }) => {
      await picked.needFile(input.path);
      return teaching.versions.exportTo(input.id, input.path);
    }),
    importFrom: models.importFrom.handler(({ input }) => writing(() => teaching.versions.importFrom(input.path))),
  };
}
