import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ServiceError } from '../../contract/errors.ts';
import type { ModelVersion, TeachEvent, TeachProgress, TeachReadiness } from '../../contract/teach-schemas.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { deleteStored } from '../catalog/feature-store.ts';
import type { ActiveLibrary } from '../encoders/active-library.ts';
import { ProgressTeller } from '../encoders/progress-teller.ts';
import type { Indexer } from '../indexing/indexer.ts';
import type { LibraryPaths } from '../library-folder.ts';
import { Activation } from './activation.ts';
import { withBaseVectors } from './base-vectors.ts';
import { teachableGroups } from './labelled-groups.ts';
import type { VersionDescriptions } from './model-description.ts';
import { GrowingCurves } from './loss-curves.ts';
import { readModelFile, writeModelFile } from './model-file.ts';
import { packHead } from './packed-head.ts';
import { PauseFlag } from './pause-flag.ts';
import { runTeaching } from './teach-run.ts';
import type { TaughtModel, TeachStep } from './teach-task.ts';
import { teachTask, wantedGroups, type TeachRequest } from './teaching-input.ts';
import { labelsChanged, listVersions } from './versions.ts';

interface TeachingParts {
  readonly paths: LibraryPaths;
  readonly catalog: Catalog;
  readonly active: ActiveLibrary;
  readonly indexer: Indexer;
  readonly descriptions: VersionDescriptions;
}

/** What is under way. */
interface Work {
  readonly what: 'teaching' | 'activation';
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

/** A version that was removed can be restored for 30 days. */
const KEPT_MS = 30 * 24 * 3600 * 1000;

const IDLE = { state: 'idle', done: 0, sentence: '' } as const;

/** Teaching, versions and their activation: one at a time, in the background. */
export class Teaching {
  readonly #parts: TeachingParts;
  readonly #activation: Activation;
  readonly #teller: ProgressTeller<TeachEvent>;
  readonly #curves = new GrowingCurves();
  #pause = new PauseFlag();
  #paused = false;
  #work: Work | null = null;
  #model: string | null = null;
  #now: { readonly state: TeachProgress['state']; readonly done: number; readonly sentence: string } = IDLE;
  #since = 0;

  constructor(parts: TeachingParts) {
    this.#parts = parts;
    this.#activation = new Activation(parts);
    this.#teller = new ProgressTeller<TeachEvent>((revision) => this.#progress(revision));
  }

  #progress(revision: number): TeachProgress {
    const { state, done, sentence } = this.#now;
    const seconds = (performance.now() - this.#since) / 1000;
    return {
      type: 'progress',
      state,
      paused: this.#paused,
      done,
      // the first part of a run says too little of the rest
      secondsLeft: state === 'idle' || this.#paused || done < 0.05 ? null : (seconds * (1 - done)) / done,
      sentence,
      curves: this.#curves.get(),
      model: this.#model,
      revision,
    };
  }

  /** Tells the present state at once and every event from then on. Returns how to stop. */
  watch(listener: (event: TeachEvent) => void): () => void {
    return this.#teller.watch(listener);
  }

  /** @throws ServiceError GROUP_UNKNOWN */
  readiness(request: TeachRequest): TeachReadiness {
    const { catalog, active } = this.#parts;
    const known = active.current.store.completeIds();
    const wanted = wantedGroups(catalog, request.groups);
    const teachable = teachableGroups(wanted, (id) => known.has(id));
    const labelled = new Set(wanted.flatMap(({ members }) => members)).size;
    // an import says nothing of the labels here
    const newest = catalog.models.all().find(({ kind }) => kind !== 'imported');
    const description = newest ? this.#parts.descriptions.of(newest.id) : null;
    const changedSince = description && labelsChanged(description, wanted);
    const base = { groups: wanted.length, labelled, changedSince };
    if (teachable.problem !== null) {
      return { ...base, ready: false, sentence: teachable.sentence, notices: [], seconds: 0 };
    }
    const sentence = `${labelled.toLocaleString('en')} pictures in ${teachable.groups.length} groups will be taught.`;
    // seen on two cores: 144 pictures 7 s, 1,000 13 s
    return { ...base, ready: true, sentence, notices: [...teachable.notices], seconds: 2 + labelled / 50 };
  }

