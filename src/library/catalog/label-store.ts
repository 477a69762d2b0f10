import type { LabelledGroup } from '../teach/labelled-groups.ts';
import { translateSqliteErrors, type SqliteDatabase } from './database.ts';
import { Queries } from './queries.ts';

export interface GroupRow {
  readonly id: number;
  readonly name: string;
  readonly createdAt: string;
}

/** What was said of a picture in a group, and with which change: changes count upwards. */
export interface LabelState {
  readonly belongs: boolean;
  readonly seq: number;
}

export interface LabelRow extends LabelState {
  readonly group: number;
  readonly picture: number;
}

/** Groups with how many pictures belong and how many were refused. */
export interface CountedGroup extends GroupRow {
  readonly pictures: number;
  readonly refused: number;
}

/** A change that was made, with what undoes it. */
export interface ChangeRow {
  readonly id: number;
  readonly description: string;
  /** See `src/library/groups/change-log.ts`. */
  readonly before: string;
}

/** A label as it is stored, of a picture that got it from another. */
export interface PassedLabel {
  readonly group: number;
  readonly belongs: number;
  readonly seq: number;
}

interface StoredLabel {
  readonly group: number;
  readonly picture: number;
  readonly belongs: number;
  readonly seq: number;
}

const GROUP_COLUMNS = 'id, name, created_at AS createdAt' as const;
const LABEL_COLUMNS = 'group_id AS "group", media_id AS picture, belongs, seq' as const;

/**
 * Groups and labels in the catalog: reads, and the single steps that changes are made of. Whoever changes them does it in a
 * {@link transaction} that ends with {@link putChange}, so that each change can be undone and {@link revision} counts it.
 */
export class LabelStore {
  readonly #db: SqliteDatabase;
  readonly #file: string;
  readonly #queries: Queries;
  #labelled: { readonly revision: number; readonly groups: LabelledGroup[] } | null = null;

  constructor(db: SqliteDatabase, file: string) {
    this.#db = db;
    this.#file = file;
    this.#queries = new Queries(db, file);
  }

  /** All steps of `work` or none, durable when it returns. @throws ServiceError DISK_FULL, CATALOG_BUSY, LIBRARY_READ_ONLY */
  transaction<Result>(work: () => Result): Result {
    return this.#queries.immediate(work);
  }

  // ── reads ──

  /** Counts the changes of groups and labels ever made in this library, whichever process made them. */
  get revision(): number {
    return this.#queries.lastId('group_change');
  }

  /** The id of the next group; ids of removed ones do not come again, but by undoing. */
  get nextGroupId(): number {
    return this.#queries.lastId('picture_group') + 1;
  }

  /** Every group with its pictures by id, ascending, groups in the order in which they were made. Not to be changed. */
  labelled(): LabelledGroup[] {
    const { revision } = this;
    if (this.#labelled?.revision !== revision) this.#labelled = { revision, groups: this.#readLabelled() };
    return this.#labelled.groups;
  }

  #readLabelled(): LabelledGroup[] {
    const groups = this.groups().map(({ id, name }) => ({ id, name, members: [], refused: [] }));
    const byId = new Map<number, { members: number[]; refused: number[] }>(groups.map((group) => [group.id, group]));
    // rows as arrays: half the time of objects, for a group of 50,000
    const rows = translateSqliteErrors(this.#file, () =>
      this.#db
        .prepare<[], [number, number, number]>(
          'SELECT group_id, media_id, belongs FROM label ORDER BY group_id, media_id',
        )
        .raw()
        .all(),
    );
    for (const [id, picture, belongs] of rows) {
      const group = byId.get(id);
      (belongs === 1 ? group?.members : group?.refused)?.push(picture);
    }
    return groups;
  }

  /** In the order in which they were made. */
  groups(): GroupRow[] {
    return this.#queries.all<GroupRow>(`SELECT ${GROUP_COLUMNS} FROM picture_group ORDER BY id`);
  }

  group(id: number): GroupRow | null {
    return this.#queries.get<GroupRow>(`SELECT ${GROUP_COLUMNS} FROM picture_group WHERE id = ?`, id) ?? null;
  }

