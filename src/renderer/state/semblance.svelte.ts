import { createContext } from 'svelte';
import type { Bridge } from '../../contract/bridge.ts';
import type { ServiceClient } from '../../contract/contract.ts';
import type { IndexSummary } from '../../contract/schemas.ts';
import { Actions } from './actions.ts';
import { Announcer } from './announcer.svelte.ts';
import { ClusterList } from './clusters.svelte.ts';
import { Compute } from './compute.svelte.ts';
import { DuplicateList } from './duplicates.svelte.ts';
import { Details } from './details.svelte.ts';
import { Encoders } from './encoders.svelte.ts';
import { Exchange } from './exchange.svelte.ts';
import { FileActions } from './file-actions.svelte.ts';
import { Failures } from './failures.svelte.ts';
import { Filters } from './filters.svelte.ts';
import type { GridAnchor } from './grid-view.svelte.ts';
import { Groups } from './groups.svelte.ts';
import { Ignoring } from './ignoring.svelte.ts';
import { Indexing } from './indexing.svelte.ts';
import { Jobs } from './jobs.svelte.ts';
import { LibraryMap } from './map.svelte.ts';
import { MapStage } from './map-stage.svelte.ts';
import { Labelling } from './labelling.ts';
import { Library } from './library.svelte.ts';
import { Navigation } from './navigation.svelte.ts';
import { failuresLine, summaryLine } from './phrases.ts';
import { PlacesState } from './places.svelte.ts';
import { Preferences } from './preferences.svelte.ts';
import { Questions } from './questions.svelte.ts';
import { Search } from './search.svelte.ts';
import { Selection } from './selection.svelte.ts';
import { ServiceConnection } from './service.svelte.ts';
import { Suggested } from './suggested.svelte.ts';
import { Teaching } from './teaching.svelte.ts';
import { TimelineState } from './timeline.svelte.ts';
import { Toasts } from './toasts.svelte.ts';

/** The window's whole state, and how its parts hang together. */
export class Semblance {
  readonly announcer = new Announcer();
  readonly toasts = new Toasts((text) => this.announcer.say(text));
  readonly navigation = new Navigation();
  readonly selection = new Selection();
  readonly library = new Library();
  readonly failures = new Failures({ problem: (sentence) => this.toasts.problem(sentence) });
  readonly ignoring = new Ignoring({
    told: (sentence, undo) => this.toasts.show(sentence, { undo }),
    problem: (sentence) => this.toasts.problem(sentence),
    changed: () => void this.failures.refresh(),
  });
  readonly details = new Details();
  readonly filters = new Filters({
    changed: () => this.search.filterChanged(),
    problem: (sentence) => this.toasts.problem(sentence),
  });
  readonly search = new Search(() => this.filters.filter);
  /** The pictures of the grid: those for which the filter holds. */
  readonly shown = $derived(
    this.filters.matching === null ? this.library.pictures : this.library.pictures.only(this.filters.matching),
  );
  readonly indexing = new Indexing({
    progress: ({ revision }) => {
      this.library.noteRevision(revision);
      this.filters.noteRevision(revision);
    },
    failure: (failure) => this.failures.note(failure),
    summary: (summary) => this.#runEnded(summary),
    problem: (sentence) => this.toasts.problem(sentence),
  });
  readonly jobs = new Jobs({ problem: (sentence) => this.toasts.problem(sentence) });
  readonly compute = new Compute((sentence) => this.toasts.problem(sentence));
  readonly encoders = new Encoders({
    told: (sentence) => this.toasts.show(sentence),
    problem: (sentence) => this.toasts.problem(sentence),
    swapped: () => this.#encoderSwapped(),
    devices: () => this.compute.changed(),
  });
  readonly labelling = new Labelling({
    told: (sentence, undo) => this.toasts.show(sentence, { undo }),
    said: (sentence) => this.toasts.show(sentence),
    problem: (sentence) => this.toasts.problem(sentence),
  });
  readonly suggested = new Suggested(this.labelling);
  readonly questions = new Questions(this.labelling);
  readonly groups = new Groups(this.labelling, {
    problem: (sentence) => this.toasts.problem(sentence),
    changed: () => {
      this.teaching.noteChange();
      this.map.groupsChanged();
      this.search.labelsChanged();
    },
  });
  readonly clusters = new ClusterList({
    told: (sentence, undo) => this.toasts.show(sentence, undo === undefined ? {} : { undo }),
    problem: (sentence) => this.toasts.problem(sentence),
  });
  readonly duplicates = new DuplicateList({
    told: (sentence, undo) => this.toasts.show(sentence, undo === undefined ? {} : { undo }),
    problem: (sentence) => this.toasts.problem(sentence),
  });
  readonly fileActions = new FileActions({
    told: (sentence, undo) => this.toasts.show(sentence, undo === undefined ? {} : { undo }),
    problem: (sentence) => this.toasts.problem(sentence),
    changed: () => this.#filesMoved(),
  });
  readonly map = new LibraryMap(() => this.clusters.granularity, {
    problem: (sentence) => this.toasts.problem(sentence),
  });
  readonly mapStage = new MapStage({
    map: this.map,
    pictures: () => this.library.pictures,
    results: () =>
      this.search.phase === 'done' ? this.search.neighbors.flatMap(({ id, related }) => (related ? [id] : [])) : [],
    examples: () => this.search.examples.flatMap((one) => (one.kind === 'picture' && one.wanted ? [one.id] : [])),
  });
  readonly timeline = new TimelineState({ problem: (sentence) => this.toasts.problem(sentence) });
  readonly places = new PlacesState({ problem: (sentence) => this.toasts.problem(sentence) });
  readonly teaching = new Teaching(() => this.groups.list.map(({ id }) => id), {
    told: (sentence, undo) => this.toasts.show(sentence, undo === undefined ? {} : { undo }),
    problem: (sentence) => this.toasts.problem(sentence),
    swapped: () => this.#answersChanged(),
  });
  readonly exchange = new Exchange({
    told: (sentence, undo) => this.toasts.show(sentence, undo === undefined ? {} : { undo }),
    imported: () => void this.teaching.versions.refresh(),
  });
  readonly service = new ServiceConnection(
    (client) => this.#connect(client),
    () => {
      this.ignoring.disconnect();
      this.indexing.disconnect();
      this.jobs.disconnect();
      this.encoders.disconnect();
      this.teaching.disconnect();
      this.groups.disconnect();
      this.clusters.disconnect();
      this.duplicates.disconnect();
      this.map.disconnect();
      this.timeline.disconnect();
      this.places.disconnect();
      for (const part of [this.labelling, this.suggested, this.questions, this.exchange, this.fileActions])
        part.connect(null);
    },
  );
  readonly preferences: Preferences;
  readonly actions: Actions;
  readonly platform: Bridge['platform'];
  shortcutsShown = $state(false);
  /** Where the grid was left: kept while another view is open. */
  gridAnchor: GridAnchor | null = null;