  /** @throws ServiceError TEACHING_BUSY, TEACHING_IMPOSSIBLE, GROUP_UNKNOWN */
  start(request: TeachRequest): void {
    const { ready, sentence } = this.readiness(request);
    if (!ready) throw new ServiceError('TEACHING_IMPOSSIBLE', sentence);
    this.#begin('teaching', null, (signal) => this.#teach(request, signal));
  }

  /** @throws ServiceError TEACHING_BUSY, MODEL_UNKNOWN, MODEL_OF_OTHER_ENCODER */
  use(id: string): void {
    const { base, encoder } = this.#parts.active.current;
    const version = id === base.id ? null : id;
    if (version !== null) {
      const row = this.#parts.catalog.models.get(version);
      if (!row || row.removedAt !== null) throw new ServiceError('MODEL_UNKNOWN', id);
      if (row.encoder !== encoder.id) throw new ServiceError('MODEL_OF_OTHER_ENCODER', id);
    }
    this.#begin('activation', id, (signal) => this.#activate(version, signal));
  }

  #begin(what: Work['what'], model: string | null, run: (signal: AbortSignal) => Promise<void>): void {
    if (this.#work) throw new ServiceError('TEACHING_BUSY', this.#now.sentence || this.#work.what);
    const abort = new AbortController();
    this.#pause = new PauseFlag();
    this.#paused = false;
    this.#curves.clear();
    this.#model = model;
    const ended = Promise.resolve()
      .then(() => run(abort.signal))
      .catch((error: unknown) => this.#failed(what, error, abort.signal))
      .finally(() => {
        this.#work = null;
        this.#model = null;
        this.#paused = false;
        this.#now = IDLE;
        this.#teller.listChanged();
      });
    this.#work = { what, abort, ended };
    this.#enter('preparing', 'Preparing');
  }

  #failed(what: Work['what'], error: unknown, signal: AbortSignal): void {
    if (signal.aborted) {
      this.#teller.tell({ type: 'ended', what, code: null, message: 'Cancelled. Searches go on as before.' });
      return;
    }
    const { code, message } = ServiceError.from(error);
    this.#teller.tell({ type: 'ended', what, code, message });
  }

  #enter(state: TeachProgress['state'], sentence: string, done = 0): void {
    if (state !== this.#now.state) this.#since = performance.now();
    this.#now = { state, done, sentence };
    this.#teller.changed();
  }

  async #teach(request: TeachRequest, signal: AbortSignal): Promise<void> {
    const { active } = this.#parts;
    const started = performance.now();
    const taught = await active.use(async (parts) => {
      const task = await withBaseVectors(this.#parts.paths, parts, (vectors) =>
        teachTask(this.#parts.catalog, parts, vectors, request),
      );
      const model = await runTeaching(task, { pause: this.#pause, signal, onStep: (step) => this.#stepped(step) });
      return this.#keep(model, parts.encoder.id, parts.base.id);
    });
    const { id, model, evaluation } = taught;
    const seconds = (performance.now() - started) / 1000;
    const { verdict, labelled } = model;
    this.#teller.tell({ type: 'taught', model: id, verdict, evaluation, labelled, seconds });
    this.#teller.listChanged();
    if (verdict.activate) {
      this.#model = id;
      await this.#activate(id, signal);
    }
  }

  #stepped(step: TeachStep): void {
    if (step.stage === 'evaluating') {
      this.#enter('evaluating', 'Comparing with the search as it was', 0.5);
      return;
    }
    const { head, heads, steps, of } = step;
    const last = steps.at(-1)?.step ?? 0;
    if (last <= 1) this.#curves.clear();
    for (const { step: at, loss, heldOutLoss } of steps) this.#curves.add(at, loss, heldOutLoss);
    const within = of > 0 ? last / of : 0;
    const told = of > 0 ? `, step ${last} of ${of}` : '';
    this.#enter('training', `Part ${head + 1} of ${heads}${told}`, (head + within) / heads);
  }

  #keep(model: TaughtModel, encoder: string, base: string) {
    const { catalog } = this.#parts;
    const createdAt = new Date().toISOString();
    const id = `taught-${createdAt.slice(0, 10)}-${randomBytes(4).toString('hex')}`;
    const shown = (picture: { readonly id: number }) => ({
      id: picture.id,
      hash: catalog.media(picture.id)?.hash ?? '',
    });
    const evaluation = {
      ...model.evaluation,
      examples: model.examples.map(({ query, groups, before, after }) => ({
        query: { ...shown({ id: query }), groups: [...groups] },
        before: before.map((result) => ({ ...shown(result), right: result.right })),
        after: after.map((result) => ({ ...shown(result), right: result.right })),
      })),
    };
    const { recipe, seed, groups, verdict, curves, lines, weights, inputs, outputs } = model;
    const name = `Taught ${groups
      .map((group) => group.name)
      .slice(0, 3)
      .join(', ')}${groups.length > 3 ? ', …' : ''}`;
    const description = JSON.stringify({ name, recipe, seed, groups, evaluation, verdict, curves, ...lines });
    const head = packHead({ weights, inputs, outputs });
    catalog.models.put({ id, encoder, base, kind: 'head', createdAt, removedAt: null, description, head });
    return { id, model, evaluation };
  }

