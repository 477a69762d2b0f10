import type { EncodingProgress } from '../../contract/encoder-schemas.ts';
import type { BackgroundHold, Job, JobKind } from '../../contract/job-schemas.ts';
import type { IndexProgress } from '../../contract/schemas.ts';
import type { TeachProgress } from '../../contract/teach-schemas.ts';
import { isUnseen } from '../../contract/unseen-run.ts';

/** Work that tells nothing but how far it is. */
export interface TaskSeen {
  readonly id: number;
  readonly kind: JobKind;
  readonly done: number;
  readonly total: number;
  /** Null for one that goes on to its end whatever a person wants. */
  readonly control?: { readonly paused: boolean; readonly ending: boolean; readonly pause?: unknown } | null;
  readonly rate?: number;
  readonly secondsLeft?: number | null;
}

/** What goes on in a library, as its parts tell it. */
export interface WorkSeen {
  readonly index: IndexProgress;
  /** Numbers of index runs that persons asked for and that have not begun. */
  readonly waitingRuns: readonly number[];
  /** Changes on disk wait to be looked at. */
  readonly changesWait: boolean;
  readonly hold: BackgroundHold | null;
  readonly encoding: EncodingProgress | null;
  readonly teaching: { readonly kind: JobKind; readonly progress: TeachProgress } | null;
  readonly tasks: readonly TaskSeen[];
}

const THOUSANDTHS = 1000;

const NOTHING = {
  state: 'running',
  waitsFor: null,
  name: '',
  sentence: '',
  done: 0,
  total: 0,
  rate: 0,
  secondsLeft: null,
  canPause: false,
  canCancel: false,
} as const;

/** What runs or waits, for the list of activities: what a person asked for first, then what goes on by itself. Pure. */
export function activeJobs(seen: WorkSeen): Job[] {
  const { index, waitingRuns, teaching, encoding, tasks } = seen;
  const indexing = index.state === 'idle' || isUnseen(index) ? [] : [indexJob(index)];
  const waiting = waitingRuns.map((number): Job => ({
    ...NOTHING,
    id: `run-${number}`,
    kind: 'index',
    state: 'waiting',
    waitsFor: 'turn',
    canCancel: true,
  }));
  return [
    ...(index.quiet ? [] : indexing),
    ...waiting,
    ...(teaching ? [teachingJob(teaching.kind, teaching.progress)] : []),
    ...tasks.map(taskJob),
    ...(index.quiet ? indexing : []),
    ...changesJob(seen),
    ...(encoding ? [encodingJob(encoding)] : []),
  ];
}

function taskJob({ id, kind, control = null, ...howFar }: TaskSeen): Job {
  const known = { ...NOTHING, id: `task-${id}`, kind, ...howFar };
  if (control === null) return known;
  const { paused, ending } = control;
  const canPause = !ending && control.pause !== undefined;
  return { ...known, state: ending ? 'ending' : paused ? 'paused' : 'running', canPause, canCancel: !ending };
}

function indexJob(progress: IndexProgress): Job {
  const { state, quiet, found, indexed, unchanged, moved, failed, picturesPerSecond, secondsLeft } = progress;
  const ending = state === 'cancelling';
  return {
    ...NOTHING,
    id: 'index',
    kind: quiet ? 'rescan' : 'index',
    state: ending ? 'ending' : state === 'paused' ? 'paused' : 'running',
    sentence: state === 'scanning' ? 'Looking for pictures' : '',
    done: state === 'scanning' ? 0 : indexed + unchanged + moved + failed,
    total: found,
    rate: picturesPerSecond,
    secondsLeft,
    canPause: !ending,
    canCancel: !ending,
  };
}

/** Changes that wait: for the computer, or behind what a person asked for. While they only wait for a moment nothing is said. */
function changesJob({ changesWait, hold, index }: WorkSeen): Job[] {
  const waitsFor = hold ?? (index.state !== 'idle' && !index.quiet ? 'turn' : null);
  return changesWait && waitsFor ? [{ ...NOTHING, id: 'changes', kind: 'rescan', state: 'waiting', waitsFor }] : [];
}

function encodingJob({
  takesOver,
  name,
  phase,
  done,
  total,
  rate,
  secondsLeft,
  paused,
  waiting,
  heldBy,
}: EncodingProgress): Job {
  const waitsFor = heldBy ?? (waiting ? 'turn' : null);
  return {
    ...NOTHING,
    id: 'encode',
    kind: takesOver ? 'encode' : 'fill',
    state: paused ? 'paused' : waitsFor ? 'waiting' : 'running',
    waitsFor: paused ? null : waitsFor,
    name,
    sentence: phase === 'indexing' ? 'Building the index' : '',
    done,
    total,
    rate,
    secondsLeft,
    canPause: true,
    // what the active encoder lacks is always wanted
    canCancel: takesOver,
  };
}

function teachingJob(kind: JobKind, { paused, done, secondsLeft, sentence }: TeachProgress): Job {
  return {
    ...NOTHING,
    id: 'teach',
    kind,
    state: paused ? 'paused' : 'running',
    sentence,
    done: Math.round(THOUSANDTHS * done),
    total: THOUSANDTHS,
    secondsLeft,
    canPause: true,
    canCancel: true,
  };
}
