import { describe, expect, test } from 'vitest';
import type { EncodingProgress } from '../../contract/encoder-schemas.ts';
import type { IndexProgress } from '../../contract/schemas.ts';
import type { TeachProgress } from '../../contract/teach-schemas.ts';
import { activeJobs, type WorkSeen } from './active-jobs.ts';
import { holdFor } from './background-work.ts';

const index: IndexProgress = {
  type: 'progress',
  state: 'idle',
  quiet: false,
  found: 0,
  indexed: 0,
  unchanged: 0,
  moved: 0,
  removed: 0,
  failed: 0,
  picturesPerSecond: 0,
  secondsLeft: null,
  revision: 1,
};
const encoding: EncodingProgress = {
  encoder: 'clip',
  name: 'CLIP',
  takesOver: true,
  phase: 'encoding',
  done: 3,
  total: 10,
  skipped: 0,
  rate: 2,
  secondsLeft: 4,
  paused: false,
  waiting: false,
  heldBy: null,
};
const teaching: TeachProgress = {
  type: 'progress',
  state: 'training',
  paused: false,
  done: 0.25,
  secondsLeft: 9,
  sentence: 'Part 1 of 2',
  curves: { training: [], heldOut: [] },
  model: null,
  revision: 1,
};
const nothing: WorkSeen = {
  index,
  waitingRuns: [],
  changesWait: false,
  hold: null,
  encoding: null,
  teaching: null,
  tasks: [],
};
const short = (seen: Partial<WorkSeen>): string[] =>
  activeJobs({ ...nothing, ...seen }).map(({ id, kind, state, waitsFor }) =>
    `${id} ${kind} ${state} ${waitsFor ?? ''}`.trim(),
  );

describe('activeJobs', () => {
  test('what a person asked for comes first, then what goes on by itself', () => {
    const running: IndexProgress = { ...index, state: 'indexing', found: 10, indexed: 2, failed: 1 };
    const rest = {
      encoding: { ...encoding, waiting: true },
      teaching: { kind: 'adapt' as const, progress: { ...teaching, paused: true } },
      tasks: [{ id: 3, kind: 'export' as const, done: 0, total: 0 }],
      changesWait: true,
    };
    expect(short({ index: running, waitingRuns: [4], ...rest })).toEqual([
      'index index running',
      'run-4 index waiting turn',
      'teach adapt paused',
      'task-3 export running',
      'changes rescan waiting turn',
      'encode encode waiting turn',
    ]);
    expect(short({ index: { ...running, quiet: true }, ...rest })).toEqual([
      'teach adapt paused',
      'task-3 export running',
      'index rescan running',
      'encode encode waiting turn',
    ]);
    expect(activeJobs({ ...nothing, index: running })[0]).toMatchObject({ done: 3, total: 10, canPause: true });
    expect(activeJobs({ ...nothing, teaching: rest.teaching })[0]).toMatchObject({ done: 250, total: 1000 });
  });

  test('a look for changes is nothing to tell until there is something to read', () => {
    const quiet: IndexProgress = { ...index, quiet: true, state: 'scanning' };
    expect(short({ index: quiet, changesWait: true })).toEqual([]);
    expect(short({ index: { ...quiet, state: 'indexing', found: 9, unchanged: 8, failed: 1 } })).toEqual([]);
    expect(short({ index: { ...quiet, state: 'indexing', found: 9, unchanged: 8 } })).toEqual(['index rescan running']);
  });

  test('what waits for a better time says for what, and what the active encoder lacks cannot be cancelled', () => {
    expect(short({ changesWait: true, hold: 'battery' })).toEqual(['changes rescan waiting battery']);
    expect(short({ hold: 'battery' })).toEqual([]);
    const [fill] = activeJobs({
      ...nothing,
      encoding: { ...encoding, takesOver: false, heldBy: 'use', waiting: true },
    });
    expect(fill).toMatchObject({ kind: 'fill', state: 'waiting', waitsFor: 'use', canPause: true, canCancel: false });
    expect(short({ encoding: { ...encoding, paused: true, heldBy: 'use' } })).toEqual(['encode encode paused']);
  });

  test('what ends can be neither paused nor cancelled', () => {
    expect(activeJobs({ ...nothing, index: { ...index, state: 'cancelling' } })).toMatchObject([
      { state: 'ending', canPause: false, canCancel: false },
    ]);
  });
});

test.each([
  ['always', { onBattery: true, idleSeconds: 0 }, null],
  ['not-on-battery', { onBattery: true, idleSeconds: 900 }, 'battery'],
  ['not-on-battery', { onBattery: false, idleSeconds: 0 }, null],
  ['only-when-idle', { onBattery: false, idleSeconds: 119 }, 'use'],
  ['only-when-idle', { onBattery: true, idleSeconds: 120 }, null],
  ['only-when-idle', null, null],
] as const)('%s: with %j background work waits for %s', (mode, power, hold) => {
  expect(holdFor(mode, power)).toBe(hold);
});