  async #activate(version: string | null, signal: AbortSignal): Promise<void> {
    const { active } = this.#parts;
    this.#enter('activating', 'Preparing');
    await this.#activation.run(version, {
      signal,
      isPaused: () => this.#paused,
      onProgress: (done, sentence) => this.#enter('activating', sentence, done),
    });
    const { id, name } = active.current.projection;
    this.#teller.tell({ type: 'swapped', model: id, name });
  }

  pause(): void {
    this.#setPaused(true);
  }

  resume(): void {
    this.#setPaused(false);
  }

  #setPaused(paused: boolean): void {
    if (!this.#work) return;
    this.#paused = paused;
    this.#pause.set(paused);
    this.#teller.changed();
  }

  /** Resolves when nothing runs any more. */
  async cancel(): Promise<void> {
    this.#work?.abort.abort(new Error('cancelled'));
    await this.#work?.ended;
  }

  models(): Promise<ModelVersion[]> {
    const { catalog, active, paths } = this.#parts;
    return listVersions(this.#parts.descriptions, catalog, active.current, paths);
  }

  /** @throws ServiceError MODEL_UNKNOWN, MODEL_IN_USE */
  async remove(id: string): Promise<void> {
    const { catalog, active, paths } = this.#parts;
    const row = catalog.models.get(id);
    if (!row || row.removedAt !== null) throw new ServiceError('MODEL_UNKNOWN', id);
    const inUse =
      active.current.projection.id === id || this.#model === id || catalog.models.active(row.encoder) === id;
    if (inUse) throw new ServiceError('MODEL_IN_USE', id);
    catalog.models.setRemoved(id, new Date().toISOString());
    // what can be made again goes at once
    await active.use(({ store }) => deleteStored(store, null, [id]));
    await rm(join(paths.vectors, id), { recursive: true, force: true });
    this.#teller.listChanged();
  }

  /** @throws ServiceError MODEL_UNKNOWN */
  restore(id: string): void {
    const { catalog } = this.#parts;
    if (!catalog.models.get(id)) throw new ServiceError('MODEL_UNKNOWN', id);
    catalog.models.setRemoved(id, null);
    this.#teller.listChanged();
  }

  /** @throws ServiceError MODEL_UNKNOWN, FOLDER_MISSING, DISK_FULL, LIBRARY_READ_ONLY */
  async exportTo(id: string, path: string): Promise<{ path: string; bytes: number }> {
    const row = this.#parts.catalog.models.get(id);
    if (!row) throw new ServiceError('MODEL_UNKNOWN', id);
    return { path, bytes: await writeModelFile(path, row) };
  }

  /** @throws ServiceError MODEL_FILE_DAMAGED, MODEL_OF_OTHER_ENCODER */
  async importFrom(path: string): Promise<ModelVersion> {
    const { catalog, active } = this.#parts;
    const { encoder, base } = active.current;
    const row = await readModelFile(path, encoder.id, base);
    catalog.models.put(row);
    this.#teller.listChanged();
    const version = (await this.models()).find(({ id }) => id === row.id);
    if (!version) throw new ServiceError('MODEL_UNKNOWN', row.id);
    return version;
  }

  /** Forgets for good what was removed a month ago. */
  purge(): void {
    this.#parts.catalog.models.purgeRemovedBefore(new Date(Date.now() - KEPT_MS).toISOString());
  }

  async close(): Promise<void> {
    await this.cancel();
    this.#teller.close();
  }
}
