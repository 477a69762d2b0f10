import { existsSync } from 'node:fs';
import type { EncodeDevice, TrainDevice } from '../compute/devices/device.ts';
import type { Encoder } from '../compute/encoder.ts';
import type { EncoderDefinition } from '../compute/encoders/definition.ts';
import { recoverModels } from '../compute/encoders/installed.ts';
import { ENCODER_REGISTRY } from '../compute/encoders/registry.ts';
import { FileActions } from './actions/file-actions.ts';
import { ServiceError } from '../contract/errors.ts';
import type { PowerState } from '../contract/process-messages.ts';
import { Backups } from './catalog/backups.ts';
import { lockLibrary } from './catalog/database.ts';
import { Forgetting } from './catalog/forgetting.ts';
import { openCatalog, restoreWhereDamaged } from './catalog/open-catalog.ts';
import { ActiveLibrary } from './encoders/active-library.ts';
import { Devices } from './encoders/devices.ts';
import { Encoders, MUCH_TO_ENCODE } from './encoders/encoders.ts';
import { givenEncoder, openParts } from './encoders/model-parts.ts';
import { openActive } from './encoders/open-active.ts';
import { EncoderSettings } from './encoders/settings.ts';
import { Clusters } from './explore/clusters/clusters.ts';
import { checkNewPictures, trackDuplicates } from './explore/duplicates/duplicate-checks.ts';
import { DatedThread } from './explore/events-and-places/dated-thread.ts';
import { Duplicates } from './explore/duplicates/duplicates.ts';
import { PictureMap } from './explore/map/picture-map.ts';
import { Places } from './explore/events-and-places/places.ts';
import { Timeline } from './explore/events-and-places/timeline.ts';
import { PictureComparisons } from './explore/comparing/picture-comparisons.ts';
import { Groups } from './groups/groups.ts';
import { BackgroundWork } from './jobs/background-work.ts';
import { buildIndex } from './jobs/index-building.ts';
import { Jobs } from './jobs/jobs.ts';
import { Ignoring } from './indexing/ignoring.ts';
import { Indexer } from './indexing/indexer.ts';
import { defaultLibraryFolder, libraryPaths, prepareLibraryFolder, type LibraryPaths } from './library-folder.ts';
import { DecodePool } from './media/decode-pool.ts';
import { PickedPaths } from './picked-paths.ts';
import { createRouter, type ServiceRouter } from './router.ts';
import { withActiveVersion } from './teach/active-version.ts';
import { Inspector } from './teach/inspector.ts';
import { VersionDescriptions } from './teach/model-description.ts';
import { TeachingPreview } from './teach/preview.ts';
import { Suggester } from './teach/suggester.ts';
import { Teaching } from './teach/teaching.ts';
import { loadIndexOf } from './vectors/model-vectors.ts';
import { LibraryWatcher, type WatchOptions } from './watch/library-watcher.ts';

export interface ServiceOptions {
  readonly libraryFolder?: string | undefined;
  /**
   * `write` takes the library for this process alone. `read` answers beside a writer (a command line beside the window) and
   * changes nothing.
   */
  readonly access?: 'read' | 'write';
  /**
   * Watches the sources, and begins with a look through all of them; with options, as they say. Off where nothing is said: a
   * command does what it was asked for and ends.
   */
  readonly watch?: boolean | WatchOptions;
  /** Only what {@link Service.pick} was told of becomes a source, gets files, or is written to: who asks is a page. */
  readonly pickedOnly?: boolean;
  /** Puts a file into the trash of a system that has a way of its own: macOS and Windows, by the window. */
  readonly trashItem?: (path: string) => Promise<void>;
  /** For measuring: another encoder of the same feature size. */
  readonly encoder?: Encoder;
  /** For tests: encoders to download, hosts that may be asked by http for them, and devices in place of this computer's. */
  readonly registry?: readonly EncoderDefinition[];
  readonly httpHosts?: readonly string[];
  readonly devices?: () => Promise<readonly EncodeDevice[]>;
  readonly training?: () => Promise<readonly TrainDevice[]>;
}

type Closer = () => void | Promise<void>;

export interface Service {
  readonly router: ServiceRouter;
  readonly paths: LibraryPaths;
  /** What the user has to be told about the opening of the library. */
  readonly notices: readonly string[];
  /** Resolves when what is made in the background of the pictures, the index and the neighbor graph, is up to date. */
  settled(): Promise<void>;
  /** Takes what is known of the computer: whether background work goes on may depend on it. */
  takePower(power: PowerState): void;
  /** A person picked this folder or file, by its real path, in a dialog: see {@link PickedPaths}. */
  pick(path: string): void;
  /** Ends what runs (what was done stays done), writes the index file and lets the library go. */
  close(): Promise<void>;
}

