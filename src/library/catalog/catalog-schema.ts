import type { Migration } from './database.ts';

/**
 * The catalog: what cannot be rebuilt. A picture is its content (`media`, by hash); a path is where it lies (`file`), so
 * that a move is a change of path. A `media` row means that its features, its vector and its thumbnail are there.
 */
export const CATALOG_MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    sql: `
      CREATE TABLE source (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        path TEXT NOT NULL UNIQUE,
        added_at TEXT NOT NULL
      );
      CREATE TABLE media (
        id INTEGER PRIMARY KEY,
        hash TEXT NOT NULL UNIQUE,
        bytes INTEGER NOT NULL,
        format TEXT NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        taken_at TEXT,
        camera TEXT,
        lens TEXT,
        latitude REAL,
        longitude REAL,
        -- 1: a repair found its features, vector or thumbnail gone; the next run makes them again under the same id
        stale INTEGER NOT NULL DEFAULT 0
      );
      -- "only content of the same length can be the same content": asked for each new file
      CREATE INDEX media_by_bytes ON media (bytes);
      CREATE TABLE file (
        id INTEGER PRIMARY KEY,
        source_id INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
        path TEXT NOT NULL,
        size INTEGER NOT NULL,
        mtime_ms REAL NOT NULL,
        media_id INTEGER NOT NULL REFERENCES media (id),
        UNIQUE (source_id, path)
      );
      CREATE INDEX file_by_media ON file (media_id);
      CREATE TABLE failure (
        source_id INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
        path TEXT NOT NULL,
        size INTEGER NOT NULL,
        mtime_ms REAL NOT NULL,
        code TEXT NOT NULL,
        message TEXT NOT NULL,
        since TEXT NOT NULL,
        PRIMARY KEY (source_id, path)
      );
    `,
  },
  {
    version: 2,
    // which encoder answers and which takes over next, the chosen device: JSON, read by src/library/encoders/settings.ts
    sql: 'CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID',
  },
  {
    version: 3,
    sql: `
      CREATE TABLE picture_group (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE COLLATE NOCASE,
        created_at TEXT NOT NULL
      );
      -- what a person said of a picture: it belongs (1), or it does not (0); seq is the order in which it was said
      CREATE TABLE label (
        group_id INTEGER NOT NULL REFERENCES picture_group (id) ON DELETE CASCADE,
        media_id INTEGER NOT NULL REFERENCES media (id),
        belongs INTEGER NOT NULL CHECK (belongs IN (0, 1)),
        seq INTEGER NOT NULL,
        PRIMARY KEY (group_id, media_id)
      ) WITHOUT ROWID;
      CREATE INDEX label_by_media ON label (media_id);
      -- how to undo: groups and labels as they were before, JSON, read by src/library/groups/change-log.ts
      CREATE TABLE group_change (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        description TEXT NOT NULL,
        before TEXT NOT NULL,
        at TEXT NOT NULL
      );
      -- versions that were taught; what answers is a setting. JSON is read by src/library/teach/model-store.ts
      CREATE TABLE taught_model (
        id TEXT PRIMARY KEY,
        encoder TEXT NOT NULL,
        base TEXT NOT NULL,
        kind TEXT NOT NULL,
        created_at TEXT NOT NULL,
        removed_at TEXT,
        description TEXT NOT NULL,
        head BLOB NOT NULL
      ) WITHOUT ROWID;
    `,
  },
  {
    version: 4,
    sql: `
      -- what told the folder from others when it was last looked through: another one at its path is not taken for it
      ALTER TABLE source ADD COLUMN root TEXT;
      -- since when a picture has no file; NULL where it has one, or where its source was removed, after which nothing is forgotten
      ALTER TABLE media ADD COLUMN missing_since TEXT;
      CREATE INDEX media_missing ON media (missing_since) WHERE missing_since IS NOT NULL;
      CREATE TRIGGER file_gone AFTER DELETE ON file
        WHEN NOT EXISTS (SELECT 1 FROM file WHERE media_id = OLD.media_id)
        BEGIN
          UPDATE media SET missing_since = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE id = OLD.media_id;
        END;
      CREATE TRIGGER file_came AFTER INSERT ON file
        BEGIN
          UPDATE media SET missing_since = NULL WHERE id = NEW.media_id AND missing_since IS NOT NULL;
        END;
      CREATE TRIGGER file_replaced AFTER UPDATE OF media_id ON file WHEN OLD.media_id <> NEW.media_id
        BEGIN
          UPDATE media SET missing_since = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
            WHERE id = OLD.media_id AND NOT EXISTS (SELECT 1 FROM file WHERE media_id = OLD.media_id);
          UPDATE media SET missing_since = NULL WHERE id = NEW.media_id AND missing_since IS NOT NULL;
        END;
      -- a path that got other content: the labels of before go to after at the end of the run (settled = 1)
      CREATE TABLE edit (
        before_id INTEGER NOT NULL REFERENCES media (id) ON DELETE CASCADE,
        after_id INTEGER NOT NULL REFERENCES media (id) ON DELETE CASCADE,
        -- the newest file row before the run: files of before_id that are newer say that it was moved
        newest_file INTEGER NOT NULL,
        settled INTEGER NOT NULL,
        PRIMARY KEY (before_id, after_id)
      );
      CREATE INDEX edit_by_after ON edit (after_id);
      CREATE INDEX edit_unsettled ON edit (settled) WHERE settled = 0;
    `,
  },
  {
    version: 5,
    sql: `
      -- clusters that a person named; known_until is the newest picture of then, kept_at how many it had when it was said to stay one
      CREATE TABLE named_cluster (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE COLLATE NOCASE,
        granularity REAL NOT NULL,
        known_until INTEGER NOT NULL,
        kept_at INTEGER NOT NULL,
        pinned INTEGER NOT NULL CHECK (pinned IN (0, 1)),
        hidden INTEGER NOT NULL CHECK (hidden IN (0, 1)),
        created_at TEXT NOT NULL
      );
      -- what belongs to one (1), and what does not (0)
      CREATE TABLE cluster_member (
        cluster_id INTEGER NOT NULL REFERENCES named_cluster (id) ON DELETE CASCADE,
        media_id INTEGER NOT NULL REFERENCES media (id) ON DELETE CASCADE,
        belongs INTEGER NOT NULL CHECK (belongs IN (0, 1)),
        PRIMARY KEY (cluster_id, media_id)
      ) WITHOUT ROWID;
      CREATE INDEX cluster_member_by_media ON cluster_member (media_id);
      -- two of which a person said that they are not one; the lesser id first
      CREATE TABLE clusters_apart (
        a_id INTEGER NOT NULL REFERENCES named_cluster (id) ON DELETE CASCADE,
        b_id INTEGER NOT NULL REFERENCES named_cluster (id) ON DELETE CASCADE,
        PRIMARY KEY (a_id, b_id)
      ) WITHOUT ROWID;
      -- how to undo: named clusters as they were before and after, JSON, read by src/library/explore/clusters/cluster-names.ts
      CREATE TABLE cluster_change (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        description TEXT NOT NULL,
        steps TEXT NOT NULL,
        at TEXT NOT NULL
      );
    `,
  },
  {
    version: 6,
    sql: `
      -- minutes that the clock of taken_at was ahead of UTC; and where the time was read: exif, xmp, iptc, sidecar
      ALTER TABLE media ADD COLUMN taken_offset INTEGER;
      ALTER TABLE media ADD COLUMN taken_from TEXT;
      -- stars, -1 for a rejected picture
      ALTER TABLE media ADD COLUMN rating INTEGER;
      ALTER TABLE media ADD COLUMN title TEXT;
      ALTER TABLE media ADD COLUMN description TEXT;
      -- 1: it was read by a version that knew less of metadata; the next run reads the heads of these files, and encodes nothing
      ALTER TABLE media ADD COLUMN metadata_due INTEGER NOT NULL DEFAULT 0;
      UPDATE media SET metadata_due = 1, taken_from = CASE WHEN taken_at IS NULL THEN NULL ELSE 'exif' END;
      CREATE INDEX media_metadata_due ON media (id) WHERE metadata_due = 1;
      -- folded: in small letters, by which it is found
      CREATE TABLE keyword (id INTEGER PRIMARY KEY, name TEXT NOT NULL, folded TEXT NOT NULL UNIQUE);
      CREATE TABLE media_keyword (
        media_id INTEGER NOT NULL REFERENCES media (id) ON DELETE CASCADE,
        keyword_id INTEGER NOT NULL REFERENCES keyword (id),
        PRIMARY KEY (media_id, keyword_id)
      ) WITHOUT ROWID;
      CREATE INDEX media_keyword_by_keyword ON media_keyword (keyword_id, media_id);
      -- what sidecars say (JSON, read by src/library/catalog/metadata-store.ts); beside: the names of the pictures that they are for
      CREATE TABLE sidecar (
        source_id INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
        path TEXT NOT NULL,
        size INTEGER NOT NULL,
        mtime_ms REAL NOT NULL,
        beside TEXT NOT NULL,
        fields TEXT NOT NULL,
        PRIMARY KEY (source_id, path)
      ) WITHOUT ROWID;
      CREATE INDEX sidecar_beside ON sidecar (source_id, beside);
      -- of a picture with a sidecar: what is in the picture itself
      CREATE TABLE own_metadata (
        media_id INTEGER PRIMARY KEY REFERENCES media (id) ON DELETE CASCADE,
        fields TEXT NOT NULL
      );
    `,
  },
  {
    version: 7,
    sql: `
      -- how long a video is; NULL for a picture, and for a moment that is not its video's poster
      ALTER TABLE media ADD COLUMN seconds REAL;
      -- a moment of a video is a picture of its own; the poster's row is the video's itself, and the only one that has files
      CREATE TABLE moment (
        media_id INTEGER PRIMARY KEY REFERENCES media (id) ON DELETE CASCADE,
        video_id INTEGER NOT NULL REFERENCES media (id) ON DELETE CASCADE,
        at_seconds REAL NOT NULL
      );
      CREATE INDEX moment_by_video ON moment (video_id);
      CREATE TRIGGER moments_gone_or_back AFTER UPDATE OF missing_since ON media
        WHEN NEW.seconds IS NOT NULL AND OLD.missing_since IS NOT NEW.missing_since
        BEGIN
          UPDATE media SET missing_since = NEW.missing_since
            WHERE id IN (SELECT media_id FROM moment WHERE video_id = NEW.id AND media_id <> NEW.id);
        END;
      -- videos were refused, each; now they are read
      DELETE FROM failure WHERE code = 'VIDEO_UNSUPPORTED';
    `,
  },
  {
    version: 8,
    sql: `
      -- what a person wants left out: a file by its absolute path, a pattern, a folder's name, a size in bytes
      CREATE TABLE ignore_rule (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        value TEXT NOT NULL,
        since TEXT NOT NULL,
        UNIQUE (kind, value)
      );
      -- what ran, for the list of activities; without an end while it runs, or where the program was ended before it
      CREATE TABLE job (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        began TEXT NOT NULL,
        ended TEXT,
        outcome TEXT,
        -- name, counts and message as JSON, read by src/library/catalog/job-store.ts
        detail TEXT NOT NULL
      );
    `,
  },
  {
    version: 9,
    sql: `
      -- what a person said of pictures that look like one: no two of a decision are taken for duplicates again
      CREATE TABLE duplicate_decision (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        decision TEXT NOT NULL,
        at TEXT NOT NULL,
        undone INTEGER NOT NULL CHECK (undone IN (0, 1))
      );
      CREATE TABLE decided_duplicate (
        decision_id INTEGER NOT NULL REFERENCES duplicate_decision (id) ON DELETE CASCADE,
        media_id INTEGER NOT NULL REFERENCES media (id) ON DELETE CASCADE,
        PRIMARY KEY (decision_id, media_id)
      ) WITHOUT ROWID;
      CREATE INDEX decided_duplicate_by_media ON decided_duplicate (media_id);
    `,
  },
  {
    version: 11,
    sql: `
      -- file actions, and in which state each is; token: a part of the names of files that are there only while something is done
      CREATE TABLE action_plan (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        state TEXT NOT NULL,
        folder TEXT,
        token TEXT NOT NULL,
        at TEXT NOT NULL,
        files INTEGER NOT NULL,
        bytes INTEGER NOT NULL
      );
      -- the journal: what is done with each file, written before and after it; see docs/actions.md
      CREATE TABLE action_step (
        plan_id INTEGER NOT NULL REFERENCES action_plan (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        operation TEXT NOT NULL,
        role TEXT NOT NULL,
        state TEXT NOT NULL,
        source TEXT NOT NULL,
        target TEXT NOT NULL,
        size INTEGER NOT NULL,
        mtime_ms REAL NOT NULL,
        ctime_ms REAL NOT NULL,
        -- of the source when it was planned; it tells a file that was moved from another in its place
        inode TEXT NOT NULL,
        hash TEXT,
        media_id INTEGER,
        kept_id INTEGER,
        -- what was made, once it is there
        made_mtime_ms REAL,
        made_inode TEXT,
        -- what undoing needs to know of the catalog, JSON, read by src/library/actions/follow-catalog.ts
        memory TEXT,
        reason TEXT,
        PRIMARY KEY (plan_id, number)
      ) WITHOUT ROWID;
      CREATE INDEX action_step_by_state ON action_step (plan_id, state);
    `,
  },
  {
    version: 13,
    // of pictures that have copies, worked out once from their thumbnails: see src/library/explore/comparing/sharpness.ts; NULL where nothing can be said
    sql: `
      CREATE TABLE sharpness (
        media_id INTEGER PRIMARY KEY REFERENCES media (id) ON DELETE CASCADE,
        value REAL
      );
    `,
  },
  {
    version: 14,
    sql: `
      -- the file that is kept in a step's place, as it has to be there when the step is done
      ALTER TABLE action_step ADD COLUMN kept_path TEXT;
      ALTER TABLE action_step ADD COLUMN kept_size INTEGER;
      ALTER TABLE action_step ADD COLUMN kept_mtime_ms REAL;
      -- the number of the picture's step that a file goes with
      ALTER TABLE action_step ADD COLUMN companion_of INTEGER;
    `,
  },
  {
    version: 15,
    sql: `
      -- videos were told by the clock of this computer wherever they were taken: their heads are read again
      UPDATE media SET metadata_due = 1 WHERE seconds IS NOT NULL AND longitude IS NOT NULL AND taken_from = 'video';
      UPDATE media SET metadata_due = 1 WHERE id IN (SELECT media_id FROM own_metadata) AND seconds IS NOT NULL;
      -- names with accents were told apart by how those are put together: these sidecars are read again
      UPDATE sidecar SET mtime_ms = -1 WHERE beside GLOB '*[^ -~]*';
    `,
  },
];

/** Features and vectors: a cache of the originals, large, rebuilt from them where it is lost. */
export const FEATURE_MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    sql: `
      CREATE TABLE encoder (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
      CREATE TABLE model (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
      -- float16, little-endian: half the size of float32, and the cosine of the projected vectors stays above 0.99999
      CREATE TABLE feature (
        media_id INTEGER NOT NULL,
        encoder_id INTEGER NOT NULL REFERENCES encoder (id),
        data BLOB NOT NULL,
        PRIMARY KEY (encoder_id, media_id)
      );
      -- 256 bytes: brightness on a grid, which recognises copies
      CREATE TABLE signature (media_id INTEGER PRIMARY KEY, data BLOB NOT NULL);
      CREATE TABLE vector (
        media_id INTEGER NOT NULL,
        model_id INTEGER NOT NULL REFERENCES model (id),
        data BLOB NOT NULL,
        PRIMARY KEY (model_id, media_id)
      );
    `,
  },
];
