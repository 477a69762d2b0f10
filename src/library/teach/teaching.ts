import type { TrainDevice } from '../../compute/devices/device.ts';
import { ServiceError } from '../../contract/errors.ts';
import type {
  DeepEstimate,
  TeachEvent,
  TeachingEvaluation,
  TeachProgress,
  TeachReadiness,
} from '../../contract/teach-schemas.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { ActiveLibrary } from '../encoders/active-library.ts';
import type { Devices } from '../encoders/devices.ts';
import type { Encoders } from '../encoders/encoders.ts';
import { ProgressTeller } from '../encoders/progress-teller.ts';
import { ClosingError, GivenUpError, switchEncoder } from '../encoders/switch-encoder.ts';
import type { Indexer } from '../indexing/indexer.ts';
import type { LibraryPaths } from '../library-folder.ts';
import type { DecodePool } from '../media/decode-pool.ts';
import { adaptLibrary } from './adapt/adapt-library.ts';
import { Activation } from './activation.ts';
import { besideBroader, besideTaught } from './beside-answering.ts';
import { withBaseVectors } from './base-vectors.ts';
import type { VersionDescriptions } from './model-description.ts';
import { keepVersion } from './keep-version.ts';
import { GrowingCurves } from './loss-curves.ts';
import { PauseFlag } from './pause-flag.ts';
import { teachDeep } from './teach-deep.ts';
import { runTeaching } from './teach-run.ts';
import type { TaughtModel, TeachStep } from './teach-task.ts';
import { TeachingUnderWay } from './teaching-under-way.ts';
import { TuningEstimates } from './tuning-estimate.ts';
import { deepEstimate, teachReadiness } from './teach-readiness.ts';
import { teachTask, type TeachRequest } from './teaching-input.ts';
import { Versions, type OtherEncoder } from './versions.ts';

interface TeachingParts {
  readonly paths: LibraryPaths;
  readonly catalog: Catalog;
  readonly active: ActiveLibrary;
  readonly indexer: Indexer;
  readonly descriptions: VersionDescriptions;
  readonly decoders: DecodePool;
  readonly devices: Devices;
  readonly encoders: Encoders;
  /** What trains here; this computer's devices where not given. */
  readonly training?: (() => Promise<readonly TrainDevice[]>) | undefined;
}

/** What came of a teaching, and the encoder that has to be switched to for it. */
interface Kept {
  readonly id: string;
  readonly model: TaughtModel;
  readonly evaluation: TeachingEvaluation;
  readonly encoder: OtherEncoder | null;
  readonly notices: readonly string[];
}

/** What is under way. */
interface Work {
  readonly what: 'teaching' | 'activation';
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

const IDLE = { state: 'idle', done: 0, sentence: '' } as const;

function failed(what: Work['what'], error: unknown, signal: AbortSignal): TeachEvent {
  if (signal.aborted || error instanceof GivenUpError)
    return { type: 'ended', what, code: null, message: 'Cancelled. Searches go on as before.' };
  const { code, message } = ServiceError.from(error);
  return { type: 'ended', what, code, message };
}

/** Teaching, versions and their activation: one at a time, in the background. */
export class Teaching {
  readonly #parts: TeachingParts;
  readonly versions: Versions;
  readonly #activation: Activation;
  readonly #estimates: TuningEstimates;
  readonly #teller: ProgressTeller<TeachEvent>;
  readonly #curves = new GrowingCurves();
  #pause = new PauseFlag();
  #paused = false;
  /** Holds what runs elsewhere: the worker of a tuning, the encoding anew. */
  #holdOther: ((paused: boolean) => void) | null = null;
  #work: Work | null = null;
  #model: string | null = null;
  /** What is done, or was done last. */
  #doing: 'teach' | 'adapt' | 'activate' = 'teach';
  readonly #underWay: TeachingUnderWay;
  #now: { readonly state: TeachProgress['state']; readonly done: number; readonly sentence: string } = IDLE;
  #since = 0;
  #pausedAt = 0;

