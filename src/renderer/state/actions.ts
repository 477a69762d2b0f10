import { MENU_COMMAND_MESSAGE, type Bridge, type EncoderPlace } from '../../contract/bridge.ts';
import type { ServiceClient } from '../../contract/contract.ts';
import type { PictureFilter, Source } from '../../contract/schemas.ts';
import type { ModelVersion } from '../../contract/teach-schemas.ts';
import type { OpenedCluster } from './clusters.svelte.ts';
import { problemOf } from './error-sentence.ts';
import { changedFilter, withKeyword } from './filter-chips.ts';
import { counted, fileName } from './phrases.ts';
import type { OpenedPlace } from './places.svelte.ts';
import { exampleOf, type Example, type ExampleSeed } from './search.svelte.ts';
import type { Semblance } from './semblance.svelte.ts';

/** Examples that a search takes: the contract's limit. */
const MOST_EXAMPLES = 64;

/** A walk. */
const NEAR_KM = 2;

/** What a person can do in the window. Each shows its effect at once and tells in a sentence what went wrong. */
export class Actions {
  readonly #app: Semblance;
  readonly #bridge: Bridge;

  constructor(app: Semblance, bridge: Bridge) {
    this.#app = app;
    this.#bridge = bridge;
  }

  /** Carries out a menu item, where a window message is one; leaves all others alone. */
  receive(message: { readonly data: unknown }): void {
    const { data } = message;
    if (typeof data !== 'object' || data === null) return;
    if (Reflect.get(data, 'type') !== MENU_COMMAND_MESSAGE) return;
    const command: unknown = Reflect.get(data, 'command');
    if (command === 'add-folder') void this.chooseFolder();
    else if (command === 'choose-picture') void this.choosePicture();
    else if (command === 'show-shortcuts') this.#app.shortcutsShown = true;
  }

  // ── folders ──

  async chooseFolder(): Promise<void> {
    const path = await this.#told(() => this.#bridge.chooseFolder());
    if (path) await this.addFolder(path);
  }

  /** Makes a folder a source and indexes it. */
  async addFolder(path: string): Promise<void> {
    await this.#asked(async (client) => {
      const source = await client.sources.add({ path });
      this.#app.navigation.go({ view: 'library' });
      await Promise.all([this.#app.library.refresh('new'), this.#app.indexing.start([source.id])]);
    });
  }

  /** Forgets a folder, with an undo that brings it back without decoding anything again. */
  async removeSource(source: Source): Promise<void> {
    await this.#asked(async (client) => {
      await client.sources.remove({ id: source.id });
      await Promise.all([this.#app.library.refresh('all'), this.#app.failures.refresh()]);
      this.#app.indexing.dismiss();
      const text = `Removed ${fileName(source.path)} with ${counted(source.pictures, 'picture')}. Its files were not touched.`;
      this.#app.toasts.show(text, { undo: () => void this.addFolder(source.path) });
    });
  }

  // ── encoders ──

  /** Asks for the file or folder of an encoder and installs it, as the known encoder `id` where that is given. */
  async installEncoder(kind: EncoderPlace, id: string | null = null): Promise<void> {
    const path = await this.#told(() => this.#bridge.chooseEncoder(kind));
    if (path) await this.#app.encoders.install.begin(path, id);
  }

  // ── versions ──

  /** Asks where to write a version, and writes it there. */
  async exportVersion(version: ModelVersion): Promise<void> {
    const path = await this.#told(() => this.#bridge.saveModel(version.name));
    if (path) await this.#app.teaching.versions.exportTo(version, path);
  }

  /** Asks for a version that another library exported, and takes it in. */
  async importVersion(): Promise<void> {
    const path = await this.#told(() => this.#bridge.chooseModel());
    if (path) await this.#app.teaching.versions.importFrom(path);
  }

  /** Asks where to write what was made in this library, and writes it there. */
  async exportLibrary(): Promise<void> {
    const path = await this.#told(() => this.#bridge.saveLibrary());
    if (path) await this.#app.exchange.exportTo(path);
  }

  /** Asks for what was made in another library, and takes it in. */
  async importLibrary(): Promise<void> {
    const path = await this.#told(() => this.#bridge.chooseLibrary());
    if (path) await this.#app.exchange.importFrom(path);
  }

  // ── files ──

  /** Asks for a folder, and shows what would go there. */
  async sendFiles(kind: 'move' | 'copy', ids: readonly number[]): Promise<void> {
    const folder = await this.#told(() => this.#bridge.chooseTarget(kind));
    if (folder) await this.#app.fileActions.propose({ kind, folder, pictures: ids.map((id) => ({ id })) });
  }

  /** Shows what would go to the trash. */
  async trashFiles(ids: readonly number[]): Promise<void> {
    await this.#app.fileActions.propose({ kind: 'trash', pictures: ids.map((id) => ({ id })) });
  }

