import { realpath } from 'node:fs/promises';
import type {
  ActionInput,
  ActionOutcome,
  ActionPlan,
  ActionStep,
  ActionSummary,
  RefusedFile,
} from '../../contract/action-schemas.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { CountedPlan, PlanRow, StepRow } from '../catalog/action-store.ts';
import type { ActiveLibrary } from '../encoders/active-library.ts';
import type { Indexer } from '../indexing/indexer.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { PickedPaths } from '../picked-paths.ts';
import { counted, describeAction, notKnown } from './action-phrases.ts';
import { makePlan } from './make-plan.ts';
import { RunControl } from './run-control.ts';
import { doSteps, settleSteps, undoSteps, type BatchOutcome, type StepTools } from './step-batch.ts';

/** Steps that are written down as begun at once: one more write to the disk for each would be most of the time. */
const BATCH = 16;

/** A batch ends with the step that brings it over so many bytes: copying them takes a moment. */
const BATCH_BYTES = 64e6;

/** Steps and refusals that an answer shows. */
const SHOWN = 200;

/** The window is told of new places this often while files are moved. */
const TELL_MS = 1000;

interface FileActionsParts extends StepTools {
  readonly active: ActiveLibrary;
  readonly indexer: Indexer;
  readonly libraryFolder: string;
  readonly picked: PickedPaths;
  readonly jobs: () => Jobs | null;
  /** What was said of pictures was passed on to others, or taken back. */
  readonly onPassed: (pictures: number) => void;
}

type Direction = 'run' | 'undo';

const UNDER_WAY = { run: 'running', undo: 'undoing' } as const;
const STOPPED = { run: 'stopped', undo: 'undo-stopped' } as const;

/** Does with files what a person ordered, by a journal in the catalog: see docs/actions.md. One plan at a time. */
export class FileActions {
  readonly #parts: FileActionsParts;
  #running: RunControl | null = null;
  #ended: Promise<unknown> = Promise.resolve();
  #lastTold = 0;
  /** What was under way when the program ended. */
  #unfinished: { readonly id: number; readonly direction: Direction }[] = [];

  constructor(parts: FileActionsParts) {
    this.#parts = parts;
  }

  /** See the contract. */
  async plan(input: ActionInput): Promise<ActionPlan> {
    const { catalog, libraryFolder, picked, trashItem } = this.#parts;
    const { id, refused, pictures, free } = await makePlan(
      { catalog, libraryFolder, picked, trashOfSystem: trashItem !== null },
      input,
    );
    return {
      ...this.#summary(id),
      pictures,
      steps: this.steps(id, 0, SHOWN),
      refused: refused.slice(0, SHOWN),
      refusedFiles: refused.length,
      free,
    };
  }

  /** @throws ServiceError ACTION_UNKNOWN */
  steps(id: number, from: number, count: number): ActionStep[] {
    this.#known(id);
    return this.#parts.catalog.actions.steps(id, from, count).map(describeStep);
  }

  list(): ActionSummary[] {
    return this.#parts.catalog.actions.counted(null).map(described);
  }