  constructor(parts: TeachingParts) {
    this.#parts = parts;
    this.#activation = new Activation(parts);
    this.#estimates = new TuningEstimates(parts.training);
    this.#underWay = new TeachingUnderWay(parts.catalog);
    this.#teller = new ProgressTeller<TeachEvent>((revision) => this.#progress(revision));
    this.versions = new Versions(parts, {
      isWanted: (id) => this.#model === id,
      changed: () => this.#teller.listChanged(),
    });
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

  /** What is done, or was done last. */
  get doing(): 'teach' | 'adapt' | 'activate' {
    return this.#doing;
  }

  /** Tells the present state at once and every event from then on. Returns how to stop. */
  watch(listener: (event: TeachEvent) => void): () => void {
    return this.#teller.watch(listener);
  }

  /** See {@link teachReadiness}. @throws ServiceError GROUP_UNKNOWN */
  readiness(request: TeachRequest): TeachReadiness {
    return teachReadiness(this.#parts, request);
  }

  /** See {@link deepEstimate}. @throws ServiceError GROUP_UNKNOWN */
  estimateDeep(request: TeachRequest): Promise<DeepEstimate> {
    return deepEstimate(this.#parts, this.#estimates, request);
  }

  /** @throws ServiceError TEACHING_BUSY, TEACHING_IMPOSSIBLE, GROUP_UNKNOWN */
  start(request: TeachRequest): void {
    const { ready, sentence } = this.readiness(request);
    if (!ready) throw new ServiceError('TEACHING_IMPOSSIBLE', sentence);
    this.#begin('teaching', null, (signal) => this.#teach(request, signal));
    this.#doing = request.method === 'adapt' ? 'adapt' : 'teach';
    this.#underWay.set({ what: 'teaching', request });
  }

  /** Goes on with what the program was ended before; says so where it cannot. */
  async goOn(): Promise<void> {
    const work = this.#underWay.take();
    if (work === null) return;
    try {
      if (work.what === 'teaching') this.start(work.request);
      else await this.use(work.id);
    } catch (error) {
      this.#underWay.clear();
      this.#parts.encoders.notice(`Teaching did not go on: ${ServiceError.from(error).message}`);
    }
  }

  /** @throws ServiceError TEACHING_BUSY, MODEL_UNKNOWN, MODEL_OF_OTHER_ENCODER */
  async use(id: string): Promise<void> {
    const { encoder, version } = await this.versions.find(id);
    this.#begin('activation', id, (signal) =>
      encoder ? this.#switchTo(encoder, version, signal) : this.#activate(version, signal),
    );
    this.#doing = 'activate';
    this.#underWay.set({ what: 'activation', id });
  }

  /** @param run gives what is told of its end, when the next can begin */
  #begin(what: Work['what'], model: string | null, run: (signal: AbortSignal) => Promise<TeachEvent>): void {
    if (this.#work) throw new ServiceError('TEACHING_BUSY', this.#now.sentence || this.#work.what);
    const abort = new AbortController();
    this.#pause = new PauseFlag();
    this.#paused = false;
    this.#curves.clear();
    this.#model = model;
    const ended = Promise.resolve()
      .then(() => run(abort.signal))
      .catch((error: unknown) => failed(what, error, abort.signal))
      .then((end) => {
        this.#work = null;
        this.#model = null;
        this.#paused = false;
        this.#holdOther = null;
        this.#now = IDLE;
        if (!(abort.signal.reason instanceof ClosingError)) this.#underWay.clear();
        this.#teller.tell(end);
        this.#teller.listChanged();
      });
    this.#work = { what, abort, ended };
    this.#enter('preparing', 'Preparing');
  }

  #enter(state: TeachProgress['state'], sentence: string, done = 0): void {
    if (state !== this.#now.state) this.#since = this.#pausedAt = performance.now();
    this.#now = { state, done, sentence };
    this.#teller.changed();
  }

  async #teach(request: TeachRequest, signal: AbortSignal): Promise<TeachEvent> {
    const started = performance.now();
    const taught = await this.#make(request, signal);
    const { id, model, evaluation, encoder, notices } = taught;
    const seconds = (performance.now() - started) / 1000;
    const { verdict, labelled } = model;
    const end: TeachEvent = {
      type: 'taught',
      model: id,
      verdict,
      evaluation,
      labelled,
      notices: [...notices],
      seconds,
    };
    if (!verdict.activate) return end;
    this.#teller.tell(end);
    this.#teller.listChanged();
    this.#model = id;
    this.#underWay.set({ what: 'activation', id });
    // the same pictures tuned in the same way make the same encoder, which may be the one that answers
    const isOther = encoder !== null && encoder.features !== this.#parts.active.current.encoder.id;
    return isOther ? this.#switchTo(encoder, id, signal) : this.#activate(id, signal);
  }

  #make(request: TeachRequest, signal: AbortSignal): Promise<Kept> {
    switch (request.method) {
      case 'head':
        return this.#teachHead(request, signal);
      case 'deep':
        return this.#teachDeep(request, signal);
      case 'adapt':
        return this.#adapt(signal);
    }
  }

