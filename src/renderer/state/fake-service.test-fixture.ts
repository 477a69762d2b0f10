import type { ActionOutcome, ActionPlan, ActionSummary } from '../../contract/action-schemas.ts';
import type { ServiceClient } from '../../contract/contract.ts';
import type { ComputeReport, EncoderEntry, EncodersEvent, InstallResult } from '../../contract/encoder-schemas.ts';
import type {
  DuplicateDecisions,
  Duplicates,
  ExploreEvent,
  PictureAlignment,
  PictureClusters,
} from '../../contract/explore-schemas.ts';
import type { LabelQuestion, Suggestions } from '../../contract/group-schemas.ts';
import type { IgnorePreview, KeptIgnoreRule } from '../../contract/ignore-schemas.ts';
import type { EndedJob, JobsState } from '../../contract/job-schemas.ts';
import { packLayout, type LayoutRow } from '../../contract/picture-layout.ts';
import type { FileFailure, IndexEvent, PictureFacets, Source } from '../../contract/schemas.ts';
import type {
  ModelVersion,
  TeachEvent,
  TeachInput,
  TeachReadiness,
  DeepEstimate,
} from '../../contract/teach-schemas.ts';
import type { PictureEvent, Places, Timeline } from '../../contract/timeline-schemas.ts';
import { FakeMap } from './fake-map.test-fixture.ts';
import {
  actionPlanOf,
  eventOf,
  placeOf,
  clusterChangeOf,
  progressOf,
  encoderOf,
  encodersStateOf,
  deviceOf,
  teachProgressOf,
  jobsStateOf,
  readinessOf,
  versionOf,
  pictureOf,
} from './answers.test-fixture.ts';
import { Telling } from './telling.test-fixture.ts';

type Search = ServiceClient['search']['similar'];
type Install = ServiceClient['encoders']['install'];

/** A library service in memory: what a test sets is what it answers, and it notes what it was asked. */
export class FakeService {
  sources: Source[] = [];
  rows: LayoutRow[] = [];
  failures: FileFailure[] = [];
  revision = 1;
  readonly asked: string[] = [];
  /** What the next requests throw, by name of the procedure. */
  readonly refusals = new Map<string, Error>();
  similar: (...input: Parameters<Search>) => ReturnType<Search> = () =>
    Promise.resolve({ neighbors: [], exact: true, seconds: 0.01, thumbnails: [] });
  readsWords = false;
  encoders: EncoderEntry[] = [encoderOf({ active: true })];
  compute: ComputeReport = { choice: 'auto', provider: 'CPU', rate: null, settled: true, devices: [deviceOf()] };
  install: (...input: Parameters<Install>) => ReturnType<Install> = () =>
    Promise.resolve<InstallResult>({
      kind: 'installed',
      encoder: encoderOf({ id: 'own', name: 'Own' }),
      firstSeen: [],
    });
  readonly #indexing = new Telling<IndexEvent>(progressOf({}));
  models: ModelVersion[] = [versionOf({ id: 'base', name: 'Built-in', kind: 'base', active: true })];
  readiness: TeachReadiness = readinessOf();
  deepEstimate: DeepEstimate = {
    possible: true,
    sentence: 'On CPU (WebAssembly).',
    seconds: 90,
    pictures: 1000,
    encodingSeconds: 10,
  };
  suggestions: Omit<Suggestions, 'group'> = {
    suggestions: [],
    threshold: 0.5,
    precision: 0.9,
    recall: 0.6,
    sentence: null,
  };
  questions: LabelQuestion[] = [];
  duplicates: Duplicates = { current: true, pictures: 0, sets: [] };
  decisions: DuplicateDecisions = { total: 0, decisions: [] };
  timeline: Timeline = { version: 1, pictures: 0, byFileTime: 0, events: 0, months: [] };
  events: PictureEvent[] = [];
  places: Places = { km: 10, placed: 0, unplaced: 0, bounds: null, found: 0, places: [] };
  /** Of any two pictures. */
  alignment: PictureAlignment = null;
  clusters: PictureClusters = { granularity: 0.5, version: 1, current: true, clusters: [], questions: [] };
  actions: ActionSummary[] = [];
  actionPlan: ActionPlan = actionPlanOf();
  actionOutcome: ActionOutcome = { ...actionPlanOf(), state: 'done', done: 2, undoable: 2, refused: [], error: null };
  readonly map = new FakeMap();
  /** What any filter holds for. */
  matching: readonly number[] = [];
  facets: PictureFacets = { cameras: [], lenses: [], keywords: [], taken: null, rated: 0, placed: 0 };
  ignored: KeptIgnoreRule[] = [];
  /** Pictures whose drive is away. */
  offline: readonly number[] = [];
  ended: EndedJob[] = [];
  readonly #jobs = new Telling<JobsState>(jobsStateOf());
  ignorePreview: IgnorePreview = { files: 0, pictures: 0, examples: [], complete: true };
  readonly #teaching = new Telling<TeachEvent>(teachProgressOf());
  readonly #exploring = new Telling<ExploreEvent>({ type: 'names', revision: 0 });
  readonly #encoding = new Telling<EncodersEvent>(encodersStateOf());

