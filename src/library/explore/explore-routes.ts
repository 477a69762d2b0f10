import { eventQueue } from '../event-queue.ts';
import type { ExploreEvent } from '../../contract/explore-schemas.ts';
import type { Implementer } from '../implementer.ts';
import type { Clusters } from './clusters/clusters.ts';
import type { Duplicates } from './duplicates/duplicates.ts';
import type { PictureMap } from './map/picture-map.ts';
import type { PictureComparisons } from './comparing/picture-comparisons.ts';

interface ExploreParts {
  readonly clusters: Clusters;
  readonly duplicates: Duplicates;
  readonly comparisons: PictureComparisons;
  readonly map: PictureMap;
}

/** The contract's `explore`. @param needWriting throws where the library was opened for reading */
export function exploreRoutes(
  os: Implementer,
  { clusters, duplicates, comparisons, map }: ExploreParts,
  needWriting: () => void,
) {
  const writing = <Result>(work: () => Result): Result => {
    needWriting();
    return work();
  };
  const { names } = clusters;
  const routes = os.explore;
  return {
    clusters: routes.clusters.handler(({ input }) => clusters.list(input.granularity, input.fresh, input.words)),
    pictures: routes.pictures.handler(({ input }) => clusters.pictures(input)),
    name: routes.name.handler(({ input }) => writing(() => clusters.name(input, input.name))),
    rename: routes.rename.handler(({ input }) => writing(() => names.rename(input.id, input.name))),
    unname: routes.unname.handler(({ input }) => writing(() => names.remove(input.id))),
    mark: routes.mark.handler(({ input }) => writing(() => names.mark(input.id, input))),
    refuse: routes.refuse.handler(({ input }) => writing(() => names.refuse(input.id, input.pictures))),
    merge: routes.merge.handler(({ input }) => writing(() => clusters.merge(input.from, input.into))),
    split: routes.split.handler(({ input }) => writing(() => clusters.split(input.id, input.pictures, input.name))),
    answerSplit: routes.answerSplit.handler(({ input }) => writing(() => clusters.answerSplit(input.id, input.answer))),
    keepApart: routes.keepApart.handler(({ input }) => writing(() => names.keepApart(input.id, input.other))),
    undo: routes.undo.handler(({ input }) => writing(() => names.undo(input.change))),
    duplicates: routes.duplicates.handler(({ input }) => duplicates.list(input.fresh)),
    decideDuplicates: routes.decideDuplicates.handler(({ input }) =>
      writing(() => duplicates.decide(input.pictures, input.decision)),
    ),
    keepPicture: routes.keepPicture.handler(({ input }) => writing(() => duplicates.keep(input.id))),
    decisions: routes.decisions.handler(({ input }) => duplicates.decisions(input.count)),
    alignment: routes.alignment.handler(({ input }) => comparisons.alignment(input.a, input.b)),
    difference: routes.difference.handler(({ input }) => writing(() => comparisons.difference(input.a, input.b))),
    undoDecision: routes.undoDecision.handler(({ input }) => writing(() => duplicates.undo(input.decision))),
    map: {
      layout: routes.map.layout.handler(({ input }) => map.layout(input.fresh)),
      colors: routes.map.colors.handler(({ input }) => map.colors(input)),
    },
    watch: routes.watch.handler(({ signal }) =>
      eventQueue<ExploreEvent>((push) => {
        const leave = [clusters.watch(push), duplicates.watch(push), map.watch(push)];
        return () => leave.forEach((left) => left());
      }, signal),
    ),
  };
}
