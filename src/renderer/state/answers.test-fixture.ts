import type { ActionPlan } from '../../contract/action-schemas.ts';
import type { ComputeDevice, EncoderEntry, EncodersEvent, EncodingProgress } from '../../contract/encoder-schemas.ts';
import type { ClusterChange, PictureCluster } from '../../contract/explore-schemas.ts';
import type { Suggestion } from '../../contract/group-schemas.ts';
import type { EndedJob, Job, JobsState } from '../../contract/job-schemas.ts';
import type { LayoutRow } from '../../contract/picture-layout.ts';
import type { IndexProgress, IndexSummary, Picture } from '../../contract/schemas.ts';
import type { ModelVersion, TeachProgress, TeachReadiness } from '../../contract/teach-schemas.ts';
import type { PictureEvent, PicturePlace } from '../../contract/timeline-schemas.ts';

type EncodersState = Extract<EncodersEvent, { type: 'progress' }>;

export function clusterOf(change: Partial<PictureCluster>): PictureCluster {
  const typical = [{ id: 1, hash: '0'.repeat(64) }];
  const known = { named: null, proposedName: null, pictures: 3, cohesion: 0.7, loose: false, typical };
  return { key: 'c0', ...known, ...change };
}

/** A plan of two pictures for the trash, with what a test changes. */
export function actionPlanOf(change: Partial<ActionPlan> = {}): ActionPlan {
  return {
    id: 4,
    kind: 'trash',
    state: 'planned',
    folder: null,
    at: '2024-05-01T10:00:00Z',
    files: 2,
    bytes: 3000,
    done: 0,
    failed: 0,
    undoable: 0,
    unsettled: 0,
    description: 'Move 2 files to the trash',
    pictures: 2,
    steps: [],
    refused: [],
    refusedFiles: 0,
    free: null,
    ...change,
  };
}

export function eventOf(change: Partial<PictureEvent>): PictureEvent {
  const day = { from: '2019-05-03T10:00:00', to: '2019-05-03T11:00:00', title: '3 May 2019', dates: '3 May 2019' };
  return { picture: 1, pictures: 2, ...day, byFileTime: false, place: null, typical: [], ...change };
}

export function placeOf(change: Partial<PicturePlace>): PicturePlace {
  const lyon = { latitude: 45.76, longitude: 4.84, radiusKm: 1, name: 'Lyon, France', about: null };
  return { picture: 1, pictures: 2, ...lyon, typical: [], ...change };
}

export function clusterChangeOf(cluster: number | null): ClusterChange {
  return { change: 12, description: 'Did it', cluster };
}

/** Counts of a run in which nothing happened. */
const NOTHING = { found: 0, indexed: 0, unchanged: 0, moved: 0, removed: 0, failed: 0 };

export function progressOf(change: Partial<IndexProgress>): IndexProgress {
  return {
    type: 'progress',
    state: 'idle',
    quiet: false,
    ...NOTHING,
    picturesPerSecond: 0,
    secondsLeft: null,
    revision: 1,
    ...change,
  };
}

export function summaryOf(change: Partial<IndexSummary>): IndexSummary {
  return {
    type: 'summary',
    quiet: false,
    ...NOTHING,
    seconds: 1,
    picturesPerSecond: 0,
    cancelled: false,
    error: null,
    ...change,
  };
}

export function rowOf(id: number, when: number): LayoutRow {
  return { id, when, aspect: 1.5, seconds: 0, hash: id.toString(16).padStart(64, '0') };
}

/** The built-in encoder, with what a test changes. */
export function encoderOf(change: Partial<EncoderEntry> = {}): EncoderEntry {
  return {
    id: 'builtin',
    name: 'Built-in',
    description: 'Comes with Semblance.',
    licence: { name: 'MIT', url: null, restricted: false },
    source: 'builtin',
    state: 'ready',
    reason: null,
    installed: true,
    active: false,
    upcoming: false,
    readsWords: false,
    languages: [],
    dimensions: 768,
    size: null,
    featuresStored: { pictures: 0, bytes: 0 },
    ...change,
  };
}

export function encodingOf(change: Partial<EncodingProgress> = {}): EncodingProgress {
  return {
    encoder: 'clip',
    name: 'CLIP',
    takesOver: true,
    phase: 'encoding',
    done: 0,
    total: 10,
    skipped: 0,
    rate: 0,
    secondsLeft: null,
    paused: false,
    waiting: false,
    heldBy: null,
    ...change,
  };
}

export function encodersStateOf(change: Partial<EncodersState> = {}): EncodersState {
  return { type: 'progress', active: 'builtin', install: null, encoding: null, revision: 1, ...change };
}

export function deviceOf(change: Partial<ComputeDevice> = {}): ComputeDevice {
  return { id: 'cpu', kind: 'cpu', name: 'CPU', rate: null, state: 'usable', reason: null, ...change };
}

export function teachProgressOf(change: Partial<TeachProgress> = {}): TeachProgress {
  return {
    type: 'progress',
    state: 'idle',
    paused: false,
    done: 0,
    secondsLeft: null,
    sentence: '',
    curves: { training: [], heldOut: [] },
    model: null,
    revision: 1,
    ...change,
  };
}

export function jobOf(change: Partial<Job> = {}): Job {
  return {
    id: 'index',
    kind: 'index',
    state: 'running',
    waitsFor: null,
    name: '',
    sentence: '',
    done: 0,
    total: 0,
    rate: 0,
    secondsLeft: null,
    canPause: true,
    canCancel: true,
    ...change,
  };
}

export function endedJobOf(change: Partial<EndedJob> = {}): EndedJob {
  const at = '2026-11-01T10:00:00.000Z';
  return { id: 1, kind: 'index', name: '', began: at, ended: at, outcome: 'done', counts: {}, message: '', ...change };
}

export function jobsStateOf(change: Partial<JobsState> = {}): JobsState {
  return { type: 'progress', jobs: [], mode: 'always', hold: null, revision: 1, ...change };
}

export function readinessOf(change: Partial<TeachReadiness> = {}): TeachReadiness {
  return {
    ready: true,
    sentence: '2 groups will be taught.',
    notices: [],
    groups: 2,
    labelled: 40,
    changedSince: null,
    seconds: 12,
    ...change,
  };
}

export function versionOf(change: Partial<ModelVersion> = {}): ModelVersion {
  return {
    id: 'taught',
    name: 'Taught',
    kind: 'head',
    encoder: 'builtin',
    createdAt: '2026-11-01T10:00:00Z',
    active: false,
    usable: true,
    groups: [],
    evaluation: null,
    verdict: null,
    curves: null,
    recipe: '',
    bytes: 1000,
    ...change,
  };
}

export function suggestionOf(id: number, probability: number): Suggestion {
  const hash = id.toString(16).padStart(64, '0');
  return { id, hash, video: null, path: `/photos/${id}.jpg`, width: 300, height: 200, score: probability, probability };
}

export function pictureOf(id: number): Picture {
  return {
    id,
    hash: id.toString(16).padStart(64, '0'),
    video: null,
    path: `/photos/${id}.jpg`,
    copies: [],
    companions: [],
    width: 300,
    height: 200,
    bytes: 1000,
    format: 'jpeg',
    takenAt: null,
    takenOffset: null,
    takenFrom: 'file',
    modifiedAt: '2020-01-01T00:00:00Z',
    camera: null,
    lens: null,
    latitude: null,
    longitude: null,
    rating: null,
    keywords: [],
    title: null,
    description: null,
  };
}