  /** One group, or with null all. */
  counted(id: number | null): CountedGroup[] {
    return this.#queries.all<CountedGroup>(
      `SELECT ${GROUP_COLUMNS}, COALESCE(SUM(belongs), 0) AS pictures, COALESCE(SUM(1 - belongs), 0) AS refused
       FROM picture_group LEFT JOIN label ON group_id = id WHERE :id IS NULL OR id = :id GROUP BY id`,
      { id },
    );
  }

  /** Content hashes of the members that were added last. */
  newestMembers(group: number, count: number): string[] {
    return this.#queries
      .all<{ hash: string }>(
        `SELECT hash FROM label JOIN media ON media.id = media_id WHERE group_id = ? AND belongs = 1
       ORDER BY seq DESC, media_id DESC LIMIT ?`,
        group,
        count,
      )
      .map(({ hash }) => hash);
  }

  /** Every group with content hashes in the order in which it was said of them: what means the same in another library. */
  hashedGroups(): { name: string; createdAt: string; members: string[]; refused: string[] }[] {
    return this.groups().map(({ id, name, createdAt }) => {
      const rows = this.#queries.all<{ hash: string; belongs: number }>(
        `SELECT hash, belongs FROM label JOIN media ON media.id = media_id WHERE group_id = ? ORDER BY seq, media_id`,
        id,
      );
      const of = (belongs: number): string[] => rows.filter((row) => row.belongs === belongs).map(({ hash }) => hash);
      return { name, createdAt, members: of(1), refused: of(0) };
    });
  }

  /** All that was said about a group, the newest first. */
  labelsOfGroup(group: number): LabelRow[] {
    return this.#labels('WHERE group_id = ? ORDER BY seq DESC, media_id DESC', group);
  }

  /** What was said of these pictures about a group; those of which nothing was are left out. */
  labelsOf(group: number, pictures: readonly number[]): LabelRow[] {
    return this.#labels(
      'WHERE group_id = ? AND media_id IN (SELECT value FROM json_each(?)) ORDER BY media_id',
      group,
      JSON.stringify(pictures),
    );
  }

  labelsOfPicture(picture: number): LabelRow[] {
    return this.#labels('WHERE media_id = ? ORDER BY group_id', picture);
  }

  #labels(where: string, ...values: unknown[]): LabelRow[] {
    return this.#queries
      .all<StoredLabel>(`SELECT ${LABEL_COLUMNS} FROM label ${where}`, ...values)
      .map(({ group, picture, belongs, seq }) => ({ group, picture, belongs: belongs === 1, seq }));
  }

  /** The first of these pictures that the library does not know, or null. */
  unknownPicture(pictures: readonly number[]): number | null {
    return (
      this.#queries.get<{ value: number }>(
        'SELECT value FROM json_each(?) WHERE value NOT IN (SELECT id FROM media) LIMIT 1',
        JSON.stringify(pictures),
      )?.value ?? null
    );
  }

  change(id: number): ChangeRow | null {
    return this.#queries.get<ChangeRow>('SELECT id, description, before FROM group_change WHERE id = ?', id) ?? null;
  }

  /** Ids of the changes that are kept, the newest first. */
  changeIds(): number[] {
    return this.#queries.all<{ id: number }>('SELECT id FROM group_change ORDER BY id DESC').map(({ id }) => id);
  }

  // ── steps of a change, inside a transaction ──

  insertGroup({ id, name, createdAt }: GroupRow): void {
    this.#queries.run('INSERT INTO picture_group (id, name, created_at) VALUES (?, ?, ?)', id, name, createdAt);
  }

  renameGroup(id: number, name: string): void {
    this.#queries.run('UPDATE picture_group SET name = ? WHERE id = ?', name, id);
  }

  /** Deletes a group with what was said about it. */
  deleteGroup(id: number): void {
    this.#queries.run('DELETE FROM picture_group WHERE id = ?', id);
  }

  /** Says the same of pictures of a group, or with null nothing any more. */
  setLabels(group: number, pictures: readonly number[], state: LabelState | null): void {
    const ids = JSON.stringify(pictures);
    if (state === null) {
      this.#queries.run(
        'DELETE FROM label WHERE group_id = ? AND media_id IN (SELECT value FROM json_each(?))',
        group,
        ids,
      );
      return;
    }
    this.#queries.run(
      `INSERT OR REPLACE INTO label (group_id, media_id, belongs, seq) SELECT ?, value, ?, ? FROM json_each(?)
       -- an undoing may know of pictures that were forgotten since
       WHERE value IN (SELECT id FROM media)`,
      group,
      state.belongs ? 1 : 0,
      state.seq,
      ids,
    );
  }

  /** Says of `to` what is said of `from`, where nothing is said of it about the same group. */
  copyLabels(from: number, to: number): void {
    // no change that a person made, which the revision would tell
    this.#labelled = null;
    this.#queries.run(
      `INSERT OR IGNORE INTO label (group_id, media_id, belongs, seq)
       SELECT group_id, ?, belongs, seq FROM label WHERE media_id = ?`,
      to,
      from,
    );
  }

  /** As {@link copyLabels}. @returns what was not said of `to` before */
  passOn(from: number, to: number): PassedLabel[] {
    const passed = this.#queries.all<PassedLabel>(
      `SELECT group_id AS "group", belongs, seq FROM label
       WHERE media_id = ? AND group_id NOT IN (SELECT group_id FROM label WHERE media_id = ?)`,
      from,
      to,
    );
    this.copyLabels(from, to);
    return passed;
  }

  /** Says no more of a picture what was passed on to it; what was said of it since stays. */
  takeBack(picture: number, passed: readonly PassedLabel[]): void {
    this.#labelled = null;
    for (const { group, belongs, seq } of passed)
      this.#queries.run(
        'DELETE FROM label WHERE group_id = ? AND media_id = ? AND belongs = ? AND seq = ?',
        group,
        picture,
        belongs,
        seq,
      );
  }

  /** Says nothing of a picture any more. */
  dropLabels(picture: number): void {
    this.#queries.run('DELETE FROM label WHERE media_id = ?', picture);
  }

  /** Keeps how to undo a change, and forgets what is older than the newest `kept`. */
  putChange({ id, description, before }: ChangeRow, kept: number): void {
    const at = new Date().toISOString();
    this.#queries.run(
      'INSERT INTO group_change (id, description, before, at) VALUES (?, ?, ?, ?)',
      id,
      description,
      before,
      at,
    );
    this.#queries.run('DELETE FROM group_change WHERE id <= ?', id - kept);
  }
}