  // ── search ──

  async choosePicture(): Promise<void> {
    const path = await this.#told(() => this.#bridge.choosePicture());
    if (path) this.addExamples([{ kind: 'file', path, name: fileName(path) }]);
  }

  /** Searches for what is like pictures of the library: as many as a search takes. */
  async findSimilar(ids: readonly number[]): Promise<void> {
    const { navigation, search } = this.#app;
    const examples = (await Promise.all(ids.slice(0, MOST_EXAMPLES).map((id) => this.#exampleOf(id)))).flat();
    if (examples.length === 0) return;
    navigation.go({ view: 'search', examples, words: '' });
    this.#app.preferences.finishHint();
    await search.show(examples);
  }

  async #exampleOf(id: number): Promise<Example[]> {
    const { library, details } = this.#app;
    const index = library.pictures.indexOf(id);
    await details.read(id);
    const known = details.of(id);
    // a moment of a video is not in the grid
    const hash = index < 0 ? known?.hash : library.pictures.hash(index);
    if (hash === undefined) return [];
    const name = known === null ? `Picture ${id}` : fileName(known.path);
    return [exampleOf({ kind: 'picture', id, hash, name })];
  }

  /** Adds examples to the search that is open, or begins a new one with them. */
  addExamples(seeds: readonly ExampleSeed[]): void {
    const { navigation, search } = this.#app;
    const added = seeds.map(exampleOf);
    if (navigation.place.view === 'search') this.#changeQuery([...search.examples, ...added], search.words);
    else {
      navigation.go({ view: 'search', examples: added, words: '' });
      void search.show(added);
    }
    this.#app.preferences.finishHint();
  }

  /** Searches by words: beside the examples of the search that is open, or anew. None takes them out of the search. */
  searchWords(words: string): void {
    const { navigation, search } = this.#app;
    const trimmed = words.trim();
    if (navigation.place.view === 'search') this.#changeQuery(search.examples, trimmed);
    else if (trimmed !== '') {
      navigation.go({ view: 'search', examples: [], words: trimmed });
      void search.show([], trimmed);
    }
  }

  removeExample(example: Example): void {
    const { examples, words } = this.#app.search;
    this.#changeQuery(
      examples.filter(({ key }) => key !== example.key),
      words,
    );
  }

  /** Turns an example from wanted to not wanted, or back. */
  turnExample(example: Example): void {
    const { examples, words } = this.#app.search;
    this.#changeQuery(
      examples.map((each) => (each.key === example.key ? { ...each, wanted: !each.wanted } : each)),
      words,
    );
  }

  clearSearch(): void {
    this.#changeQuery([], '');
  }

