import type { ServiceClient } from '../../contract/contract.ts';
import type {
  ClusterChange,
  ClusterQuestion,
  ExploreEvent,
  PictureCluster,
  PictureClusters,
} from '../../contract/explore-schemas.ts';
import { problemOf } from './error-sentence.ts';
import { follow } from './follow.ts';

export interface ClustersListener {
  told?(sentence: string, undo?: () => void): void;
  problem?(sentence: string): void;
}

/** Which cluster is looked at: a named one, or the one that has this as its most typical picture, whatever it is called next. */
export type OpenedCluster =
  | { readonly kind: 'named'; readonly id: number }
  | { readonly kind: 'around'; readonly picture: number }
  | { readonly kind: 'alone' };

export function opened({ key, named, typical }: PictureCluster): OpenedCluster {
  if (named !== null) return { kind: 'named', id: named.id };
  return key === 'alone' ? { kind: 'alone' } : { kind: 'around', picture: typical[0]?.id ?? 0 };
}

/** What belongs together, and the pictures of the cluster that is looked at. */
export class ClusterList {
  found = $state.raw<PictureClusters | null>(null);
  phase = $state<'empty' | 'busy' | 'ready' | 'failed'>('empty');
  problem = $state('');
  /** From few clusters to many. */
  granularity = $state(0.5);
  /** Pictures of the cluster that is looked at, the most typical first; null while they are asked for. */
  pictures = $state.raw<readonly number[] | null>(null);
  readonly shown = $derived(this.found?.clusters.filter(({ named }) => named?.hidden !== true) ?? []);
  readonly hidden = $derived(this.found?.clusters.filter(({ named }) => named?.hidden === true) ?? []);
  readonly questions: readonly ClusterQuestion[] = $derived(this.found?.questions ?? []);

  readonly #listener: ClustersListener;
  #client: ServiceClient | null = null;
  #revision = 0;
  #asked = 0;
  #isOpen = false;

  constructor(listener: ClustersListener) {
    this.#listener = listener;
  }

  /** Follows another service from now on. Resolves when its stream is over for good. */
  connect(client: ServiceClient): Promise<void> {
    this.#client = client;
    if (this.#isOpen) void this.load();
    return follow({
      open: () => client.explore.watch(),
      take: (event: ExploreEvent) => {
        if (event.type === 'outdated') this.libraryChanged();
        else if (event.type === 'names') this.#namesChanged(event.revision);
      },
      problem: (error) => this.#listener.problem?.(problemOf(error).sentence),
      current: () => client === this.#client,
    });
  }

  #namesChanged(revision: number): void {
    if (revision === this.#revision) return;
    this.#revision = revision;
    if (this.#isOpen) void this.load();
  }

  disconnect(): void {
    this.#client = null;
  }

  /** Asks for the clusters, and keeps them up to date while they are looked at. */
  open(): void {
    this.#isOpen = true;
    void this.load(true);
  }

  close(): void {
    this.#isOpen = false;
  }

  /** Pictures have come or gone. */
  libraryChanged(): void {
    if (this.#isOpen) void this.load(true);
  }

  setGranularity(granularity: number): void {
    this.granularity = granularity;
    void this.load();
  }

  /** @param fresh works them out anew where pictures have come or gone since */
  async load(fresh = false): Promise<void> {
    const client = this.#client;
    if (client === null) return;
    const asked = ++this.#asked;
    this.phase = 'busy';
    try {
      const found = await client.explore.clusters({ granularity: this.granularity, fresh });
      if (asked !== this.#asked) return;
      this.found = found;
      this.phase = 'ready';
    } catch (error) {
      if (asked !== this.#asked) return;
      this.problem = problemOf(error).sentence;
      this.phase = 'failed';
    }
  }

  /** The cluster as it is now; null where there is none of the kind any more. */
  find(place: OpenedCluster): PictureCluster | null {
    const is = (cluster: PictureCluster): boolean => {
      if (place.kind === 'named') return cluster.named?.id === place.id;
      if (place.kind === 'alone') return cluster.key === 'alone';
      return cluster.named === null && cluster.typical.some(({ id }) => id === place.picture);
    };
    return this.found?.clusters.find(is) ?? null;
  }

  /** Asks for the pictures of a cluster; those of another are shown no longer. */
  async show(cluster: PictureCluster): Promise<void> {
    this.pictures = null;
    const found = this.found;
    const pictures = await this.picturesOf(cluster);
    if (found === this.found) this.pictures = pictures;
  }

  async picturesOf({ key }: PictureCluster): Promise<number[]> {
    const { found } = this;
    if (found === null) return [];
    const { granularity, version } = found;
    return (await this.#ask((client) => client.explore.pictures({ granularity, version, key }))) ?? [];
  }

  /** Gives a cluster its name, or another one. Resolves to what is looked at by it. */
  async name({ key, named }: PictureCluster, name: string): Promise<OpenedCluster | null> {
    const { found } = this;
    const wanted = name.trim();
    if (found === null || wanted === '' || wanted === named?.name) return null;
    const { granularity, version } = found;
    const change = await this.#change((client) =>
      named === null
        ? client.explore.name({ granularity, version, key, name: wanted })
        : client.explore.rename({ id: named.id, name: wanted }),
    );
    return change?.cluster == null ? null : { kind: 'named', id: change.cluster };
  }

  mark(id: number, marks: { pinned?: boolean; hidden?: boolean }): Promise<unknown> {
    return this.#change((client) => client.explore.mark({ id, ...marks }));
  }

  unname(id: number): Promise<unknown> {
    return this.#change((client) => client.explore.unname({ id }));
  }

  refuse(id: number, pictures: readonly number[]): Promise<unknown> {
    return this.#change((client) => client.explore.refuse({ id, pictures: [...pictures] }));
  }

  merge(from: number, into: number): Promise<unknown> {
    return this.#change((client) => client.explore.merge({ from, into }));
  }

  /** Yes: what was asked is done. No: it is not asked again. */
  answer(question: ClusterQuestion, yes: boolean): Promise<unknown> {
    if (question.type === 'split') {
      return this.#change((client) =>
        client.explore.answerSplit({ id: question.cluster, answer: yes ? 'split' : 'keep' }),
      );
    }
    const { cluster, other } = question;
    if (yes) return this.merge(other, cluster);
    return this.#change((client) => client.explore.keepApart({ id: cluster, other }));
  }

  async #change(make: (client: ServiceClient) => Promise<ClusterChange>): Promise<ClusterChange | null> {
    const done = await this.#ask(make);
    if (done === null) return null;
    this.#listener.told?.(`${done.description}.`, () => void this.#undo(done.change));
    await this.load();
    return done;
  }

  async #undo(change: number): Promise<void> {
    const undone = await this.#ask((client) => client.explore.undo({ change }));
    if (undone !== null) this.#listener.told?.(`${undone.description}.`);
  }

  async #ask<Result>(request: (client: ServiceClient) => Promise<Result>): Promise<Result | null> {
    if (this.#client === null) return null;
    try {
      return await request(this.#client);
    } catch (error) {
      const { code, sentence } = problemOf(error);
      this.#listener.problem?.(sentence);
      // what is shown is older than what there is
      if (code === 'CLUSTERS_CHANGED') void this.load();
      return null;
    }
  }
}