/**
 * Opens a library, making it where there is none, and offers the contract over it.
 *
 * @throws ServiceError LIBRARY_LOCKED, LIBRARY_READ_ONLY, CATALOG_*, DISK_FULL, ENCODER_FAILED
 */
export async function openService(options: ServiceOptions = {}): Promise<Service> {
  const paths = libraryPaths(options.libraryFolder ?? defaultLibraryFolder());
  const readonly = options.access === 'read';
  if (!readonly) await prepareLibraryFolder(paths);
  else if (!existsSync(paths.catalog)) throw new ServiceError('LIBRARY_MISSING', paths.folder);
  const lock = readonly ? null : lockLibrary(paths.lock, paths.folder);
  const closers: Closer[] = [() => lock?.release()];
  try {
    return await assemble(paths, options, closers).catch(async (error: unknown) => {
      if (readonly || !(error instanceof ServiceError) || error.code !== 'CATALOG_DAMAGED') throw error;
      // all but the lock
      await closeAll(closers.splice(1));
      const notice = restoreWhereDamaged(paths);
      if (notice === null) throw error;
      return assemble(paths, options, closers, [notice]);
    });
  } catch (error) {
    await closeAll(closers);
    throw error;
  }
}

async function assemble(
  paths: LibraryPaths,
  options: ServiceOptions,
  closers: Closer[],
  opening: readonly string[] = [],
): Promise<Service> {
  const readonly = options.access === 'read';
  const { catalog, sound } = openCatalog(paths, readonly);
  closers.push(() => catalog.close());
  // asked below; where something else goes wrong before, nobody asks
  void sound.catch(() => undefined);
  if (!readonly) await recoverModels(paths.models);
  const settings = new EncoderSettings(catalog);
  // told from when there is somebody to tell
  let encoders: Encoders | null = null;
  let jobs: Jobs | null = null;
  const early: string[] = [];
  const onNotice = (sentence: string): void => {
    if (encoders) encoders.notice(sentence);
    else early.push(sentence);
  };
  const devices = new Devices({
    settings,
    trials: paths.trials,
    onNotice,
    onChange: () => encoders?.devicesChanged(),
    list: options.devices,
  });
  const { running, notices } = options.encoder
    ? { running: await givenEncoder(paths, options.encoder), notices: [] }
    : await openActive(paths, settings, devices.options());
  closers.push(() => running.close());
  const answering = await withActiveVersion(catalog, running, onNotice);
  closers.pop();
  closers.push(() => answering.close());
  // what takes longest of all is begun first, in threads: the index is read while the catalog is looked at
  const index = loadIndexOf(answering.projection, paths.vectors);
  const model = await openParts(paths, catalog, answering, readonly, { index, sound });
  closers.pop();
  const decoders = new DecodePool();
  const active = new ActiveLibrary({ paths, catalog, decoders, upcoming: () => encoders?.upcoming ?? null }, model);
  closers.push(() => active.close());
  closers.push(() => decoders.close());
  closers.push(() => devices.close());
  const groups = new Groups({ catalog });
  const background = new BackgroundWork(catalog);
  const indexer = new Indexer(
    () => active.current,
    () => groups.followEdits(),
    () => background.hold !== null,
  );
  closers.push(() => indexer.close());
  const { registry = ENCODER_REGISTRY, httpHosts = [] } = options;
  const hold = (): BackgroundWork['hold'] => background.hold;
  const made = new Encoders({
    paths,
    catalog,
    decoders,
    settings,
    active,
    indexer,
    devices,
    withVersion: (unversioned, notice) => withActiveVersion(catalog, unversioned, notice),
    hold,
    registry,
    httpHosts,
  });
  encoders = made;
  closers.push(() => made.close());
  for (const notice of [...opening, ...notices, ...early]) made.notice(notice);
  if (!readonly) {
    goOn(made, indexer, devices);
    const hasContent = (): boolean => catalog.lastMediaId() > 0 || catalog.labels.nextGroupId > 1;
    const backups = new Backups({ catalog: paths.catalog, folder: paths.backups, hasContent, onNotice });
    closers.push(() => backups.close());
    const onForgotten = (pictures: number): void => jobs?.note('forget', { pictures });
    const forgetting = new Forgetting({ paths, catalog, active, onNotice, onForgotten });
    closers.push(() => forgetting.close());
  }
  const descriptions = new VersionDescriptions(catalog.models);
  const suggester = new Suggester({ paths, catalog, active, descriptions });
  const preview = new TeachingPreview({ paths, catalog, active });
  const { training } = options;
  const teaching = new Teaching({
    paths,
    catalog,
    active,
    indexer,
    descriptions,
    decoders,
    devices,
    encoders: made,
    training,
  });
  // a folder that cannot be deleted now can be the next time
  if (!readonly) void teaching.versions.purge().catch(() => undefined);
  closers.push(() => teaching.close());
  const dated = new DatedThread({ catalog, active, paths });
  closers.push(() => dated.close());
  const clusters = new Clusters({ catalog, active, dated, readonly });
  closers.push(() => clusters.close());
  const comparisons = new PictureComparisons({ catalog, decoders, paths, readonly });
  closers.push(() => comparisons.close());
  const duplicates = new Duplicates({
    catalog,
    active,
    paths,
    comparisons,
    keeps: !readonly,
    track: (work, control) => trackDuplicates(listed, work, control),
  });
  closers.push(() => duplicates.close());
  const picked = new PickedPaths(options.pickedOnly !== true);
  const actions = new FileActions({
    catalog,
    active,
    indexer,
    libraryFolder: paths.folder,
    picked,
    trashItem: options.trashItem ?? null,
    jobs: () => jobs,
    onPassed: (pictures) => {
      groups.passedOn(pictures);
      clusters.names.changedBeside();
      duplicates.changedBeside();
    },
  });
  // before anything looks at the files
  const ofActions = readonly ? [] : await actions.recover();
  for (const notice of ofActions) made.notice(notice);
  const watcher =
    readonly || options.watch === undefined || options.watch === false
      ? null
      : new LibraryWatcher({
          catalog,
          indexer,
          libraryFolder: paths.folder,
          onNotice,
          onWaiting: () => jobs?.changed(),
          options: options.watch === true ? undefined : options.watch,
        });
  closers.push(() => watcher?.close());
  const ignoring = new Ignoring({ paths, catalog, looker: watcher });
  closers.push(() => ignoring.close());
  const listed = new Jobs({
    store: readonly ? null : catalog.jobs,
    stored: () => catalog.jobs.ended(),
    indexer,
    encoders: made,
    teaching,
    background,
    changesWait: () => watcher?.changesWait === true,
  });
  jobs = listed;
  closers.push(() => listed.close());
  // first of all: no more files are begun while the rest is being closed
  closers.push(() => actions.close());
  const map = new PictureMap({ catalog, active, paths, clusters, jobs: listed, readonly });
  closers.push(() => map.close());
  buildIndex(listed, model.parts);
  background.whenChanged(() => {
    made.holdChanged();
    if (background.hold !== null) void indexer.hold();
    else watcher?.goOn();
  });
  if (watcher) void teaching.goOn();
  if (watcher) void actions.goOn();
  if (!readonly) checkNewPictures(duplicates, indexer, background);
  const router = createRouter({
    paths,
    catalog,
    decoders,
    active,
    indexer,
    encoders: made,
    groups,
    suggester,
    teaching,
    preview,
    clusters,
    duplicates,
    map,
    timeline: new Timeline({ catalog, active, dated }),
    places: new Places({ catalog, active, dated }),
    comparisons,
    inspector: new Inspector({ paths, catalog, active, descriptions }),
    ignoring,
    actions,
    picked,
    jobs: listed,
    watcher,
    readonly,
  });
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    const [problem] = await closeAll(closers);
    if (problem !== undefined) throw problem;
  };
  const settled = (): Promise<void> =>
    active.use(async ({ vectors: answering, neighbors }) => {
      await answering.idle();
      await neighbors.settled();
    });
  const takePower = (power: PowerState): void => background.takePower(power);
  const pick = (path: string): void => picked.add(path);
  return {
    router,
    paths,
    notices: [...opening, ...ofActions],
    settled,
    takePower,
    pick,
    close: () => (closing ??= close()),
  };
}

/** What runs beside the requests: encoding for the next encoder, and for the active one what has come back. */
function goOn(encoders: Encoders, indexer: Indexer, devices: Devices): void {
  indexer.watch((event) => {
    if (event.type === 'summary') encoders.fillActive();
    else if (event.type === 'progress' && event.state === 'indexing') {
      if (event.found - event.unchanged >= MUCH_TO_ENCODE) devices.want();
    }
  });
  void encoders.goOn();
}

/** Closes all, the last opened first, and gives what went wrong: one that fails must not keep the library locked. */
async function closeAll(closers: readonly Closer[]): Promise<ServiceError[]> {
  const problems: ServiceError[] = [];
  for (const close of closers.toReversed()) {
    try {
      await close();
    } catch (error) {
      problems.push(ServiceError.from(error));
    }
  }
  return problems;
}
