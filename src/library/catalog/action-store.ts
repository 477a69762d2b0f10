import type { ActionKind, ActionReason, ActionStep, ActionSummary } from '../../contract/action-schemas.ts';
import type { Queries } from './queries.ts';

/** A plan; `token` is a part of the names of files that are there only while something is done. */
export interface PlanRow {
  readonly id: number;
  readonly kind: ActionKind;
  readonly state: ActionSummary['state'];
  readonly folder: string | null;
  readonly token: string;
  readonly at: string;
}

/** A plan that is made; its steps follow. */
interface NewPlan extends Omit<PlanRow, 'id' | 'state'> {
  readonly files: number;
  readonly bytes: number;
}

/** What is done with one file, as it was planned. Paths are absolute. */
export interface PlannedStep {
  readonly operation: ActionKind;
  readonly role: ActionStep['role'];
  readonly source: string;
  readonly target: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  /** Of the source. */
  readonly inode: string;
  /** SHA-256 of its content; null where that is not known. */
  readonly hash: string | null;
  readonly mediaId: number | null;
  /** The picture that gets what was said of this one. */
  readonly keptId: number | null;
  /** A file of it, as it has to be there when this one goes; null where none is kept. */
  readonly keptPath: string | null;
  readonly keptSize: number | null;
  readonly keptMtimeMs: number | null;
  /** The number of the picture's step that this file goes with; null for a picture. */
  readonly companionOf: number | null;
  /** What carrying it out and undoing it need to know beside that, JSON. */
  readonly memory: string | null;
}

/** A step in the journal. */
export interface StepRow extends PlannedStep {
  readonly planId: number;
  readonly number: number;
  readonly state: ActionStep['state'];
  /** What was made, once it is there. */
  readonly madeMtimeMs: number | null;
  readonly madeInode: string | null;
  readonly reason: ActionReason | null;
}

/** What is written down of a step when it has ended. */
export type EndedStep = Pick<StepRow, 'number' | 'state' | 'madeMtimeMs' | 'madeInode' | 'memory' | 'reason'>;

/** A plan with counts of its files. */
export interface CountedPlan extends PlanRow {
  readonly files: number;
  readonly bytes: number;
  readonly done: number;
  readonly failed: number;
  readonly undone: number;
  /** Of those that are done, all but those in a trash that only the system can look into. */
  readonly undoable: number;
  /** Of which it is not known what came of them, where nothing is under way. */
  readonly unsettled: number;
}

const ENDED = `'done', 'undone', 'stopped', 'undo-stopped'`;
const PLAN_COLUMNS = 'p.id, p.kind, p.state, p.folder, p.token, p.at' as const;
const STEP_COLUMNS =
  `plan_id AS planId, number, operation, role, state, source, target, size, mtime_ms AS mtimeMs, ctime_ms AS ctimeMs, inode,
  hash, media_id AS mediaId, kept_id AS keptId, kept_path AS keptPath, kept_size AS keptSize,
  kept_mtime_ms AS keptMtimeMs, companion_of AS companionOf, made_mtime_ms AS madeMtimeMs, made_inode AS madeInode, memory, reason` as const;

/** File actions and their journal: what is to be done with each file, and what was. */
export class ActionStore {
  readonly #queries: Queries;

  constructor(queries: Queries) {
    this.#queries = queries;
  }

  /** All of `work` or none, durable when it returns. @throws ServiceError DISK_FULL, CATALOG_BUSY */
  transaction<Result>(work: () => Result): Result {
    return this.#queries.immediate(work);
  }

