import type { IgnorePreview, IgnoreRule, IgnoreSurvey } from '../../contract/ignore-schemas.ts';
import { counted, fileName, fileSize, number } from './phrases.ts';

/** Kinds of rules that can be typed; a single file is left out where it is shown. */
export type TypedKind = Exclude<IgnoreRule['kind'], 'file'>;

export const TYPED_KINDS: readonly { readonly kind: TypedKind; readonly name: string; readonly hint: string }[] = [
  { kind: 'pattern', name: 'Files like', hint: 'As in .gitignore: *.png, Screenshots/*.jpg, /Scans' },
  { kind: 'folder', name: 'Folders named', hint: 'Wherever they lie, with all that is in them' },
  { kind: 'size', name: 'Files smaller than', hint: 'In kB: icons and previews are small' },
];

const BYTES_PER_KB = 1000;
const MOST_KB = 1_000_000;

/** The rule that is typed; null where that is none (yet). */
export function typedRule(kind: TypedKind, text: string): IgnoreRule | null {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  switch (kind) {
    case 'pattern':
      return { kind, pattern: trimmed };
    case 'folder':
      return /[/\\]/.test(trimmed) ? null : { kind, name: trimmed };
    case 'size': {
      const bytes = Math.round(Number(trimmed.replaceAll(',', '')) * BYTES_PER_KB);
      return bytes >= 1 && bytes <= MOST_KB * BYTES_PER_KB ? { kind, bytes } : null;
    }
  }
}

/** What a rule leaves out, in a few words. */
export function ruleName(rule: IgnoreRule): string {
  switch (rule.kind) {
    case 'file':
      return fileName(rule.path);
    case 'pattern':
      return `Files like ${rule.pattern}`;
    case 'folder':
      return `Folders named ${rule.name}`;
    case 'size':
      return `Files smaller than ${fileSize(rule.bytes)}`;
  }
}

/** "12 files would be left out, 10 pictures among them." */
export function previewLine({ files, pictures, complete }: IgnorePreview): string {
  const more = complete ? '' : ' There are too many files to look at all of them: it may be more.';
  if (files === 0) return `Nothing would be left out.${more}`;
  const shown = pictures === 0 ? 'no picture of the library among them' : `${counted(pictures, 'picture')} among them`;
  return `${counted(files, 'file')} would be left out, ${shown}.${more}`;
}

/** "2 folders and 1 file" */
export function passedLine({ files, folders }: { readonly files: number; readonly folders: number }): string {
  const parts = [folders > 0 ? counted(folders, 'folder') : '', files > 0 ? counted(files, 'file') : ''];
  return parts.filter((part) => part !== '').join(' and ') || 'nothing here';
}

export const ALWAYS: Readonly<Record<IgnoreSurvey['always'][number]['why'], string>> = {
  hidden: 'Hidden files and folders (their names begin with a dot)',
  system: 'Folders of the system: its trash, thumbnails of network drives',
  'ignore-file': 'What a file named .semblanceignore in a folder says',
};

/** The endings of files, the most frequent first, as patterns: "*.pdf". Files without one are left out. */
export function patternsOf(paths: readonly string[]): { readonly pattern: string; readonly count: number }[] {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const ending = /[^.]\.([^.\s]{1,12})$/.exec(fileName(path))?.[1]?.toLowerCase();
    if (ending !== undefined) counts.set(ending, (counts.get(ending) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a, countA], [b, countB]) => countB - countA || a.localeCompare(b))
    .map(([ending, count]) => ({ pattern: `*.${ending}`, count }));
}

/** What was said of files that are left out from now on. */
export function leftOutLine(rules: readonly IgnoreRule[]): string {
  const [first] = rules;
  if (rules.length === 1 && first) return `${ruleName(first)}: left out from now on.`;
  return `${number(rules.length)} files are left out from now on.`;
}
