import { actionRoutes } from './actions/action-routes.ts';
import type { FileActions } from './actions/file-actions.ts';
import { ServiceError } from '../contract/errors.ts';
import type { EncodersEvent } from '../contract/encoder-schemas.ts';
import type { IndexEvent, Verification } from '../contract/schemas.ts';
import type { ActiveLibrary } from './encoders/active-library.ts';
import type { Encoders } from './encoders/encoders.ts';
import type { LibraryParts } from './library-parts.ts';
import type { Indexer } from './indexing/indexer.ts';
import { ignoreRoutes } from './indexing/ignore-routes.ts';
import type { Ignoring } from './indexing/ignoring.ts';
import { retryTargets } from './indexing/retry.ts';
import { addSource, describeSource, folderTargets, indexTargets } from './indexing/sources.ts';
import { eventQueue } from './event-queue.ts';
import type { Clusters } from './explore/clusters/clusters.ts';
import type { Duplicates } from './explore/duplicates/duplicates.ts';
import type { PictureMap } from './explore/map/picture-map.ts';
import { exploreRoutes } from './explore/explore-routes.ts';
import type { Places } from './explore/events-and-places/places.ts';
import type { Timeline } from './explore/events-and-places/timeline.ts';
import { timelineRoutes } from './explore/events-and-places/timeline-routes.ts';
import type { PictureComparisons } from './explore/comparing/picture-comparisons.ts';
import { exchangeRoutes } from './exchange/exchange-routes.ts';
import { LibraryExchange } from './exchange/library-exchange.ts';
import { groupRoutes } from './groups/group-routes.ts';
import type { Groups } from './groups/groups.ts';
import { implementer } from './implementer.ts';
import { CountedTask } from './jobs/counted-task.ts';
import { buildIndex } from './jobs/index-building.ts';
import { jobRoutes } from './jobs/job-routes.ts';
import type { Jobs } from './jobs/jobs.ts';
import { join } from 'node:path';
import type { PickedPaths } from './picked-paths.ts';
import { describePicture, displayPicture, locatePicture, packedLayout, picturesAt } from './pictures.ts';
import { evaluateLibrary } from './search/evaluate.ts';
import { Facets } from './search/facets.ts';
import { matchingPictures } from './search/matching-pictures.ts';
import { findSimilar } from './search/similar.ts';
import { verifyLibrary } from './search/verify.ts';
import type { Suggester } from './teach/suggester.ts';
import type { Inspector } from './teach/inspector.ts';
import { modelRoutes, teachRoutes } from './teach/teach-routes.ts';
import type { TeachingPreview } from './teach/preview.ts';
import type { Teaching } from './teach/teaching.ts';
import type { LibraryWatcher } from './watch/library-watcher.ts';

interface RouterParts extends Pick<LibraryParts, 'paths' | 'catalog' | 'decoders'> {
  readonly active: ActiveLibrary;
  readonly indexer: Indexer;
  readonly encoders: Encoders;
  readonly groups: Groups;
  readonly suggester: Suggester;
  readonly teaching: Teaching;
  readonly preview: TeachingPreview;
  readonly inspector: Inspector;
  readonly clusters: Clusters;
  readonly duplicates: Duplicates;
  readonly map: PictureMap;
  readonly timeline: Timeline;
  readonly places: Places;
  readonly comparisons: PictureComparisons;
  readonly ignoring: Ignoring;
  readonly actions: FileActions;
  readonly picked: PickedPaths;
  readonly jobs: Jobs;
  /** Null where nobody watches: the command line. */
  readonly watcher: LibraryWatcher | null;
  readonly readonly: boolean;
}

