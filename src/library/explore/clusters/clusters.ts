import { ServiceError } from '../../../contract/errors.ts';
import type {
  ClusterChange,
  ClusterOf,
  ClusterQuestion,
  ExploreEvent,
  PictureCluster,
  PictureClusters,
} from '../../../contract/explore-schemas.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { NamedClusterRow } from '../../catalog/cluster-store.ts';
import type { ActiveLibrary } from '../../encoders/active-library.ts';
import {
  alonePlaces,
  byTypicality,
  clusterFacts,
  mostTypical,
  typicalApart,
  type ClusterFacts,
} from '../cluster-facts.ts';
import { ClusterNames } from './cluster-names.ts';
import type { Communities } from './communities.ts';
import { nearestStep, SMALLEST_CLUSTER } from './granularity.ts';
import { FoundClusters } from './found-clusters.ts';
import { withNames, pairOf, type NamedCluster, type NameQuestion } from './named-clusters.ts';
import type { PictureTable } from '../neighbor-table.ts';
import type { DatedThread } from '../events-and-places/dated-thread.ts';
import { NAMED_BY, ProposedNames } from './proposed-names.ts';

interface ClustersParts {
  readonly catalog: Catalog;
  readonly active: ActiveLibrary;
  /** Knows where cities are. */
  readonly dated: DatedThread;
  /** Nothing may be written: the library was opened for reading. */
  readonly readonly: boolean;
}

/** Pictures that show a cluster. */
const TYPICAL = 18;

/** The pictures of a cluster, and its name, or what is proposed as one. */
export interface ClusterMembers {
  readonly key: string;
  readonly name: string | null;
  readonly ids: readonly number[];
}

/** The clusters of one step, as they are shown. */
interface Shown extends PictureTable {
  readonly version: number;
  /** What was found, and the names that lie over it. */
  readonly finding: number;
  readonly rows: readonly NamedClusterRow[];
  readonly clusters: readonly {
    readonly key: string;
    readonly named: NamedClusterRow | null;
    readonly places: readonly number[];
  }[];
  readonly facts: ClusterFacts;
  readonly questions: readonly NameQuestion[];
}

/** What belongs together in the library: clusters that are found, and the names that a person gave them. */
export class Clusters {
  readonly names: ClusterNames;
  readonly #catalog: Catalog;
  readonly #active: ActiveLibrary;
  readonly #found: FoundClusters;
  readonly #proposed: ProposedNames;
  #shown = new Map<number, Shown>();

  constructor({ catalog, active, dated, readonly }: ClustersParts) {
    this.#catalog = catalog;
    this.#active = active;
    this.names = new ClusterNames(catalog.clusters);
    this.#found = new FoundClusters(active);
    this.#proposed = new ProposedNames({ catalog, active, dated, keep: !readonly });
  }

