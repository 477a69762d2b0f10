import type { z } from 'zod';
import { endedJob, type EndedJob, type JobKind } from '../../contract/job-schemas.ts';
import type { Queries } from './queries.ts';

/** So many that ended are kept. */
const KEPT = 100;

const detail = endedJob.pick({ name: true, counts: true, message: true });

export type JobEnd = Pick<EndedJob, 'outcome' | 'counts' | 'message'>;

interface JobRow extends Pick<EndedJob, 'id' | 'kind' | 'began' | 'ended' | 'outcome'> {
  readonly detail: string;
}

/** What ran, the newest hundred. */
export class JobStore {
  readonly #queries: Queries;

  constructor(queries: Queries) {
    this.#queries = queries;
  }

  /** Notes that something has begun; what is never noted as ended was cut off. Gives its id. */
  begin(kind: JobKind, name: string, began: Date): number {
    const text = JSON.stringify({ name, counts: {}, message: '' } satisfies z.input<typeof detail>);
    const insert = 'INSERT INTO job (kind, began, detail) VALUES (?, ?, ?)';
    return Number(this.#queries.run(insert, kind, began.toISOString(), text).lastInsertRowid);
  }

  end(id: number, { outcome, counts, message }: JobEnd): void {
    this.#queries.transaction(() => {
      const row = this.#queries.get<{ detail: string }>('SELECT detail FROM job WHERE id = ?', id);
      const { name } = detail.parse(JSON.parse(row?.detail ?? '{}'));
      this.#queries.run(
        'UPDATE job SET ended = ?, outcome = ?, detail = ? WHERE id = ?',
        new Date().toISOString(),
        outcome,
        JSON.stringify({ name, counts, message }),
        id,
      );
      this.#queries.run(
        'DELETE FROM job WHERE ended IS NOT NULL AND id NOT IN (SELECT id FROM job WHERE ended IS NOT NULL ORDER BY ended DESC, id DESC LIMIT ?)',
        KEPT,
      );
    });
  }

  /** It came to nothing that is worth a line. */
  drop(id: number): void {
    this.#queries.run('DELETE FROM job WHERE id = ?', id);
  }

  /** What the program was ended before, however that was: noted as cut off. */
  cutAll(): void {
    this.#queries.run(`UPDATE job SET ended = ?, outcome = 'cut' WHERE ended IS NULL`, new Date().toISOString());
  }

  /** What has ended, the newest first. */
  ended(): EndedJob[] {
    return this.#queries
      .all<JobRow>(
        'SELECT id, kind, began, ended, outcome, detail FROM job WHERE ended IS NOT NULL ORDER BY ended DESC, id DESC',
      )
      .map(({ detail: text, ...row }) => ({ ...row, ...detail.parse(JSON.parse(text)) }));
  }
}
