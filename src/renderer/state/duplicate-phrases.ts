import type {
  DuplicateDecisions,
  DuplicateKind,
  DuplicatePicture,
  DuplicateSet,
  KeptReason,
} from '../../contract/explore-schemas.ts';
import { counted, dayAndTime, fileName, fileSize, number } from './phrases.ts';

/** What the sets of a kind are. */
export const KIND_TITLES: Readonly<Record<DuplicateKind, string>> = {
  identical: 'The same file',
  resized: 'The same picture in another size or format',
  edited: 'The same picture, edited',
  near: 'Nearly the same',
};

const REASONS: Readonly<Record<KeptReason, string>> = {
  chosen: 'you chose it',
  larger: 'larger',
  sharper: 'sharper',
  'less-compressed': 'less compressed',
  older: 'older',
  unedited: 'not edited',
  same: 'all are the same',
};

/** Why the first picture of a set is the one to keep. */
export function reasonWord(reason: KeptReason): string {
  return REASONS[reason];
}

/** What was decided, of so many pictures. */
export function decisionTitle({ decision, pictures }: DuplicateDecisions['decisions'][number]): string {
  if (decision === 'not-duplicates') return 'Not duplicates';
  return decision === 'kept' ? 'Kept rather than its copies' : pictures.length === 2 ? 'Both kept' : 'All kept';
}

/** What a set is called: by the picture to keep. */
export function setTitle({ pictures }: DuplicateSet): string {
  return fileName(pictures[0]?.paths[0] ?? '');
}

export function setNote({ pictures, reason }: DuplicateSet): string {
  const files = pictures.reduce((sum, { paths }) => sum + paths.length, 0);
  return `${counted(files, 'file')}, ${pictures.length === 1 ? reasonWord(reason) : `keep the first: ${reasonWord(reason)}`}`;
}

/** What helps to decide which of two to keep, by name. */
export function keepingFacts({
  width,
  height,
  format,
  bytes,
  takenAt,
  modifiedAt,
  sharpness,
  blurred,
}: DuplicatePicture): { readonly name: string; readonly value: string }[] {
  const facts = [
    { name: 'Size', value: `${number(width)} × ${number(height)} pixels` },
    { name: 'File', value: `${format.toUpperCase()}, ${fileSize(bytes)}` },
    takenAt === null
      ? { name: 'File date', value: dayAndTime(modifiedAt) }
      : { name: 'Taken', value: dayAndTime(takenAt) },
  ];
  // nothing is said where there is none to compare with: an edit shows other details, or other sizes of them
  if (sharpness === null) return facts;
  const share = Math.round(100 * sharpness);
  const sharp =
    share === 100 ? 'the sharpest of the set' : `${share} % of the sharpest${blurred ? ': clearly less' : ''}`;
  return [...facts, { name: 'Sharpness', value: sharp }];
}