  /** @throws ServiceError ACTION_UNKNOWN, ACTION_BUSY, ACTION_ENDED, FOLDER_MISSING, FOLDER_NOT_CHOSEN */
  async run(id: number): Promise<ActionOutcome> {
    const { state, folder } = this.#known(id);
    if (this.#running) throw new ServiceError('ACTION_BUSY', '');
    // running, and not here: what it came to could not be written down when the library was opened
    if (state !== 'planned' && state !== 'stopped' && state !== 'running')
      throw new ServiceError('ACTION_ENDED', `${id} is ${state}`);
    // what was stopped goes on where it was begun
    if (state === 'planned' && folder !== null) this.#parts.picked.needFolder(folder);
    return this.#begin(id, 'run');
  }

  /** @throws ServiceError ACTION_UNKNOWN, ACTION_BUSY, NOTHING_TO_UNDO */
  undo(id: number): Promise<ActionOutcome> {
    if (this.#summary(id).undoable === 0)
      throw new ServiceError('NOTHING_TO_UNDO', `: of file action ${id} nothing is left`);
    return this.#begin(id, 'undo');
  }

  /**
   * Finds out what came of what the program was ended in the middle of, before anything else looks at the files. Nothing that goes wrong with that
   * keeps the library from opening: it is looked at again before a plan goes on, and at the next opening.
   *
   * @returns what a person has to be told
   */
  async recover(): Promise<string[]> {
    const notices: string[] = [];
    try {
      for (const plan of this.#parts.catalog.actions.interrupted()) notices.push(...(await this.#recoverPlan(plan)));
    } catch (error) {
      notices.push(notKnown('', ServiceError.from(error).message));
    }
    return notices;
  }

  async #recoverPlan(plan: PlanRow): Promise<string[]> {
    const { actions } = this.#parts.catalog;
    const direction = plan.state === 'running' ? 'run' : plan.state === 'undoing' ? 'undo' : null;
    let problem: string | null = null;
    try {
      await this.#settle(plan);
      if (direction !== null) {
        this.#unfinished.push({ id: plan.id, direction });
        actions.setState(plan.id, STOPPED[direction]);
      }
    } catch (error) {
      problem = ServiceError.from(error).message;
    }
    const { unsettled, description } = this.#summary(plan.id);
    if (problem === null && unsettled > 0)
      problem = `of ${counted(unsettled)} that is not known: a drive is away, or the file cannot be read.`;
    return problem === null ? [] : [notKnown(description, problem)];
  }

  /** Goes on with what was under way when the program ended. */
  async goOn(): Promise<void> {
    for (const { id, direction } of this.#unfinished.splice(0)) {
      // what cannot go on says so in the list of what ran, and can be undone
      await this.#begin(id, direction).catch(() => undefined);
    }
  }

  /** What is under way ends after the files that are being moved, and goes on at the next start. */
  async close(): Promise<void> {
    this.#running?.close();
    await this.#ended.catch(() => undefined);
  }

  #known(id: number): PlanRow {
    const plan = this.#parts.catalog.actions.plan(id);
    if (!plan) throw new ServiceError('ACTION_UNKNOWN', String(id));
    return plan;
  }

  #summary(id: number): ActionSummary {
    this.#known(id);
    const [plan] = this.#parts.catalog.actions.counted(id);
    if (!plan) throw new ServiceError('ACTION_UNKNOWN', String(id));
    return described(plan);
  }

  #begin(id: number, direction: Direction): Promise<ActionOutcome> {
    const plan = this.#known(id);
    if (this.#running) throw new ServiceError('ACTION_BUSY', '');
    const { files, done } = this.#summary(id);
    const control = new RunControl(
      direction === 'run' ? files : done,
      direction === 'run' ? done : 0,
      // whatever ends the program now, it does not go on by itself
      () => this.#parts.catalog.actions.setState(id, STOPPED[direction]),
    );
    this.#running = control;
    const work = (): Promise<ActionOutcome> => this.#work(plan, direction, control);
    const jobs = this.#parts.jobs();
    const ended = jobs
      ? jobs.track(
          direction === 'run' ? 'actions' : 'undo-actions',
          work,
          (outcome) => endOf(outcome, control),
          () => control.progress,
          control,
        )
      : work();
    this.#ended = control.endsWith(ended.finally(() => (this.#running = null)));
    return ended;
  }

