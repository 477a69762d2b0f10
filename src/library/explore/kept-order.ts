import type { ComparedPicture } from '../catalog/duplicate-store.ts';
import type { KeptReason } from '../../contract/explore-schemas.ts';
import { pictureTime } from '../catalog/picture-time.ts';

type Ranked = Pick<ComparedPicture, 'id' | 'bytes' | 'width' | 'height' | 'takenAt' | 'mtimeMs'>;

/** The picture that is best to keep first: by pixels, then by bytes, of which compression took less, then the oldest. */
export function byKeeping(a: Ranked, b: Ranked): number {
  return (
    b.width * b.height - a.width * a.height ||
    b.bytes - a.bytes ||
    pictureTime(a.takenAt, a.mtimeMs) - pictureTime(b.takenAt, b.mtimeMs) ||
    a.id - b.id
  );
}

/** Why a picture is kept rather than the next best. */
export function keptReason(kept: Ranked, others: readonly Ranked[]): KeptReason {
  const [next] = others.toSorted(byKeeping);
  if (next === undefined) return 'same';
  const [pixels, bytes] = [kept.width * kept.height - next.width * next.height, kept.bytes - next.bytes];
  if (pixels > 0) return 'larger';
  // what is better by numbers was made of this one
  if (pixels < 0 || bytes < 0) return 'unedited';
  return bytes > 0 ? 'less-compressed' : 'older';
}