  tell(event: IndexEvent): void {
    this.#indexing.tell(event);
  }

  tellOfJobs(state: JobsState): void {
    this.#jobs.tell(state);
  }

  tellOfTeaching(event: TeachEvent): void {
    this.#teaching.tell(event);
  }

  tellOfExploring(event: ExploreEvent): void {
    this.#exploring.tell(event);
  }

  tellOfEncoders(event: EncodersEvent): void {
    this.#encoding.tell(event);
  }

  #answer<T>(name: string, value: T): Promise<T> {
    this.asked.push(name);
    const refusal = this.refusals.get(name);
    return refusal === undefined ? Promise.resolve(value) : Promise.reject(refusal);
  }

  /** The service as the window sees it. */
  client(): ServiceClient {
    const unused = (): never => {
      throw new Error('not part of the fake service');
    };
    return {
      status: () =>
        this.#answer('status', {
          libraryFolder: '/library',
          thumbsFolder: '/library/thumbs',
          sources: this.sources,
          pictures: this.rows.length,
          vectors: this.rows.length,
          model: { id: 'm', name: 'm', dimensions: 256 },
          encoder: 'builtin',
          readsWords: this.readsWords,
          offline: 0,
          failures: this.failures.length,
        }),
      sources: {
        add: ({ path }) => {
          const source: Source = {
            id: this.sources.length + 1,
            path,
            state: 'online',
            watching: 'events',
            pictures: 0,
          };
          this.sources = [...this.sources, source];
          return this.#answer(`add ${path}`, source);
        },
        remove: ({ id }) => {
          this.sources = this.sources.filter((source) => source.id !== id);
          return this.#answer(`remove ${id}`, undefined);
        },
      },
      indexing: {
        start: ({ sourceIds }) => this.#answer(`start ${sourceIds?.join(',') ?? 'all'}`, undefined),
        retry: ({ paths, code }) => {
          const files = this.failures.filter(
            (each) => (paths?.includes(each.path) ?? true) && (code === undefined || each.code === code),
          ).length;
          return this.#answer(`retry ${paths?.join(',') ?? code ?? 'all'}`, { files });
        },
        prefer: ({ folder }) => this.#answer(`prefer ${folder}`, undefined),
        pause: () => this.#answer('pause', undefined),
        resume: () => this.#answer('resume', undefined),
        cancel: () => this.#answer('cancel', undefined),
        watch: () => this.#answer('watch', this.#indexing.events()),
      },
      pictures: {
        layout: (input) => {
          const rows = this.rows.filter((row) => row.id > (input.since ?? 0));
          const blob = new Blob([packLayout(rows, rows.length)]);
          return this.#answer(`layout ${input.since ?? 0}`, { revision: this.revision, rows: blob });
        },
        get: ({ id }) => this.#answer(`get ${id}`, pictureOf(id)),
        matching: ({ filter }) =>
          this.#answer(`matching ${JSON.stringify(filter)}`, new Blob([Uint32Array.from(this.matching)])),
        offline: () => this.#answer('offline', new Blob([Uint32Array.from(this.offline)])),
        facets: () => this.#answer('facets', this.facets),
        at: unused,
        locate: unused,
        display: unused,
      },
      search: {
        similar: (...input) => {
          this.asked.push('similar');
          return this.similar(...input);
        },
      },
      encoders: {
        list: () => this.#answer('encoders', this.encoders),
        install: (...input) => {
          this.asked.push(`install ${input[0].path}`);
          return this.install(...input);
        },
        download: ({ id }) => this.#answer(`download ${id}`, undefined),
        cancelDownload: () => this.#answer('cancelDownload', undefined),
        remove: ({ id }) => this.#answer(`removeEncoder ${id}`, undefined),
        use: ({ id }) => this.#answer(`use ${id}`, undefined),
        pause: () => this.#answer('pauseEncoding', undefined),
        resume: () => this.#answer('resumeEncoding', undefined),
        deleteFeatures: ({ id }) => this.#answer(`deleteFeatures ${id}`, undefined),
        watch: () => this.#answer('watchEncoders', this.#encoding.events()),
      },
      compute: {
        devices: (input) => this.#answer(input?.wait === true ? 'devices, waiting' : 'devices', this.compute),
        choose: ({ device }) => this.#answer(`choose ${device}`, { ...this.compute, choice: device }),
      },
      explore: {
        clusters: (input) => this.#answer(`clusters ${input?.granularity ?? 0.5}`, this.clusters),
        pictures: ({ key }) => this.#answer(`clusterPictures ${key}`, [3, 1, 2]),
        name: ({ key, name }) => this.#answer(`nameCluster ${key} ${name}`, clusterChangeOf(7)),
        rename: ({ id, name }) => this.#answer(`renameCluster ${id} ${name}`, clusterChangeOf(id)),
        unname: ({ id }) => this.#answer(`unname ${id}`, clusterChangeOf(null)),
        mark: ({ id, pinned, hidden }) => this.#answer(`mark ${id} ${pinned} ${hidden}`, clusterChangeOf(id)),
        refuse: ({ id, pictures }) => this.#answer(`refuse ${id} ${pictures.join(',')}`, clusterChangeOf(id)),
        merge: ({ from, into }) => this.#answer(`merge ${from} ${into}`, clusterChangeOf(into)),
        split: ({ id, pictures, name }) =>
          this.#answer(`split ${id} ${pictures.join(',')} ${name}`, clusterChangeOf(8)),
        answerSplit: ({ id, answer }) => this.#answer(`answerSplit ${id} ${answer}`, clusterChangeOf(id)),
        keepApart: ({ id, other }) => this.#answer(`keepApart ${id} ${other}`, clusterChangeOf(id)),
        undo: ({ change }) => this.#answer(`undoCluster ${change}`, clusterChangeOf(null)),
        duplicates: () => this.#answer('duplicates', this.duplicates),
        decideDuplicates: ({ pictures, decision }) =>
          this.#answer(`decideDuplicates ${decision} ${pictures.join(',')}`, { decision: 5, description: 'Said so' }),
        keepPicture: ({ id }) => this.#answer(`keepPicture ${id}`, { decision: 6, description: 'Chose it' }),
        alignment: ({ a, b }) => this.#answer(`alignment ${a} ${b}`, this.alignment),
        difference: ({ a, b }) =>
          this.#answer(`difference ${a} ${b}`, {
            path: '/library/previews/differences/d.png',
            mimeType: 'image/png',
            share: 0.03,
            alignment: this.alignment,
          }),
        decisions: () => this.#answer('decisions', this.decisions),
        undoDecision: ({ decision }) => this.#answer(`undoDecision ${decision}`, undefined),
        map: this.map.answers((name, value) => this.#answer(name, value)),
        timeline: () => this.#answer('timeline', this.timeline),
        events: ({ first, count = 30 }) => this.#answer(`events ${first}`, this.events.slice(first, first + count)),
        eventOf: ({ picture }) => {
          const event = this.events.find((one) => one.picture === picture) ?? eventOf({ picture });
          return this.#answer(`eventOf ${picture}`, { event, pictures: [picture, picture + 1] });
        },
        places: ({ km, bounds }) =>
          this.#answer(`places ${bounds === undefined ? 'all' : Math.round(km)}`, this.places),
        placeOf: ({ picture, km }) =>
          this.#answer(`placeOf ${picture} ${km}`, { place: placeOf({ picture }), pictures: [picture] }),
        watch: () => this.#answer('watchExplore', this.#exploring.events()),
      },
      groups: {
        list: unused,
        pictures: unused,
        of: unused,
        create: unused,
        createFromFolders: unused,
        label: unused,
        rename: unused,
        remove: unused,
        merge: unused,
        split: unused,
        undo: unused,
        suggest: ({ id }) => this.#answer(`suggest ${id}`, { ...this.suggestions, group: id }),
        suggestNext: () => this.#answer('suggestNext', this.questions),
        watch: unused,
      },
      teach: {
        readiness: (input) => this.#answer(`readiness ${asText(input)}`, this.readiness),
        estimateDeep: (input) => this.#answer(`estimateDeep ${asText(input)}`, this.deepEstimate),
        start: (input) => this.#answer(`teach ${asText(input)}`, undefined),
        pause: () => this.#answer('pauseTeaching', undefined),
        resume: () => this.#answer('resumeTeaching', undefined),
        cancel: () => this.#answer('cancelTeaching', undefined),
        watch: () => this.#answer('watchTeaching', this.#teaching.events()),
      },
      models: {
        list: () => this.#answer('models', this.models),
        use: ({ id }) => this.#answer(`useModel ${id}`, undefined),
        remove: ({ id }) => this.#answer(`removeModel ${id}`, undefined),
        restore: ({ id }) => this.#answer(`restoreModel ${id}`, undefined),
        exportTo: ({ id, path }) => this.#answer(`export ${id}`, { path, bytes: 1000 }),
        confusion: unused,
        neighbors: unused,
        projection: unused,
        importFrom: ({ path }) => this.#answer(`import ${path}`, versionOf({ id: 'imported', name: 'Imported' })),
      },
      library: { exportTo: unused, importFrom: unused },
      actions: {
        plan: ({ kind, pictures }) =>
          this.#answer(`planAction ${kind} ${pictures.map(({ id }) => id).join(',')}`, this.actionPlan),
        steps: unused,
        run: ({ id }) => this.#answer(`runAction ${id}`, this.actionOutcome),
        undo: ({ id }) => this.#answer(`undoAction ${id}`, { ...this.actionOutcome, state: 'undone', done: 0 }),
        list: () => this.#answer('actions', this.actions),
      },
      failures: () => this.#answer('failures', this.failures),
      jobs: {
        ended: () => this.#answer('ended', this.ended),
        pause: ({ id }) => this.#answer(`pauseJob ${id}`, undefined),
        resume: ({ id }) => this.#answer(`resumeJob ${id}`, undefined),
        cancel: ({ id }) => this.#answer(`cancelJob ${id}`, undefined),
        background: ({ mode }) => this.#answer(`background ${mode}`, undefined),
        goOnAnyway: () => this.#answer('goOnAnyway', undefined),
        watch: () => this.#answer('watchJobs', this.#jobs.events()),
      },
      ignore: {
        list: () => this.#answer('ignored', this.ignored),
        add: ({ rules }) => {
          const added = rules.map((rule, i) => ({ id: this.ignored.length + i + 1, rule, since: '' }));
          this.ignored = [...this.ignored, ...added];
          return this.#answer(`ignore ${rules.map((rule) => JSON.stringify(rule)).join(',')}`, added);
        },
        remove: ({ ids }) => {
          this.ignored = this.ignored.filter(({ id }) => !ids.includes(id));
          return this.#answer(`unignore ${ids.join(',')}`, undefined);
        },
        preview: ({ rule }) => this.#answer(`preview ${JSON.stringify(rule)}`, this.ignorePreview),
        survey: () => this.#answer('survey', { rules: [], always: [], complete: true }),
      },
      evaluate: unused,
      verify: unused,
    };
  }
}

/** What a request about teaching was about, in one line. */
function asText({ groups, method = 'head' }: TeachInput = {}): string {
  return groups === undefined ? method : `${method} ${groups.join(',')}`;
}