/** Implements the contract over an open library. */
export function createRouter(parts: RouterParts) {
  const { catalog, active, indexer, encoders, groups, suggester, teaching, preview, inspector, paths, watcher } = parts;
  const { picked } = parts;
  const sourceParts = { catalog, picked, libraryFolder: paths.folder };
  const os = implementer();
  const facets = new Facets(catalog, paths.catalog);
  const needWriting = (): void => {
    if (parts.readonly) throw new ServiceError('LIBRARY_READ_ONLY', paths.folder);
  };

  return os.router({
    status: os.status.handler(async () => {
      const { vectors, projection, definition } = active.current;
      const sources = await Promise.all(
        catalog.sources.all().map((source) => describeSource(catalog, source, watcher)),
      );
      return {
        libraryFolder: paths.folder,
        thumbsFolder: paths.thumbs,
        sources,
        pictures: catalog.pictureCount(),
        vectors: vectors.size,
        model: { id: projection.id, name: projection.name, dimensions: projection.dimensions },
        encoder: definition.id,
        readsWords: definition.readsWords !== null,
        offline: sources.filter(({ state }) => state === 'offline').length,
        failures: catalog.files.failureCount(),
      };
    }),
    sources: {
      add: os.sources.add.handler(async ({ input }) => {
        needWriting();
        const source = await indexer.exclusively(
          async () => (await addSource(sourceParts, input.path, indexer.busy)).source,
        );
        watcher?.sourcesChanged();
        return describeSource(catalog, source, watcher);
      }),
      remove: os.sources.remove.handler(async ({ input }) => {
        needWriting();
        await indexer.exclusively(() => {
          if (indexer.busy) throw new ServiceError('INDEXING_BUSY', '');
          const [target] = indexTargets(catalog, [input.id]);
          catalog.sources.remove(input.id);
          // it was picked once, and can be brought back
          if (target) picked.add(target.source.path);
        });
        watcher?.sourcesChanged();
        await active.use(({ vectors }) => vectors.setPresent(catalog.presentMediaIds()));
        indexer.touch();
      }),
    },
    indexing: {
      start: os.indexing.start.handler(async ({ input }) => {
        needWriting();
        await indexer.exclusively(async () => {
          if (indexer.busy) throw new ServiceError('INDEXING_BUSY', '');
          const folders = input.folders && (await folderTargets(sourceParts, input.folders));
          indexer.start(folders ?? indexTargets(catalog, input.sourceIds));
        });
        watcher?.sourcesChanged();
      }),
      retry: os.indexing.retry.handler(({ input }) => {
        needWriting();
        return indexer.exclusively(() => {
          const targets = retryTargets(catalog, input);
          if (targets.length > 0) indexer.startInTurn(targets);
          return { files: targets.reduce((sum, { paths: again = [] }) => sum + again.length, 0) };
        });
      }),
      prefer: os.indexing.prefer.handler(({ input }) => indexer.prefer(input.folder)),
      pause: os.indexing.pause.handler(() => indexer.pause()),
      resume: os.indexing.resume.handler(() => indexer.resume()),
      cancel: os.indexing.cancel.handler(() => indexer.cancel()),
      watch: os.indexing.watch.handler(({ input, signal }) =>
        eventQueue<IndexEvent>((push) => indexer.watch(push, input.lastRun), signal),
      ),
    },
    pictures: {
      layout: os.pictures.layout.handler(({ input }) => ({
        revision: indexer.revision,
        rows: packedLayout(catalog, input.since),
      })),
      matching: os.pictures.matching.handler(
        async ({ input }) => new Blob([Uint32Array.from(await matchingPictures(catalog, paths.catalog, input.filter))]),
      ),
      offline: os.pictures.offline.handler(async () => {
        const described = catalog.sources.all().map((source) => describeSource(catalog, source, watcher));
        const offline = (await Promise.all(described)).filter(({ state }) => state === 'offline');
        return new Blob([Uint32Array.from(catalog.presence.onlyIn(offline.map(({ id }) => id)))]);
      }),
      facets: os.pictures.facets.handler(() => facets.read()),
      get: os.pictures.get.handler(({ input }) => describePicture(catalog, input.id)),
      at: os.pictures.at.handler(({ input }) => picturesAt(catalog, input.paths)),
      locate: os.pictures.locate.handler(async ({ input }) => ({ path: await locatePicture(catalog, input.id) })),
      display: os.pictures.display.handler(({ input }) => displayPicture(parts, input.id)),
    },
    search: {
      similar: os.search.similar.handler(({ input }) =>
        input.preview ? preview.similar(input) : active.use((library) => findSimilar(library, input)),
      ),
    },
    encoders: {
      list: os.encoders.list.handler(() => encoders.list()),
      install: os.encoders.install.handler(({ input }) => {
        needWriting();
        return encoders.install(input);
      }),
      download: os.encoders.download.handler(({ input }) => {
        needWriting();
        encoders.installs.download(input.id, input.acceptLicence);
      }),
      cancelDownload: os.encoders.cancelDownload.handler(() => encoders.installs.cancel()),
      remove: os.encoders.remove.handler(({ input }) => {
        needWriting();
        return encoders.remove(input.id);
      }),
      use: os.encoders.use.handler(({ input }) => {
        needWriting();
        return encoders.use(input.id);
      }),
      pause: os.encoders.pause.handler(() => encoders.pause()),
      resume: os.encoders.resume.handler(() => encoders.resume()),
      deleteFeatures: os.encoders.deleteFeatures.handler(({ input }) => {
        needWriting();
        return encoders.deleteFeatures(input.id);
      }),
      watch: os.encoders.watch.handler(({ signal }) =>
        eventQueue<EncodersEvent>((push) => encoders.watch(push), signal),
      ),
    },
    compute: {
      devices: os.compute.devices.handler(({ input }) => encoders.devices(input.wait)),
      choose: os.compute.choose.handler(({ input }) => {
        needWriting();
        return encoders.choose(input.device);
      }),
    },
    groups: groupRoutes(os, groups, suggester, needWriting),
    teach: teachRoutes(os, teaching, needWriting),
    models: modelRoutes(os, teaching, inspector, picked, needWriting),
    explore: { ...exploreRoutes(os, parts, needWriting), ...timelineRoutes(os, parts.timeline, parts.places) },
    library: exchangeRoutes(
      os,
      new LibraryExchange({ ...parts, clusters: parts.clusters.names, versions: teaching.versions }),
      parts.jobs,
      picked,
      needWriting,
    ),
    actions: actionRoutes(os, parts.actions, needWriting),
    failures: os.failures.handler(() =>
      catalog.sources.all().flatMap((source) =>
        catalog.files.failuresOfSource(source.id).map(({ path, code, message, since }) => ({
          path: join(source.path, path),
          code,
          message,
          since,
        })),
      ),
    ),
    jobs: jobRoutes(os, parts.jobs, needWriting),
    ignore: ignoreRoutes(os, parts.ignoring, needWriting),
    evaluate: os.evaluate.handler(({ input }) =>
      active.use((library) => evaluateLibrary(library, input.labels, input.heldOut ?? null)),
    ),
    verify: os.verify.handler(({ input }) => {
      const task = new CountedTask();
      const check = (library: LibraryParts): Promise<Verification> =>
        // cancelled in the middle of a repair, the index is left to be completed
        verifyLibrary(library, input.repair, task).finally(() => input.repair && buildIndex(parts.jobs, library));
      const verify = (): Promise<Verification> =>
        task.endsWith(
          parts.jobs.track(
            'verify',
            () => active.use(check),
            ({ missing, stale }) => ({ counts: { missing, stale }, message: '' }),
            task.howFar,
            task,
          ),
        );
      if (!input.repair) return verify();
      needWriting();
      return indexer.exclusively(() => {
        if (indexer.busy) throw new ServiceError('INDEXING_BUSY', '');
        return verify();
      });
    }),
  });
}

export type ServiceRouter = ReturnType<typeof createRouter>;
