import type { ComparedPicture } from '../../catalog/duplicate-store.ts';
import type { KeptReason } from '../../../contract/explore-schemas.ts';
import { pictureTime } from '../../catalog/picture-time.ts';

type Ranked = Pick<ComparedPicture, 'id' | 'bytes' | 'width' | 'height' | 'takenAt' | 'mtimeMs' | 'chosenAt'>;

/** A picture among those of its set. */
export interface RankedInSet extends Ranked {
  /** It is an edit of the picture that the set was found around. */
  readonly isEdited: boolean;
  /** Another one of the set, not edited either, is clearly sharper. */
  readonly isBlurred: boolean;
}

/**
 * The picture that is best to keep first: what a person chose, the newest choice before others; then by pixels, then by bytes, of which
 * compression took less, then the oldest. A total order.
 */
export function byKeeping(a: Ranked, b: Ranked): number {
  return newestChoice(a, b) || byMeasures(a, b);
}

function newestChoice(a: Ranked, b: Ranked): number {
  const [ofA, ofB] = [a.chosenAt ?? '', b.chosenAt ?? ''];
  return ofA === ofB ? 0 : ofA > ofB ? -1 : 1;
}

function byMeasures(a: Ranked, b: Ranked): number {
  return (
    b.width * b.height - a.width * a.height ||
    b.bytes - a.bytes ||
    pictureTime(a.takenAt, a.mtimeMs) - pictureTime(b.takenAt, b.mtimeMs) ||
    a.id - b.id
  );
}

/**
 * The same among the pictures of one set, where it is known what was edited and what is less sharp: the choice, then what is not edited,
 * then what is not blurred, then the measures. Total and transitive, because what is blurred is so beside the sharpest of the set, not
 * beside each other one.
 */
export function byKeepingInSet(a: RankedInSet, b: RankedInSet): number {
  return (
    newestChoice(a, b) ||
    Number(a.isEdited) - Number(b.isEdited) ||
    Number(a.isBlurred) - Number(b.isBlurred) ||
    byMeasures(a, b)
  );
}

/** Why a picture is kept rather than the one that is best by its measures beside it. */
export function keptReason(kept: RankedInSet, others: readonly RankedInSet[]): KeptReason {
  if (kept.chosenAt !== null) return 'chosen';
  const [next] = others.toSorted(byMeasures);
  if (next === undefined) return 'same';
  const [pixels, bytes] = [kept.width * kept.height - next.width * next.height, kept.bytes - next.bytes];
  if (pixels > 0) return 'larger';
  if (next.isBlurred && !kept.isBlurred) return 'sharper';
  // what is better by numbers was made of this one
  if (pixels < 0 || bytes < 0) return 'unedited';
  return bytes > 0 ? 'less-compressed' : 'older';
}
