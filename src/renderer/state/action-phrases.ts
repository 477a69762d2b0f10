import {
  ACTION_REASONS,
  type ActionOutcome,
  type ActionPlan,
  type ActionSummary,
  type RefusedFile,
} from '../../contract/action-schemas.ts';
import { counted, fileSize } from './phrases.ts';

const VERBS: Readonly<Record<ActionPlan['kind'], string>> = {
  trash: 'Move to trash',
  move: 'Move',
  copy: 'Copy',
  link: 'Make links',
  replace: 'Replace by links',
};

/** What the button says that does it. */
export function verbOf({ kind }: Pick<ActionPlan, 'kind'>): string {
  return VERBS[kind];
}

/** How much it is: "12 pictures and 3 files that go with them, 48 MB". */
export function sizeLine({ pictures, files, bytes }: Pick<ActionPlan, 'pictures' | 'files' | 'bytes'>): string {
  const others = files - pictures;
  const beside = others === 0 ? '' : ` and ${counted(others, 'file')} that ${others === 1 ? 'goes' : 'go'} with them`;
  return `${counted(pictures, 'picture')}${beside}, ${fileSize(bytes)}`;
}

/** Why files are left as they are, each reason once: "2 files: Its drive is not here." */
export function refusalLines(refused: readonly RefusedFile[]): string[] {
  const byReason = Map.groupBy(refused, ({ reason }) => reason);
  return [...byReason].map(([reason, files]) => `${counted(files.length, 'file')}: ${ACTION_REASONS[reason]}`);
}

/** How a plan stands, beside what was done of it; in parts, none where all was done. */
export function standingOf({ state, done, failed, unsettled }: ActionSummary): string[] {
  if (state === 'running' || state === 'undoing') return ['under way'];
  const parts: string[] = [];
  if (state === 'stopped') parts.push('stopped');
  else if (state === 'undo-stopped') parts.push(`undoing was stopped with ${counted(done, 'file')} left`);
  if (failed > 0) parts.push(`${counted(failed, 'file')} not possible`);
  if (unsettled > 0)
    parts.push(`what came of ${counted(unsettled, 'file')} is not known: a drive is away, or a file cannot be read`);
  return parts;
}

/** What came of it, in one or two sentences. */
export function outcomeSentence({ description, error, refused, refusedFiles, state }: ActionOutcome): string {
  const parts = [`${description}.`];
  if (error !== null) parts.push(error.message);
  else if (state === 'stopped' || state === 'undo-stopped') parts.push('The rest was left as it is.');
  if (refusedFiles > 0) parts.push(`Not possible with ${refusalLines(refused).join(' ')}`);
  if (refusedFiles > refused.length) parts.push(`And ${counted(refusedFiles - refused.length, 'more file')}.`);
  return parts.join(' ');
}
