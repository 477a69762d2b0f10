import type { Queries } from './queries.ts';

/** Where a moment is. The poster is one of its video's moments, and has the video's own id. */
export interface MomentOfVideo {
  readonly videoId: number;
  /** Seconds from the start. */
  readonly at: number;
  /** Of the whole video. */
  readonly seconds: number;
}

/** A moment that stands for its video; seconds from the start. */
interface ChosenMoment {
  readonly id: number;
  readonly at: number;
}

/** Moments of two copies of a film are one where they lie no farther apart: seconds, or this part of the film where that is more. */
const SAME_SECONDS = 5;
const SAME_PART = 1 / 20;

/**
 * The moments that stand for videos. Each is a picture of its own, with features, vector and thumbnail; it has no files but those of its
 * video, and comes, goes and is forgotten with it.
 */
export class MomentStore {
  readonly #queries: Queries;

  constructor(queries: Queries) {
    this.#queries = queries;
  }

  /** Null for a picture that is no video's. */
  of(id: number): MomentOfVideo | null {
    return (
      this.#queries.get<MomentOfVideo>(
        `SELECT o.video_id AS videoId, o.at_seconds AS at, m.seconds FROM moment o JOIN media m ON m.id = o.video_id
         WHERE o.media_id = ?`,
        id,
      ) ?? null
    );
  }

  /** These pictures, and all moments of the videos among them. */
  with(ids: readonly number[]): number[] {
    if (!this.#any) return [...ids];
    const moments = this.#queries.column<number>(
      'SELECT media_id FROM moment WHERE video_id IN (SELECT value FROM json_each(?))',
      JSON.stringify(ids),
    );
    return moments.length === 0 ? [...ids] : [...new Set([...ids, ...moments])];
  }

  get #any(): boolean {
    return this.#queries.get('SELECT 1 FROM moment LIMIT 1') !== undefined;
  }

  /** As {@link with}, and of the videos that single moments among them are of. */
  whole(ids: readonly number[]): number[] {
    if (!this.#any) return [...ids];
    const videos = this.#queries.column<number>(
      'SELECT video_id FROM moment WHERE media_id IN (SELECT value FROM json_each(?))',
      JSON.stringify(ids),
    );
    return this.with([...new Set([...ids, ...videos])]);
  }

  /** Ids of the moments of videos that have a file and lack nothing; without those that are their video's poster. */
  presentIds(): number[] {
    return this.#queries.column<number>(
      `SELECT o.media_id FROM moment o JOIN media m ON m.id = o.media_id
       WHERE o.media_id <> o.video_id AND m.stale = 0 AND EXISTS (SELECT 1 FROM file WHERE media_id = o.video_id)`,
    );
  }

  /** The content hashes of a video's moments by the video's own; empty where it is none. */
  hashesOf(videoHash: string): string[] {
    return this.#queries.column<string>(
      `SELECT m.hash FROM moment o JOIN media m ON m.id = o.media_id
       WHERE o.video_id = (SELECT id FROM media WHERE hash = ?)`,
      videoHash,
    );
  }

  /** Moments of a video that are not among these, each with the nearest of these: a computer that is busier sees other frames. */
  successors(videoId: number, moments: readonly ChosenMoment[]): { readonly before: number; readonly after: number }[] {
    const kept = new Set(moments.map(({ id }) => id));
    return this.#momentsOf(videoId)
      .filter(({ id }) => !kept.has(id))
      .flatMap(({ id, at }) => {
        const [nearest] = moments.toSorted((a, b) => Math.abs(a.at - at) - Math.abs(b.at - at));
        return nearest ? [{ before: id, after: nearest.id }] : [];
      });
  }

  /** The moments of a video but its poster, each with the one of another copy of it that is nearest in time; without those that it has none of. */
  counterparts(videoId: number, otherId: number): { readonly before: number; readonly after: number }[] {
    const [video, other] = [this.of(videoId), this.of(otherId)];
    if (!video || !other) return [];
    const most = Math.max(SAME_SECONDS, SAME_PART * video.seconds);
    const others = this.#momentsOf(other.videoId);
    return this.#momentsOf(videoId).flatMap(({ id, at }) => {
      const [nearest] = others.toSorted((a, b) => Math.abs(a.at - at) - Math.abs(b.at - at));
      if (id === videoId || !nearest || Math.abs(nearest.at - at) > most) return [];
      return [{ before: id, after: nearest.id }];
    });
  }

  #momentsOf(videoId: number): ChosenMoment[] {
    const sql = 'SELECT media_id AS id, at_seconds AS at FROM moment WHERE video_id = ?';
    return this.#queries.all<ChosenMoment>(sql, videoId);
  }

  /**
   * Sets which moments stand for a video; inside a transaction. One that did and does no more has no file from now on: it is forgotten as
   * what was deleted is.
   */
  put(videoId: number, moments: readonly ChosenMoment[]): void {
    const ids = JSON.stringify(moments.map(({ id }) => id));
    const others =
      'SELECT media_id FROM moment WHERE video_id = ? AND media_id NOT IN (SELECT value FROM json_each(?))';
    this.#queries.run(
      `UPDATE media SET stale = 0, missing_since = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE id IN (${others})`,
      videoId,
      ids,
    );
    this.#queries.run(`DELETE FROM moment WHERE media_id IN (${others})`, videoId, ids);
    for (const { id, at } of moments) {
      this.#queries.run('UPDATE media SET stale = 0, missing_since = NULL WHERE id = ?', id);
      this.#queries.run(
        'INSERT OR REPLACE INTO moment (media_id, video_id, at_seconds) VALUES (?, ?, ?)',
        id,
        videoId,
        at,
      );
    }
  }
}