  async #work(plan: PlanRow, direction: Direction, control: RunControl): Promise<ActionOutcome> {
    const { actions } = this.#parts.catalog;
    await this.#settle(plan);
    if (direction === 'run') await this.#needFolder(plan);
    actions.setState(plan.id, control.isCancelled ? STOPPED[direction] : UNDER_WAY[direction]);
    try {
      return await this.#carryOut(plan, direction, control);
    } catch (error) {
      try {
        actions.setState(plan.id, STOPPED[direction]);
      } catch {
        // of the two, the first says what is wrong
      }
      throw error;
    }
  }

  async #carryOut(plan: PlanRow, direction: Direction, control: RunControl): Promise<ActionOutcome> {
    const { catalog, indexer } = this.#parts;
    // set inside of what is done exclusively
    let error = null as ServiceError | null;
    let passed = 0;
    let cursor = direction === 'run' ? -1 : Number.MAX_SAFE_INTEGER;
    for (let more = true; more;) {
      await control.whileUnpaused();
      // looks for changes wait: they would find files that are under way
      more = await indexer.exclusively(async () => {
        while (control.goesOn) {
          const steps = this.#next(plan.id, direction, cursor);
          const last = steps.at(-1);
          if (!last) return false;
          cursor = last.number;
          const outcome = await (direction === 'run' ? doSteps : undoSteps)(this.#parts, plan, steps);
          control.advance(steps.length);
          passed += await this.#follow(outcome);
          error = outcome.error;
          if (error) return false;
        }
        return control.isPaused;
      });
    }
    if (!control.isClosing || control.isCancelled || error)
      catalog.actions.setState(plan.id, this.#endState(plan.id, direction, error !== null || control.isCancelled));
    if (passed > 0) this.#parts.onPassed(passed);
    this.#parts.indexer.touch();
    return this.#outcome(plan.id, direction, error);
  }

  /** A folder that files go to must be the one that was planned for. */
  async #needFolder({ folder }: PlanRow): Promise<void> {
    if (folder !== null && (await realpath(folder).catch(() => null)) !== folder)
      throw new ServiceError('FOLDER_MISSING', folder);
  }

  #next(planId: number, direction: Direction, cursor: number): StepRow[] {
    const { actions } = this.#parts.catalog;
    const steps =
      direction === 'run'
        ? actions.following(planId, 'planned', cursor, BATCH)
        : actions.preceding(planId, 'done', cursor, BATCH);
    let bytes = 0;
    const end = steps.findIndex(({ size, operation }) => (bytes += operation === 'trash' ? 0 : size) > BATCH_BYTES);
    const batch = end < 0 ? steps : steps.slice(0, end + 1);
    const last = batch.at(-1);
    const picture = last?.companionOf ?? null;
    if (direction === 'run' || !last || picture === null) return batch;
    // what goes with a picture comes back with it
    const others = actions.preceding(planId, 'done', last.number, last.number - picture);
    return [...batch, ...others.filter(({ number }) => number >= picture)];
  }

  #endState(id: number, direction: Direction, stopped: boolean): PlanRow['state'] {
    const { actions } = this.#parts.catalog;
    const has = (state: StepRow['state']): boolean => actions.following(id, state, -1, 1).length > 0;
    // of those that are begun still, the drive is away
    if (direction === 'run') return has('planned') || has('begun') ? 'stopped' : 'done';
    if (!has('done') && !has('undoing')) return 'undone';
    return stopped || has('undoing') ? 'undo-stopped' : 'done';
  }

  async #settle(plan: PlanRow): Promise<void> {
    const { actions } = this.#parts.catalog;
    for (const state of ['begun', 'undoing'] as const) {
      const steps = actions.following(plan.id, state, -1, Number.MAX_SAFE_INTEGER);
      if (steps.length === 0) continue;
      await this.#follow({ succeeded: await settleSteps(this.#parts, plan, steps), error: null });
    }
  }

  /**
   * Lets the index, and who shows pictures, follow the catalog.
   *
   * @returns of how many pictures something may have been passed on
   */
  async #follow({ succeeded }: BatchOutcome): Promise<number> {
    const { catalog, active, indexer } = this.#parts;
    const ids = [...new Set(succeeded.flatMap(({ mediaId }) => mediaId ?? []))];
    if (ids.length === 0) return 0;
    const whole = catalog.moments.whole(ids);
    const gone = new Set(catalog.filelessAmong(ids));
    await active.use(async ({ vectors }) => {
      await vectors.conceal([...gone]);
      await vectors.reveal(whole.filter((id) => !gone.has(id) && catalog.media(id) !== undefined));
    });
    if (performance.now() - this.#lastTold >= TELL_MS) {
      this.#lastTold = performance.now();
      indexer.touch();
    }
    return succeeded.filter(({ mediaId, keptId }) => keptId !== null && keptId !== mediaId).length;
  }

  #outcome(id: number, direction: Direction, error: ServiceError | null): ActionOutcome {
    const { actions } = this.#parts.catalog;
    const state = direction === 'run' ? 'failed' : 'done';
    const refusedFiles = actions.countRefused(id, state);
    const refused = actions
      .refused(id, state, SHOWN)
      .flatMap(({ source, reason }): RefusedFile[] => (reason === null ? [] : [{ path: source, reason }]));
    return {
      ...this.#summary(id),
      refused,
      refusedFiles,
      error: error && { code: error.code, message: error.message },
    };
  }
}

function described(plan: CountedPlan): ActionSummary {
  const { id, kind, state, folder, at, files, bytes, done, failed, undoable, unsettled } = plan;
  const counts = { files, bytes, done, failed, undoable, unsettled };
  return { id, kind, state, folder, at, ...counts, description: describeAction(plan) };
}

function describeStep({ number, state, role, source, target, size, reason }: StepRow): ActionStep {
  return { number, state, role, source, target, bytes: size, reason };
}

function endOf({ description, failed, error }: ActionOutcome, control: RunControl) {
  const outcome = error ? 'failed' : control.isCancelled ? 'cancelled' : control.isClosing ? 'cut' : 'done';
  return { outcome, counts: { refused: failed }, message: error?.message ?? `${description}.` } as const;
}
