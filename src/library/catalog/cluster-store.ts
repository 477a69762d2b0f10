import type { Queries } from './queries.ts';

/** A named cluster with all that a person said of it. */
export interface NamedClusterRow {
  readonly id: number;
  readonly name: string;
  readonly granularity: number;
  readonly knownUntil: number;
  readonly keptAt: number;
  readonly pinned: boolean;
  readonly hidden: boolean;
  readonly createdAt: string;
  /** Ascending, as `refused` and `apart`, which are ids of named clusters. */
  readonly members: readonly number[];
  readonly refused: readonly number[];
  readonly apart: readonly number[];
}

type HashedCluster = Pick<NamedClusterRow, 'name' | 'granularity' | 'pinned' | 'hidden' | 'createdAt'> & {
  readonly members: string[];
  readonly refused: string[];
  /** Names. */
  readonly apart: string[];
};

interface StoredCluster extends Omit<NamedClusterRow, 'pinned' | 'hidden' | 'members' | 'refused' | 'apart'> {
  readonly pinned: number;
  readonly hidden: number;
}

interface ClusterChangeRow {
  readonly id: number;
  readonly description: string;
  readonly steps: string;
}

const COLUMNS = `id, name, granularity, known_until AS knownUntil, kept_at AS keptAt, pinned, hidden, created_at AS createdAt`;

/** Named clusters in the catalog. Whoever changes them does it in a {@link transaction} that ends with {@link putChange}. */
export class ClusterStore {
  readonly #queries: Queries;

  constructor(queries: Queries) {
    this.#queries = queries;
  }

  /** All steps of `work` or none, durable when it returns. @throws ServiceError DISK_FULL, CATALOG_BUSY, LIBRARY_READ_ONLY */
  transaction<Result>(work: () => Result): Result {
    return this.#queries.immediate(work);
  }

  /** Counts the changes ever made in this library. */
  get revision(): number {
    return this.#queries.lastId('cluster_change');
  }

  /** The id of the next one; ids of removed ones do not come again, but by undoing. */
  get nextId(): number {
    return this.#queries.lastId('named_cluster') + 1;
  }

  /** In the order in which they were made. */
  all(): NamedClusterRow[] {
    return this.#queries.all<StoredCluster>(`SELECT ${COLUMNS} FROM named_cluster ORDER BY id`).map((row) => ({
      ...row,
      pinned: row.pinned === 1,
      hidden: row.hidden === 1,
      members: this.#pictures(row.id, 1),
      refused: this.#pictures(row.id, 0),
      apart: this.#apart(row.id),
    }));
  }

  /** Every one with content hashes: what means the same in another library. */
  hashed(): HashedCluster[] {
    const all = this.all();
    const names = new Map(all.map(({ id, name }) => [id, name]));
    return all.map(({ id, name, granularity, pinned, hidden, createdAt, apart }) => {
      const of = (belongs: number): string[] =>
        this.#queries.column<string>(
          `SELECT hash FROM cluster_member JOIN media ON media.id = media_id WHERE cluster_id = ? AND belongs = ?
           ORDER BY media_id`,
          id,
          belongs,
        );
      const others = apart.flatMap((other) => names.get(other) ?? []);
      return { name, granularity, pinned, hidden, createdAt, members: of(1), refused: of(0), apart: others };
    });
  }

  #pictures(cluster: number, belongs: number): number[] {
    return this.#queries.column<number>(
      'SELECT media_id FROM cluster_member WHERE cluster_id = ? AND belongs = ? ORDER BY media_id',
      cluster,
      belongs,
    );
  }

  #apart(cluster: number): number[] {
    return this.#queries.column<number>(
      `SELECT b_id FROM clusters_apart WHERE a_id = :cluster UNION SELECT a_id FROM clusters_apart WHERE b_id = :cluster
       ORDER BY 1`,
      { cluster },
    );
  }

  // ── steps of a change, inside a transaction ──

  /** Stores a cluster as it is given, in place of what there is of its id. */
  put(row: NamedClusterRow): void {
    this.remove(row.id);
    this.#queries.run(
      `INSERT INTO named_cluster (id, name, granularity, known_until, kept_at, pinned, hidden, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      row.id,
      row.name,
      row.granularity,
      row.knownUntil,
      row.keptAt,
      row.pinned ? 1 : 0,
      row.hidden ? 1 : 0,
      row.createdAt,
    );
    this.#putPictures(row.id, row.members, 1);
    this.#putPictures(row.id, row.refused, 0);
    this.#queries.run(
      `INSERT OR IGNORE INTO clusters_apart (a_id, b_id) SELECT MIN(value, :id), MAX(value, :id) FROM json_each(:others)
       WHERE value IN (SELECT id FROM named_cluster)`,
      { id: row.id, others: JSON.stringify(row.apart) },
    );
  }

  /** Stores what is said of a cluster beside its pictures. */
  putFields({ id, name, pinned, hidden }: NamedClusterRow): void {
    this.#queries.run(
      'UPDATE named_cluster SET name = ?, pinned = ?, hidden = ? WHERE id = ?',
      name,
      pinned ? 1 : 0,
      hidden ? 1 : 0,
      id,
    );
  }

  #putPictures(cluster: number, pictures: readonly number[], belongs: number): void {
    this.#queries.run(
      `INSERT OR REPLACE INTO cluster_member (cluster_id, media_id, belongs) SELECT ?, value, ? FROM json_each(?)
       -- an undoing may know of pictures that were forgotten since
       WHERE value IN (SELECT id FROM media)`,
      cluster,
      belongs,
      JSON.stringify(pictures),
    );
  }

  /** With all that was said of it. */
  remove(id: number): void {
    this.#queries.run('DELETE FROM named_cluster WHERE id = ?', id);
  }

  /** Says of a picture what is said of what it was before an edit. */
  follow(before: number, after: number): void {
    this.#queries.run(
      `INSERT OR IGNORE INTO cluster_member (cluster_id, media_id, belongs)
       SELECT cluster_id, ?, belongs FROM cluster_member WHERE media_id = ?`,
      after,
      before,
    );
  }

  /** As {@link follow}. @returns the clusters of which nothing was said of `after` before */
  passOn(before: number, after: number): number[] {
    const passed = this.#queries.column<number>(
      `SELECT cluster_id FROM cluster_member WHERE media_id = ?
         AND cluster_id NOT IN (SELECT cluster_id FROM cluster_member WHERE media_id = ?)`,
      before,
      after,
    );
    this.follow(before, after);
    return passed;
  }

  /** Takes a picture out of the clusters that were passed on to it. */
  takeBack(picture: number, clusters: readonly number[]): void {
    for (const cluster of clusters)
      this.#queries.run('DELETE FROM cluster_member WHERE cluster_id = ? AND media_id = ?', cluster, picture);
  }

  change(id: number): ClusterChangeRow | null {
    const columns = 'SELECT id, description, steps FROM cluster_change WHERE id = ?';
    return this.#queries.get<ClusterChangeRow>(columns, id) ?? null;
  }

  /** Keeps how to undo a change, and forgets what is older than the newest `kept`. @returns its number */
  putChange(description: string, steps: string, kept: number): number {
    const sql = 'INSERT INTO cluster_change (description, steps, at) VALUES (?, ?, ?)';
    const id = Number(this.#queries.run(sql, description, steps, new Date().toISOString()).lastInsertRowid);
    this.#queries.run('DELETE FROM cluster_change WHERE id <= ?', id - kept);
    return id;
  }
}
