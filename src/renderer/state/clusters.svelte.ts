import type { ServiceClient } from '../../contract/contract.ts';
import type {
  ClusterChange,
  ClusterQuestion,
  ExploreEvent,
  PictureCluster,
  PictureClusters,
} from '../../contract/explore-schemas.ts';
import { Explored } from './explored.svelte.ts';

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
export class ClusterList extends Explored<PictureClusters> {
  /** From few clusters to many. */
  granularity = $state(0.5);
  /** Pictures of the cluster that is looked at, the most typical first; null while they are asked for. */
  pictures = $state.raw<readonly number[] | null>(null);
  readonly shown = $derived(this.found?.clusters.filter(({ named }) => named?.hidden !== true) ?? []);
  readonly hidden = $derived(this.found?.clusters.filter(({ named }) => named?.hidden === true) ?? []);
  readonly questions: readonly ClusterQuestion[] = $derived(this.found?.questions ?? []);

  #revision = 0;

  protected find(client: ServiceClient, fresh: boolean): Promise<PictureClusters> {
    return client.explore.clusters({ granularity: this.granularity, fresh });
  }

  protected take(event: ExploreEvent): void {
    if (event.type === 'outdated') this.libraryChanged();
    if (event.type === 'words') this.reload();
    if (event.type !== 'names' || event.revision === this.#revision) return;
    this.#revision = event.revision;
    this.reload();
  }

  setGranularity(granularity: number): void {
    this.granularity = granularity;
    void this.load();
  }

  /** The cluster as it is now; null where there is none of the kind any more. */
  clusterAt(place: OpenedCluster): PictureCluster | null {
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

  /** Resolves to what the part is looked at by. */
  async split(id: number, pictures: readonly number[], name: string): Promise<OpenedCluster | null> {
    const wanted = name.trim();
    if (wanted === '') return null;
    const change = await this.#change((client) => client.explore.split({ id, pictures: [...pictures], name: wanted }));
    return change?.cluster == null ? null : { kind: 'named', id: change.cluster };
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
    this.listener.told?.(`${done.description}.`, () => void this.#undo(done.change));
    await this.load();
    return done;
  }

  async #undo(change: number): Promise<void> {
    const undone = await this.#ask((client) => client.explore.undo({ change }));
    if (undone !== null) this.listener.told?.(`${undone.description}.`);
  }

  #ask<Result>(request: (client: ServiceClient) => Promise<Result>): Promise<Result | null> {
    return this.ask(request, (code) => {
      // what is shown is older than what there is
      if (code === 'CLUSTERS_CHANGED') void this.load();
    });
  }
}