  #adapt(signal: AbortSignal): Promise<Kept> {
    const { active, catalog } = this.#parts;
    return active.use(async (library) => {
      const adapted = await adaptLibrary(library, {
        signal,
        isPaused: () => this.#paused,
        pause: this.#pause,
        onPreparing: (sentence, done) => this.#enter('preparing', sentence, done),
        onEvaluating: (sentence, done) => this.#enter('evaluating', sentence, done),
      });
      const model = besideTaught(this.#parts, library.encoder.id, adapted);
      const of = { encoder: library.encoder.id, base: library.base.id, kind: 'adapted' } as const;
      return { ...keepVersion(catalog, model, of), model, encoder: null, notices: [] };
    });
  }

  #teachHead(request: TeachRequest, signal: AbortSignal): Promise<Kept> {
    const { active, catalog, paths } = this.#parts;
    return active.use(async (parts) => {
      const gathered = await withBaseVectors(paths, parts, (vectors) => teachTask(catalog, parts, vectors, request));
      const task = { ...gathered, seen: this.versions.seenByTuning(parts.encoder.id) };
      const taught = await runTeaching(task, { pause: this.#pause, signal, onStep: (step) => this.#stepped(step) });
      const model = besideBroader(this.#parts, parts.encoder.id, taught);
      const of = { encoder: parts.encoder.id, base: parts.base.id, kind: 'head' } as const;
      return { ...keepVersion(catalog, model, of), model, encoder: null, notices: task.notices };
    });
  }

  async #teachDeep(request: TeachRequest, signal: AbortSignal): Promise<Kept> {
    const run = {
      signal,
      pause: this.#pause,
      isPaused: () => this.#paused,
      onPausable: (hold: (paused: boolean) => void) => (this.#holdOther = hold),
      onPreparing: (sentence: string, done: number) => this.#enter('preparing', sentence, done),
      onStep: (step: TeachStep) => this.#stepped(step),
      onEvaluating: (sentence: string, done: number) => this.#enter('evaluating', sentence, done),
    };
    try {
      const { features, encoder, ...kept } = await this.versions.makingEncoders(() =>
        this.#parts.active.use((library) => teachDeep(this.#parts, this.#estimates, library, request, run)),
      );
      return { ...kept, encoder: { id: encoder, features } };
    } finally {
      this.#holdOther = null;
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
    const part = heads > 1 ? `Part ${head + 1} of ${heads}` : 'Training the last layers of the encoder';
    this.#enter('training', `${part}${told}`, (head + within) / heads);
  }

  async #activate(version: string | null, signal: AbortSignal): Promise<TeachEvent> {
    this.#enter('activating', 'Preparing');
    await this.#activation.run(version, {
      signal,
      isPaused: () => this.#paused,
      onProgress: (done, sentence) => this.#enter('activating', sentence, done),
    });
    return this.#swapped();
  }

  /** Switches to a tuned encoder, or back from one, and to a version of it; null for the encoder as it is. */
  async #switchTo(encoder: OtherEncoder, version: string | null, signal: AbortSignal): Promise<TeachEvent> {
    const { catalog, encoders } = this.#parts;
    this.#enter('activating', 'Encoding your pictures anew');
    // goes on by itself, as any change of the encoder does
    this.#underWay.clear();
    const before = catalog.models.active(encoder.features);
    catalog.models.setActive(encoder.features, version);
    this.#holdOther = (paused) => (paused ? encoders.pause() : encoders.resume());
    try {
      await switchEncoder(encoders, encoder.id, {
        signal,
        isPaused: () => this.#paused,
        onProgress: (done, sentence) => this.#enter('activating', sentence, done),
      });
    } catch (error) {
      // where it goes on later, at the next start or when the disk has room, it brings the version with it
      const isGivenUp = signal.aborted && !(signal.reason instanceof ClosingError);
      if (isGivenUp || encoders.upcomingId !== encoder.id) catalog.models.setActive(encoder.features, before);
      throw error;
    }
    return this.#swapped();
  }

  #swapped(): TeachEvent {
    const { id, name } = this.#parts.active.current.projection;
    return { type: 'swapped', model: id, name };
  }

  pause(): void {
    this.#setPaused(true);
  }

  resume(): void {
    this.#setPaused(false);
  }

  #setPaused(paused: boolean): void {
    if (!this.#work || paused === this.#paused) return;
    // the time that it stood still says nothing of how long the rest takes
    if (paused) this.#pausedAt = performance.now();
    else this.#since += performance.now() - this.#pausedAt;
    this.#paused = paused;
    this.#pause.set(paused);
    this.#holdOther?.(paused);
    this.#teller.changed();
  }

  /** Resolves when nothing runs any more. */
  cancel(): Promise<void> {
    return this.#end(new Error('cancelled'));
  }

  async #end(reason: Error): Promise<void> {
    this.#work?.abort.abort(reason);
    await this.#work?.ended;
  }

  /** An encoding anew for a version goes on at the next start. */
  async close(): Promise<void> {
    await this.#end(new ClosingError());
    this.#teller.close();
  }
}