  /**
   * The clusters of the library at a granularity, worked out where they are not yet.
   *
   * @param fresh works them out anew where pictures have come or gone since
   * @param wait waits for names by words, where they are not read yet
   */
  async list(granularity: number, fresh: boolean, wait = false): Promise<PictureClusters> {
    const step = nearestStep(granularity);
    const shown = await this.#show(step, fresh);
    const names = await this.#namesOf(shown, wait);
    const described = shown.clusters.map((cluster, index) => this.#describe(shown, cluster, index, names));
    return {
      granularity: step,
      version: shown.version,
      current: this.#found.isCurrent,
      clusters: described.filter(({ pictures, named }) => pictures > 0 || named !== null).sort(inOrder),
      questions: shown.questions.flatMap((question) => this.#asked(shown, question)),
    };
  }

  /** Which pictures each cluster holds, by the keys, the names and the order of {@link list}; worked out anew where pictures have come or gone since. */
  async membership(granularity: number): Promise<ClusterMembers[]> {
    for (let fresh = true; ; fresh = false) {
      const { clusters, version } = await this.list(granularity, fresh);
      const shown = await this.#show(nearestStep(granularity), false);
      // a name was given meanwhile
      if (shown.version !== version) continue;
      const places = new Map(shown.clusters.map((cluster) => [cluster.key, cluster.places]));
      return clusters.map(({ key, named, proposedName }) => ({
        key,
        name: named?.name ?? proposedName,
        ids: (places.get(key) ?? []).map((place) => shown.ids[place] ?? 0),
      }));
    }
  }

  /** Ids of a cluster's pictures, the most typical first. @throws ServiceError CLUSTERS_CHANGED, CLUSTER_UNKNOWN */
  async pictures(cluster: ClusterOf): Promise<number[]> {
    const { shown, places } = await this.#placesOf(cluster);
    return byTypicality(places, shown.facts).map((place) => shown.ids[place] ?? 0);
  }

  /** Gives a cluster that has none a name. @throws ServiceError CLUSTERS_CHANGED, CLUSTER_UNKNOWN, CLUSTER_NAME_TAKEN */
  async name(cluster: ClusterOf, name: string): Promise<ClusterChange> {
    const { shown, places } = await this.#placesOf(cluster);
    const members = places.map((place) => shown.ids[place] ?? 0);
    const granularity = nearestStep(cluster.granularity);
    return this.names.name({ name, granularity, members, knownUntil: this.#catalog.lastMediaId() });
  }

  /** Puts a named cluster into another, with what has joined it by itself. @throws ServiceError CLUSTER_UNKNOWN */
  async merge(from: number, into: number): Promise<ClusterChange> {
    return this.names.merge(from, into, await this.#membersNow(from));
  }

  /** Gives some pictures of a named cluster a name of their own. @throws ServiceError CLUSTER_UNKNOWN, CLUSTER_NAME_TAKEN */
  split(id: number, pictures: readonly number[], name: string): ClusterChange {
    return this.names.split(id, pictures, name, this.#catalog.lastMediaId());
  }

  /**
   * Answers the question whether a named cluster is still one: `keep` it, or `split` it, so that its largest kind keeps the name.
   *
   * @throws ServiceError CLUSTER_UNKNOWN
   */
  async answerSplit(id: number, answer: 'keep' | 'split'): Promise<ClusterChange> {
    const newest = this.#catalog.lastMediaId();
    if (answer === 'keep') return this.names.keepWhole(id, await this.#membersNow(id), newest);
    const row = this.names.all().find((one) => one.id === id);
    if (!row) throw new ServiceError('CLUSTER_UNKNOWN', String(id));
    const shown = await this.#show(nearestStep(row.granularity), false);
    const question = shown.questions.find(
      (one) => one.type === 'split' && shown.clusters[one.cluster]?.named?.id === id,
    );
    const [largest] = question?.type === 'split' ? question.parts : [];
    // it has become one again meanwhile
    if (!largest) return this.names.keepWhole(id, await this.#membersNow(id), newest);
    const part = largest.map((place) => shown.ids[place] ?? 0);
    return this.names.keepPart(id, part, newest);
  }

  watch(push: (event: ExploreEvent) => void): () => void {
    push({ type: 'names', revision: this.names.revision });
    const leaveNames = this.names.watch((revision) => push({ type: 'names', revision }));
    const leaveFound = this.#found.watch(() => push({ type: 'outdated' }));
    const leaveWords = this.#proposed.watch(() => push({ type: 'words' }));
    return () => {
      leaveNames();
      leaveFound();
      leaveWords();
    };
  }

  async close(): Promise<void> {
    await this.#found.close();
  }

  async #placesOf({ granularity, version, key }: ClusterOf): Promise<{ shown: Shown; places: readonly number[] }> {
    const shown = await this.#show(nearestStep(granularity), false);
    if (shown.version !== version) throw new ServiceError('CLUSTERS_CHANGED', '');
    const cluster = shown.clusters.find((one) => one.key === key);
    if (!cluster) throw new ServiceError('CLUSTER_UNKNOWN', key);
    return { shown, places: cluster.places };
  }

  /** What is shown under a name, at the step where it was given. */
  async #membersNow(id: number): Promise<number[]> {
    const row = this.names.all().find((one) => one.id === id);
    if (!row) throw new ServiceError('CLUSTER_UNKNOWN', String(id));
    const shown = await this.#show(nearestStep(row.granularity), false);
    const cluster = shown.clusters.find(({ named }) => named?.id === id);
    return (cluster?.places ?? []).map((place) => shown.ids[place] ?? 0);
  }

  async #show(step: number, fresh: boolean): Promise<Shown> {
    const found = await this.#found.at(step, fresh);
    // names and findings both count: a request about an older answer is refused
    const version = found.version + this.names.revision;
    const known = this.#shown.get(step);
    if (known?.version === version) return known;
    const rows = this.names.all();
    const shown =
      known?.finding === found.version && isSameOverlay(known.rows, rows)
        ? withFields(known, rows, version)
        : { ...this.#withNames(found, found.communities, step, rows), version, finding: found.version };
    if ([...this.#shown.values()].some((other) => other.version !== version)) this.#shown.clear();
    this.#shown.set(step, shown);
    return shown;
  }

  #withNames(
    { ids, table }: PictureTable,
    communities: Communities,
    step: number,
    rows: readonly NamedClusterRow[],
  ): Omit<Shown, 'version' | 'finding'> {
    const apart = new Set(rows.flatMap(({ id, apart: others }) => others.map((other) => pairOf(id, other))));
    const found = { ids, table, communities };
    const { clusters, questions } = withNames(found, rows.map(namedCluster), apart, step);
    const related = this.#active.current.projection.relatedScore;
    const alone = alonePlaces(table, related);
    const lonely: number[] = [];
    const together = clusters.map(({ named, places }) => {
      if (named !== null) return { named: rows[named] ?? null, places };
      const left = places.filter((place) => alone[place] === 0);
      const kept = left.length >= SMALLEST_CLUSTER ? left : [];
      const gone = new Set(kept);
      for (const place of places) if (!gone.has(place)) lonely.push(place);
      return { named: null, places: kept };
    });
    const unnamed = together
      .filter(({ named, places }) => named === null && places.length > 0)
      .sort((a, b) => b.places.length - a.places.length);
    const named = together.filter((cluster) => cluster.named !== null);
    const shown = [
      ...named.map((cluster) => ({ ...cluster, key: `n${cluster.named?.id ?? 0}` })),
      ...unnamed.map((cluster, i) => ({ ...cluster, key: `c${i}` })),
      { key: 'alone', named: null, places: lonely.sort((a, b) => a - b) },
    ];
    const facts = clusterFacts(
      shown.map(({ places }) => places),
      table,
    );
    return { ids, table, rows, clusters: shown, facts, questions };
  }

  /** What clusters without a name could be called, by their keys. */
  async #namesOf(shown: Shown, wait: boolean): Promise<ReadonlyMap<string, string | null>> {
    const nameless = shown.clusters.filter(({ key, named }) => named === null && key !== 'alone');
    const groups = nameless.map(({ places }) =>
      mostTypical(places, shown.facts, NAMED_BY).map((place) => shown.ids[place] ?? 0),
    );
    const names = await this.#proposed.names(groups, wait);
    return new Map(nameless.map(({ key }, i) => [key, names[i] ?? null]));
  }

  #describe(
    shown: Shown,
    { key, named, places }: Shown['clusters'][number],
    index: number,
    names: ReadonlyMap<string, string | null>,
  ): PictureCluster {
    const cohesion = shown.facts.cohesion[index] ?? 0;
    return {
      key,
      named: named && { id: named.id, name: named.name, pinned: named.pinned, hidden: named.hidden },
      proposedName: names.get(key) ?? null,
      pictures: places.length,
      cohesion,
      loose: key !== 'alone' && cohesion < this.#active.current.projection.relatedScore,
      typical: this.#typical(shown, places),
    };
  }

  #typical(shown: Shown, places: readonly number[]): PictureCluster['typical'] {
    return typicalApart(places, shown.facts, shown.table, TYPICAL).flatMap((place) => {
      const media = this.#catalog.media(shown.ids[place] ?? 0);
      return media ? [{ id: media.id, hash: media.hash }] : [];
    });
  }

  #asked(shown: Shown, question: NameQuestion): ClusterQuestion[] {
    const cluster = shown.clusters[question.cluster]?.named;
    if (!cluster) return [];
    if (question.type === 'split') {
      const parts = question.parts.map((places) => ({
        pictures: places.length,
        typical: this.#typical(shown, places),
      }));
      return [{ type: 'split', cluster: cluster.id, name: cluster.name, parts }];
    }
    const other = shown.clusters[question.other]?.named;
    if (!other) return [];
    return [{ type: 'merge', cluster: cluster.id, name: cluster.name, other: other.id, otherName: other.name }];
  }
}

/** Whether names lie over the same pictures: they differ in what is said beside them at most. */
function isSameOverlay(a: readonly NamedClusterRow[], b: readonly NamedClusterRow[]): boolean {
  return (
    a.length === b.length &&
    a.every((row, i) => {
      const other = b[i];
      return row.id === other?.id && row.members === other.members && row.refused === other.refused;
    })
  );
}

/** The same clusters with what is said of the named ones now. */
function withFields(shown: Shown, rows: readonly NamedClusterRow[], version: number): Shown {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const clusters = shown.clusters.map((cluster) => ({
    ...cluster,
    named: cluster.named && (byId.get(cluster.named.id) ?? cluster.named),
  }));
  return { ...shown, version, rows, clusters };
}

/** Pinned ones first, what is alone last, the others by size. */
function inOrder(a: PictureCluster, b: PictureCluster): number {
  const rank = ({ key, named }: PictureCluster): number => (key === 'alone' ? 2 : named?.pinned === true ? 0 : 1);
  return rank(a) - rank(b) || b.pictures - a.pictures;
}

function namedCluster(row: NamedClusterRow): NamedCluster {
  return { ...row, members: new Set(row.members), refused: new Set(row.refused) };
}