  #changeQuery(examples: readonly Example[], words: string): void {
    this.#app.navigation.replace({ view: 'search', examples, words });
    void this.#app.search.show(examples, words);
  }

  /** Filters by a keyword, beside what is filtered by, where pictures are listed. */
  filterByKeyword(keyword: string): void {
    this.#filterBy(withKeyword(this.#app.filters.filter, keyword));
  }

  /** As {@link filterByKeyword}: what was taken within a walk of there. */
  filterByPlace(latitude: number, longitude: number): void {
    this.#filterBy(changedFilter(this.#app.filters.filter, { near: { latitude, longitude, km: NEAR_KM } }));
  }

  /** Only these pictures are shown and found, of those that are filtered by anyway. */
  filterByPictures(ids: readonly number[]): void {
    this.#filterBy(changedFilter(this.#app.filters.filter, { among: [...ids] }));
  }

  #filterBy(filter: PictureFilter): void {
    void this.#app.filters.set(filter);
    if (this.#app.navigation.place.view !== 'search') this.openLibrary();
  }

  // ── dropped and pasted ──

  /** Takes dropped or pasted files: folders are indexed, pictures are searched with. */
  async take(files: readonly File[], unnamed = 'Pasted picture'): Promise<void> {
    const seeds: ExampleSeed[] = [];
    for (const file of files) {
      const taken = await this.#told(() => this.#bridge.takeFile(file));
      if (taken === undefined) continue;
      const preview = file.type.startsWith('image/') ? { preview: file } : {};
      if (taken === null) {
        if (file.type.startsWith('image/')) seeds.push({ kind: 'bytes', bytes: file, name: unnamed });
        continue;
      }
      const { path, kind } = taken;
      if (kind === 'folder') await this.addFolder(path);
      else if (kind === 'file') seeds.push({ kind: 'file', path, name: fileName(path), ...preview });
      else this.#app.toasts.problem(`${fileName(path)} is neither a picture nor a folder of pictures.`);
    }
    if (seeds.length > 0) this.addExamples(seeds);
  }

  // ── places ──

  openLibrary(): void {
    if (this.#app.navigation.place.view !== 'library') this.#app.navigation.go({ view: 'library' });
  }

  openSearch(): void {
    const { navigation, search } = this.#app;
    const { examples, words } = search;
    if (navigation.place.view !== 'search') navigation.go({ view: 'search', examples, words });
  }

  openActivity(): void {
    if (this.#app.navigation.place.view !== 'activity') this.#app.navigation.go({ view: 'activity' });
  }

  openSettings(): void {
    if (this.#app.navigation.place.view !== 'settings') this.#app.navigation.go({ view: 'settings' });
  }

  /** Opens the settings where files like these can be left out, and what that would be is seen first. */
  leaveOutLike(pattern: string): void {
    this.#app.ignoring.type('pattern', pattern);
    this.openSettings();
  }

  openGroup(id: number): void {
    const { place } = this.#app.navigation;
    if (place.view !== 'group' || place.id !== id) this.#app.navigation.go({ view: 'group', id });
  }

  /** Opens teaching, or what came of one version. */
  openTeach(model: string | null = null): void {
    const { place } = this.#app.navigation;
    if (place.view !== 'teach' || place.model !== model) this.#app.navigation.go({ view: 'teach', model });
  }

  openClusters(): void {
    const { place } = this.#app.navigation;
    if (place.view !== 'clusters' || place.open !== null) this.#app.navigation.go({ view: 'clusters', open: null });
  }

  openTimeline(): void {
    const { place } = this.#app.navigation;
    if (place.view !== 'timeline' || place.open !== null) this.#app.navigation.go({ view: 'timeline', open: null });
  }

  /** Opens the event that a picture is of. */
  openEvent(picture: number): void {
    this.#app.navigation.go({ view: 'timeline', open: picture });
  }

  openPlaces(): void {
    const { place } = this.#app.navigation;
    if (place.view !== 'places' || place.open !== null) this.#app.navigation.go({ view: 'places', open: null });
  }

  openPlace(open: OpenedPlace): void {
    this.#app.navigation.go({ view: 'places', open });
  }

  openDuplicates(): void {
    if (this.#app.navigation.place.view !== 'duplicates') this.#app.navigation.go({ view: 'duplicates' });
  }

  openMap(): void {
    if (this.#app.navigation.place.view !== 'map') this.#app.navigation.go({ view: 'map' });
  }

  openCluster(open: OpenedCluster): void {
    this.#app.navigation.go({ view: 'clusters', open });
  }

  /** The cluster that is looked at is another one by what was done with it. */
  replaceCluster(open: OpenedCluster): void {
    if (this.#app.navigation.place.view === 'clusters') this.#app.navigation.replace({ view: 'clusters', open });
  }

  openLabelNext(): void {
    if (this.#app.navigation.place.view !== 'label-next') this.#app.navigation.go({ view: 'label-next' });
  }

  /** Shows a picture large; next and previous go through what is shown now. */
  open(id: number): void {
    const { navigation, selection } = this.#app;
    const { place } = navigation;
    selection.select(id);
    const list = place.view === 'viewer' ? place.list : place.view === 'search' ? 'search' : 'library';
    const viewer = { view: 'viewer', id, list } as const;
    if (place.view === 'viewer') navigation.replace(viewer);
    else navigation.go(viewer);
  }

  back(): void {
    this.#app.navigation.back();
    this.#bringSearchBack();
  }

  forward(): void {
    this.#app.navigation.forward();
    this.#bringSearchBack();
  }

  #bringSearchBack(): void {
    const { navigation, search } = this.#app;
    const { place } = navigation;
    if (place.view !== 'search') return;
    const { examples, words } = place;
    if (words !== search.words || !sameExamples(examples, search.examples)) void search.show(examples, words);
  }

  async showInFolder(id: number): Promise<void> {
    await this.#told(() => this.#bridge.showInFolder(id));
  }

  // ── how requests end ──

  async #asked(request: (client: ServiceClient) => Promise<void>): Promise<void> {
    const connection = await this.#app.service.settled();
    if (connection.state !== 'ready') this.#app.toasts.problem('The library is not open yet. Try again in a moment.');
    else await this.#told(() => request(connection.client));
  }

  /** Runs a request and tells how it failed, if it did; undefined then. */
  async #told<T>(request: () => Promise<T>): Promise<T | undefined> {
    try {
      return await request();
    } catch (error) {
      this.#app.toasts.problem(problemOf(error).sentence);
      return undefined;
    }
  }
}

function sameExamples(a: readonly Example[], b: readonly Example[]): boolean {
  const same = (one: Example, other: Example | undefined): boolean =>
    one.key === other?.key && one.wanted === other.wanted;
  return a.length === b.length && a.every((each, i) => same(each, b[i]));
}