  constructor(bridge: Bridge, storage: Storage | null) {
    this.preferences = new Preferences(storage);
    this.platform = bridge.platform;
    this.actions = new Actions(this, bridge);
  }

  /** The client of the running service; null while there is none. */
  get client(): ServiceClient | null {
    const { current } = this.service;
    return current.state === 'ready' ? current.client : null;
  }

  #connect(client: ServiceClient): void {
    this.details.connect(client);
    void this.library.connect(client);
    void this.failures.connect(client);
    void this.ignoring.connect(client);
    void this.filters.connect(client);
    void this.search.connect(client);
    void this.indexing.connect(client);
    void this.jobs.connect(client);
    void this.encoders.connect(client);
    this.compute.connect(client);
    for (const part of [this.labelling, this.suggested, this.questions, this.exchange, this.fileActions])
      part.connect(client);
    void this.groups.connect(client);
    void this.teaching.connect(client);
    void this.clusters.connect(client);
    void this.duplicates.connect(client);
    void this.map.connect(client);
    void this.timeline.connect(client);
    void this.places.connect(client);
  }

  /** Another encoder answers: what a search found with the one before cannot be compared any more. */
  #encoderSwapped(): Promise<void> {
    this.#answersChanged();
    this.compute.changed();
    return this.library.refresh('new');
  }

  /** Scores are others from now on: what is shown by them is asked for anew. */
  #answersChanged(): void {
    if (this.search.phase === 'done' || this.search.phase === 'failed') void this.search.run();
    if (this.suggested.group !== null) void this.suggested.refresh();
    this.clusters.libraryChanged();
    this.map.libraryChanged();
  }

  /** Pictures lie elsewhere now, or are gone; nothing has to be found anew for that. */
  #filesMoved(): void {
    void this.library.refresh('all');
    void this.filters.refresh();
    this.details.forget();
    this.selection.clear();
    this.duplicates.filesMoved();
    this.clusters.filesMoved();
    this.timeline.libraryChanged();
    this.places.libraryChanged();
  }

  #runEnded(summary: IndexSummary): void {
    void this.library.refresh('all');
    void this.failures.refresh();
    void this.filters.refresh();
    this.details.forget();
    this.clusters.libraryChanged();
    this.duplicates.libraryChanged();
    this.map.libraryChanged();
    this.timeline.libraryChanged();
    this.places.libraryChanged();
    // of few pictures nothing can be learned: now there may be enough
    if (this.teaching.adapting?.ready === false) void this.teaching.askAdapting();
    if (summary.quiet) return;
    if (summary.error !== null) this.toasts.problem(summary.error.message);
    else this.announcer.say(summaryLine(summary) + (summary.failed > 0 ? ` ${failuresLine(summary.failed)}` : ''));
  }
}

/** The state of the window that a component is in. */
export const [getSemblance, setSemblance] = createContext<Semblance>();
