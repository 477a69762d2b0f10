import type { PictureFacets, PictureFilter, RatingFilter } from '../../contract/schemas.ts';
import { KM_PER_DEGREE, kilometres, type Place } from '../sphere.ts';
import { IdSet } from '../vectors/id-set.ts';
import type { MomentStore } from './moment-store.ts';
import type { Queries } from './queries.ts';

/** A folder of a source: `inside` is relative to it, with `/`; '' for all of it. */
export interface FolderPart {
  readonly sourceId: number;
  readonly inside: string;
}

interface Condition {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

/** Pictures that can be found. */
const PRESENT = 'm.stale = 0 AND EXISTS (SELECT 1 FROM file f WHERE f.media_id = m.id)';

/** As `pictureTime` has it, as text. */
const TIME = `COALESCE(m.taken_at, (SELECT strftime('%Y-%m-%dT%H:%M:%S', MIN(f.mtime_ms) / 1000, 'unixepoch', 'localtime')
  FROM file f WHERE f.media_id = m.id))`;

/** Answers that are kept: a person changes one filter at a time. */
const KEPT = 4;
const MOST_KEYWORDS = 5000;

/** Which pictures a filter holds for (one pass over the catalog, kept until that changes), and what there is to filter by. */
export class PictureFilters {
  readonly #queries: Queries;
  readonly #moments: MomentStore;
  readonly #kept = new Map<string, IdSet>();
  #changes = -1;

  constructor(queries: Queries, moments: MomentStore) {
    this.#queries = queries;
    this.#moments = moments;
  }

  /**
   * Pictures, and of videos for which it holds all moments.
   *
   * @param folders what `filter.folder` stands for; null where it names none
   */
  matching(filter: PictureFilter, folders: readonly FolderPart[] | null): IdSet {
    return this.kept(filter, folders) ?? this.keep(filter, folders, this.#moments.with(this.#find(filter, folders)));
  }

  /** What {@link matching} gave for the same last, where the catalog has not changed since; else null. */
  kept(filter: PictureFilter, folders: readonly FolderPart[] | null): IdSet | null {
    this.#dropOutdated();
    return this.#kept.get(keyOf(filter, folders)) ?? null;
  }

  /** Keeps what {@link matching} of another connection gave. */
  keep(filter: PictureFilter, folders: readonly FolderPart[] | null, ids: Iterable<number>): IdSet {
    const found = new IdSet(ids);
    if (this.#kept.size >= KEPT) this.#kept.delete(this.#kept.keys().next().value ?? '');
    this.#kept.set(keyOf(filter, folders), found);
    return found;
  }

  #find(filter: PictureFilter, folders: readonly FolderPart[] | null): number[] {
    const conditions = [...this.#conditions(filter), ...(folders === null ? [] : [inFolders(folders)])];
    const where = [PRESENT, ...conditions.map(({ sql }) => sql)].join(' AND ');
    const values = conditions.flatMap((condition) => condition.values);
    const { near } = filter;
    if (!near) return this.#queries.column<number>(`SELECT m.id FROM media m WHERE ${where}`, ...values);
    const placed = this.#queries.all<{ id: number; latitude: number; longitude: number }>(
      `SELECT m.id, m.latitude, m.longitude FROM media m WHERE ${where}`,
      ...values,
    );
    return placed.filter((place) => kilometres(place, near) <= near.km).map(({ id }) => id);
  }

  #conditions({
    group,
    after,
    before,
    rating,
    keywords = [],
    camera,
    lens,
    near,
    placed,
    kind,
  }: PictureFilter): Condition[] {
    const when = (sql: string, value: string | number | undefined): Condition[] =>
      value === undefined ? [] : [{ sql, values: [value] }];
    return [
      ...when(
        `EXISTS (SELECT 1 FROM label l WHERE l.belongs = 1 AND l.group_id = ? AND
           (l.media_id = m.id OR l.media_id IN (SELECT media_id FROM moment WHERE video_id = m.id)))`,
        group,
      ),
      ...when(`${TIME} >= ?`, after),
      ...when(`${TIME} < ?`, before),
      ...(rating === undefined ? [] : [rated(rating)]),
      ...keywords.flatMap((keyword) =>
        when(
          'm.id IN (SELECT mk.media_id FROM media_keyword mk JOIN keyword k ON k.id = mk.keyword_id WHERE k.folded = ?)',
          keyword.toLowerCase(),
        ),
      ),
      ...this.#named('camera', camera),
      ...this.#named('lens', lens),
      ...(near ? [latitudesNear(near)] : []),
      ...(placed === undefined ? [] : [{ sql: `m.latitude IS ${placed ? 'NOT NULL' : 'NULL'}`, values: [] }]),
      ...(kind === undefined ? [] : [{ sql: `m.seconds IS ${kind === 'video' ? 'NOT NULL' : 'NULL'}`, values: [] }]),
    ];
  }