  addPlan({ kind, folder, token, at, files, bytes }: NewPlan): number {
    const sql = `INSERT INTO action_plan (kind, state, folder, token, at, files, bytes) VALUES (?, 'planned', ?, ?, ?, ?, ?)`;
    return Number(this.#queries.run(sql, kind, folder, token, at, files, bytes).lastInsertRowid);
  }

  /** @param first the number of the first of them */
  addSteps(planId: number, first: number, steps: readonly PlannedStep[]): void {
    this.#queries.transaction(() => {
      for (const [i, step] of steps.entries()) {
        this.#queries.run(
          `INSERT INTO action_step (plan_id, number, operation, role, state, source, target, size, mtime_ms, ctime_ms, inode, hash, media_id, kept_id,
             kept_path, kept_size, kept_mtime_ms, companion_of, memory)
           VALUES (:planId, :number, :operation, :role, 'planned', :source, :target, :size, :mtimeMs, :ctimeMs, :inode, :hash, :mediaId, :keptId,
             :keptPath, :keptSize, :keptMtimeMs, :companionOf, :memory)`,
          { planId, number: first + i, ...step },
        );
      }
    });
  }

  /** Forgets plans of which nothing was done, but the newest `kept`, and of the others all but the newest hundred that have ended. */
  prune(kept: number): void {
    this.#queries.run(
      `DELETE FROM action_plan WHERE state = 'planned' AND id NOT IN
         (SELECT id FROM action_plan WHERE state = 'planned' ORDER BY id DESC LIMIT ?)`,
      kept,
    );
    this.#queries.run(
      // what the program was ended in the middle of is not known yet
      `DELETE FROM action_plan WHERE state IN (${ENDED}) AND id NOT IN
         (SELECT id FROM action_plan WHERE state IN (${ENDED}) ORDER BY id DESC LIMIT 100)
         AND NOT EXISTS (SELECT 1 FROM action_step s WHERE s.plan_id = action_plan.id AND s.state IN ('begun', 'undoing'))`,
    );
  }

  plan(id: number): PlanRow | null {
    return this.#queries.get<PlanRow>(`SELECT ${PLAN_COLUMNS} FROM action_plan p WHERE p.id = ?`, id) ?? null;
  }

  setState(id: number, state: PlanRow['state']): void {
    this.#queries.run('UPDATE action_plan SET state = ? WHERE id = ?', state, id);
  }

  /** With counts: one plan, or with null all of which something was done, the newest first. */
  counted(id: number | null): CountedPlan[] {
    return this.#queries.all<CountedPlan>(
      // by the index of states alone: there may be 100,000 steps
      `SELECT ${PLAN_COLUMNS}, p.files, p.bytes, ${countOf('done', 'undoing')} AS done, ${countOf('failed')} AS failed,
         ${countOf('undone')} AS undone,
         CASE WHEN EXISTS (SELECT 1 FROM action_step s WHERE s.plan_id = p.id AND s.number = 0 AND s.operation = 'trash' AND s.target = s.source)
           THEN 0 ELSE ${countOf('done', 'undoing')} END AS undoable, ${countOf('begun', 'undoing')} AS unsettled
       FROM action_plan p WHERE CASE WHEN :id IS NULL THEN p.state <> 'planned' ELSE p.id = :id END ORDER BY p.id DESC`,
      { id },
    );
  }

  /** Plans that the program was ended in the middle of. */
  interrupted(): PlanRow[] {
    return this.#queries.all<PlanRow>(
      `SELECT ${PLAN_COLUMNS} FROM action_plan p WHERE p.state IN ('running', 'undoing')
         OR EXISTS (SELECT 1 FROM action_step s WHERE s.plan_id = p.id AND s.state IN ('begun', 'undoing')) ORDER BY p.id`,
    );
  }

  /** In order, from a number on. */
  steps(planId: number, from: number, count: number): StepRow[] {
    return this.#queries.all<StepRow>(
      `SELECT ${STEP_COLUMNS} FROM action_step WHERE plan_id = ? AND number >= ? ORDER BY number LIMIT ?`,
      planId,
      from,
      count,
    );
  }

  /** Steps of a state, in order, of numbers above `after`. */
  following(planId: number, state: StepRow['state'], after: number, count: number): StepRow[] {
    return this.#queries.all<StepRow>(
      `SELECT ${STEP_COLUMNS} FROM action_step INDEXED BY action_step_by_state WHERE plan_id = ? AND state = ? AND number > ?
       ORDER BY number LIMIT ?`,
      planId,
      state,
      after,
      count,
    );
  }

  /** Steps of a state in reverse, of numbers below `before`. */
  preceding(planId: number, state: StepRow['state'], before: number, count: number): StepRow[] {
    return this.#queries.all<StepRow>(
      `SELECT ${STEP_COLUMNS} FROM action_step INDEXED BY action_step_by_state WHERE plan_id = ? AND state = ? AND number < ?
       ORDER BY number DESC LIMIT ?`,
      planId,
      state,
      before,
      count,
    );
  }

  /** Steps that something was in the way of: of doing where they failed, of undoing where they are done all the same. */
  refused(planId: number, state: 'failed' | 'done', count: number): StepRow[] {
    return this.#queries.all<StepRow>(
      `SELECT ${STEP_COLUMNS} FROM action_step INDEXED BY action_step_by_state WHERE plan_id = ? AND state = ? AND reason IS NOT NULL
       ORDER BY number LIMIT ?`,
      planId,
      state,
      count,
    );
  }

  countRefused(planId: number, state: 'failed' | 'done'): number {
    const sql = `SELECT COUNT(*) AS count FROM action_step INDEXED BY action_step_by_state
      WHERE plan_id = ? AND state = ? AND reason IS NOT NULL`;
    return this.#queries.get<{ count: number }>(sql, planId, state)?.count ?? 0;
  }

  step(planId: number, number: number): StepRow | null {
    const sql = `SELECT ${STEP_COLUMNS} FROM action_step WHERE plan_id = ? AND number = ?`;
    return this.#queries.get<StepRow>(sql, planId, number) ?? null;
  }

  /** Writes down that steps begin, or are about to be undone: durable when it returns. */
  begin(
    planId: number,
    state: 'begun' | 'undoing',
    steps: readonly Pick<StepRow, 'number' | 'operation' | 'target'>[],
  ): void {
    this.#queries.transaction(() => {
      for (const { number, operation, target } of steps)
        this.#queries.run(
          'UPDATE action_step SET state = ?, operation = ?, target = ?, reason = NULL WHERE plan_id = ? AND number = ?',
          state,
          operation,
          target,
          planId,
          number,
        );
    });
  }

  /** Writes down how a step ended; inside a transaction with what follows from it. */
  end(planId: number, step: EndedStep): void {
    this.#queries.run(
      `UPDATE action_step SET state = :state, made_mtime_ms = :madeMtimeMs, made_inode = :madeInode, memory = :memory, reason = :reason
       WHERE plan_id = :planId AND number = :number`,
      { planId, ...step },
    );
  }
}

/** SQL that counts a plan's steps of these states. */
function countOf(...states: StepRow['state'][]): string {
  return `(SELECT COUNT(*) FROM action_step s WHERE s.plan_id = p.id AND s.state IN (${states.map((state) => `'${state}'`).join(', ')}))`;
}
