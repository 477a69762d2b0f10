import type { BackgroundHold, BackgroundMode, EndedJob, Job, JobKind } from '../../contract/job-schemas.ts';
import { counted, duration, number } from './phrases.ts';

const NAMES: Readonly<Record<JobKind, string>> = {
  index: 'Indexing',
  rescan: 'Taking in changes',
  rebuild: 'Building the search index',
  encode: 'Encoding for another encoder',
  fill: 'Encoding what was away',
  teach: 'Teaching',
  adapt: 'Adapting to your pictures',
  activate: 'Bringing a version into use',
  export: 'Exporting',
  import: 'Importing',
  verify: 'Checking the library',
  duplicates: 'Looking for duplicates',
  forget: 'Forgetting deleted pictures',
  actions: 'Moving files',
  'undo-actions': 'Bringing files back',
  map: 'Laying out the map',
};

/** Kinds that are counted in pictures or files; the others in shares. */
const COUNTED: ReadonlySet<JobKind> = new Set([
  'index',
  'rescan',
  'rebuild',
  'encode',
  'fill',
  'actions',
  'undo-actions',
  'map',
  'duplicates',
]);

/** Kinds whose steps are nothing that a person counts. */
const IN_PERCENT: ReadonlySet<JobKind> = new Set(['export', 'import', 'verify']);

const WAITS: Readonly<Record<NonNullable<Job['waitsFor']>, string>> = {
  turn: 'Waits for its turn',
  battery: 'Waits: on battery',
  use: 'Waits: the computer is in use',
};

export const MODES: readonly { readonly mode: BackgroundMode; readonly name: string }[] = [
  { mode: 'always', name: 'At any time' },
  { mode: 'not-on-battery', name: 'Not on battery' },
  { mode: 'only-when-idle', name: 'Only when nobody uses the computer' },
];

/** What a job is: "Encoding for another encoder: CLIP". */
export function jobName({ kind, name }: Pick<Job, 'kind' | 'name'>): string {
  return name === '' ? NAMES[kind] : `${NAMES[kind]}: ${name}`;
}

/** How far a job is: "3,412 of 8,900 · 61/s · 1 min 30 s left". */
export function jobLine(job: Job): string {
  const { kind, state, waitsFor, sentence, done, total, rate, secondsLeft } = job;
  const parts: string[] = [];
  if (state === 'paused') parts.push('Paused');
  else if (state === 'ending') parts.push('Stopping');
  else if (waitsFor !== null) parts.push(WAITS[waitsFor]);
  if (sentence !== '') parts.push(sentence);
  if (total > 0 && COUNTED.has(kind)) parts.push(done > 0 ? `${number(done)} of ${number(total)}` : number(total));
  else if (total > 0 && IN_PERCENT.has(kind)) parts.push(`${Math.floor((100 * done) / total)} %`);
  if (state === 'running') {
    if (rate > 0 && COUNTED.has(kind)) parts.push(`${number(Math.max(1, Math.round(rate)))}/s`);
    if (secondsLeft !== null) parts.push(`${duration(secondsLeft)} left`);
  }
  return parts.join(' · ') || 'Runs';
}

/** Why background work waits. */
export function holdLine(hold: BackgroundHold): string {
  return hold === 'battery'
    ? 'The computer runs on battery: what nobody asked for just now waits.'
    : 'The computer is in use: what nobody asked for just now waits.';
}

/** What is counted of what ended, in the order in which it is said. */
const COUNTS: readonly (readonly [key: string, one: string, many: string])[] = [
  ['indexed', 'picture indexed', 'pictures indexed'],
  ['pictures', 'picture', 'pictures'],
  ['sets', 'set', 'sets'],
  ['moved', 'found at a new place', 'found at a new place'],
  ['removed', 'gone', 'gone'],
  ['failed', 'file not readable', 'files not readable'],
  ['skipped', 'left out, not there', 'left out, not there'],
  ['groups', 'group', 'groups'],
  ['labels', 'label', 'labels'],
  ['models', 'version', 'versions'],
  ['missing', 'missing', 'missing'],
  ['stale', 'left over', 'left over'],
];

/** Kinds that go on by themselves after the program was ended before them. */
const GOES_ON: ReadonlySet<JobKind> = new Set([
  'index',
  'rescan',
  'rebuild',
  'encode',
  'fill',
  'teach',
  'adapt',
  'activate',
  'actions',
  'undo-actions',
]);

/** How a job ended: "1,204 pictures indexed, 3 files not readable." */
export function endedLine({ kind, outcome, counts, message }: EndedJob): string {
  if (kind === 'forget')
    return `${counted(counts['pictures'] ?? 0, 'picture')} forgotten, with all labels: deleted more than 30 days ago.`;
  const told = COUNTS.flatMap(([key, one, many]) => {
    const count = counts[key] ?? 0;
    return count > 0 ? [`${number(count)} ${count === 1 ? one : many}`] : [];
  }).join(', ');
  const what = told === '' ? '' : `${told}.`;
  switch (outcome) {
    case 'done':
      return [what, message].filter((part) => part !== '').join(' ') || 'Done; nothing had changed.';
    case 'cancelled':
      return `Cancelled. ${what}`.trim();
    case 'failed':
      return `Stopped: ${message} ${what}`.trim();
    case 'cut':
      return GOES_ON.has(kind)
        ? 'Cut off when Semblance ended. It goes on by itself.'
        : 'Cut off when Semblance ended. Nothing of it was kept: do it again.';
    case 'gave-way':
      return `Stopped before its end; the rest is done later. ${what}`.trim();
  }
}

/** How long it took; empty for what happened at once. */
export function tookLine({ began, ended }: Pick<EndedJob, 'began' | 'ended'>): string {
  const seconds = (Date.parse(ended) - Date.parse(began)) / 1000;
  return seconds >= 1 ? duration(seconds) : '';
}