  /** A whole name counts before a part of others: `EOS R5` is not `EOS R5 C`. Capitals of ASCII count for nothing. */
  #named(column: 'camera' | 'lens', name: string | undefined): Condition[] {
    if (name === undefined) return [];
    const whole = this.#queries.get(`SELECT 1 FROM media WHERE ${column} = ? COLLATE NOCASE`, name);
    if (whole) return [{ sql: `m.${column} = ? COLLATE NOCASE`, values: [name] }];
    return [{ sql: `m.${column} LIKE ? ESCAPE '\\'`, values: [`%${name.replaceAll(/[\\%_]/g, '\\$&')}%`] }];
  }

  /** Other than before wherever the catalog has changed, by whichever process. */
  get changes(): number {
    // of this connection, and of others
    const own = this.#queries.get<{ n: number }>('SELECT total_changes() AS n')?.n ?? 0;
    const others = this.#queries.get<{ data_version: number }>('PRAGMA data_version')?.data_version ?? 0;
    return own + 1e9 * others;
  }

  /** What there is to filter by: of 200,000 pictures a second. */
  facets(): PictureFacets {
    const rows = this.#queries.all<FacetRow>(
      `SELECT camera, lens, rating > 0 AS rated, latitude IS NOT NULL AS placed, COUNT(*) AS pictures,
         MIN(taken_at) AS first, MAX(taken_at) AS last
       FROM media m WHERE ${PRESENT} GROUP BY camera, lens, rating > 0, latitude IS NOT NULL`,
    );
    // those of all pictures by the index alone, less those of the few that cannot be found
    const keywords = this.#queries.all<{ name: string; pictures: number }>(
      `WITH absent AS MATERIALIZED (SELECT id FROM media m WHERE NOT (${PRESENT}))
       SELECT k.name, have.n - COALESCE(lost.n, 0) AS pictures
       FROM (SELECT keyword_id, COUNT(*) AS n FROM media_keyword GROUP BY keyword_id) have JOIN keyword k ON k.id = have.keyword_id
         LEFT JOIN (SELECT keyword_id, COUNT(*) AS n FROM media_keyword WHERE media_id IN (SELECT id FROM absent) GROUP BY keyword_id) lost
           ON lost.keyword_id = have.keyword_id
       WHERE pictures > 0 ORDER BY pictures DESC, k.folded LIMIT ?`,
      MOST_KEYWORDS,
    );
    const sum = (counts: (row: FacetRow) => boolean): number =>
      rows.reduce((total, row) => (counts(row) ? total + row.pictures : total), 0);
    const times = rows.flatMap(({ first, last }) => (first === null || last === null ? [] : [first, last])).sort();
    const [first, last] = [times[0], times.at(-1)];
    return {
      cameras: summed(rows, 'camera'),
      lenses: summed(rows, 'lens'),
      keywords,
      taken: first === undefined || last === undefined ? null : { first, last },
      rated: sum((row) => row.rated === 1),
      placed: sum((row) => row.placed === 1),
    };
  }

  #dropOutdated(): void {
    const { changes } = this;
    if (changes === this.#changes) return;
    this.#changes = changes;
    this.#kept.clear();
  }
}

interface FacetRow {
  readonly camera: string | null;
  readonly lens: string | null;
  readonly rated: number | null;
  readonly placed: number;
  readonly pictures: number;
  readonly first: string | null;
  readonly last: string | null;
}

function summed(rows: readonly FacetRow[], key: 'camera' | 'lens'): { name: string; pictures: number }[] {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const name = row[key];
    if (name !== null) counts.set(name, (counts.get(name) ?? 0) + row.pictures);
  }
  return [...counts]
    .map(([name, pictures]) => ({ name, pictures }))
    .sort((a, b) => b.pictures - a.pictures || (a.name < b.name ? -1 : 1));
}

function inFolders(folders: readonly FolderPart[]): Condition {
  const parts = folders.map(({ sourceId, inside }) =>
    inside === ''
      ? { sql: 'f.source_id = ?', values: [sourceId] }
      : // '0' is the character after '/'
        { sql: '(f.source_id = ? AND f.path >= ? AND f.path < ?)', values: [sourceId, `${inside}/`, `${inside}0`] },
  );
  const sql = `EXISTS (SELECT 1 FROM file f WHERE f.media_id = m.id AND (${parts.map((part) => part.sql).join(' OR ')}))`;
  return { sql, values: parts.flatMap(({ values }) => values) };
}

/** No stars are what programs write where nobody has said anything. */
function rated(rating: RatingFilter): Condition {
  if (rating === 'rejected') return { sql: 'm.rating < 0', values: [] };
  if (rating === 'unrated') return { sql: 'COALESCE(m.rating, 0) = 0', values: [] };
  return { sql: 'm.rating >= ?', values: [rating] };
}

/** Few are left to be measured. */
function latitudesNear({ latitude, km }: Place & { readonly km: number }): Condition {
  const degrees = (1.001 * km) / KM_PER_DEGREE;
  return { sql: 'm.latitude BETWEEN ? AND ?', values: [latitude - degrees, latitude + degrees] };
}

function keyOf(filter: PictureFilter, folders: readonly FolderPart[] | null): string {
  return JSON.stringify([filter, folders]);
}
