import { join } from 'node:path';
import { setImmediate as letOthersRun } from 'node:timers/promises';
import type { DuplicateKind, DuplicatePicture, DuplicateSet } from '../../../contract/explore-schemas.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { FoundSet } from './found-duplicates.ts';
import { byKeepingInSet, keptReason, type RankedInSet } from './kept-order.ts';
import type { PictureComparisons } from '../comparing/picture-comparisons.ts';
import { separations } from './separations.ts';
import { comparedSharpness } from '../comparing/sharpness.ts';

/** From the surest to the furthest. */
const KINDS: readonly DuplicateKind[] = ['identical', 'resized', 'edited', 'near'];

/** Sets that are described between two looks at the event loop: some milliseconds. */
const SLICE = 50;

/** A picture of a set with what is known of it. */
export interface KnownPicture extends Omit<DuplicatePicture, 'kind' | 'sharpness' | 'blurred'> {
  /** How it was found to be of the one that the set was found around; that one is `identical`. */
  readonly kind: DuplicateKind;
  readonly mtimeMs: number;
  readonly chosenAt: string | null;
}

/** Describes sets as they are shown, the surest first, and among those what frees most first. */
export async function shownSets(
  catalog: Catalog,
  comparisons: PictureComparisons,
  found: readonly FoundSet[],
): Promise<DuplicateSet[]> {
  const chosen = catalog.duplicates.chosen();
  const areApart = separations(catalog.duplicates.decided());
  const known: KnownPicture[][] = [];
  for (const [i, set] of found.entries()) {
    if (i % SLICE === SLICE - 1) await letOthersRun();
    known.push(knownPictures(catalog, chosen, set));
  }
  const sharpness = await comparisons.sharpness(known.filter(({ length }) => length > 1).flat());
  return known.flatMap((pictures) => shownSet(pictures, sharpness, areApart) ?? []).sort(surestFirst);
}

/** What there still is of a set, the one that it was found around first. */
function knownPictures(
  catalog: Catalog,
  chosen: ReadonlyMap<number, string>,
  { kept, members }: FoundSet,
): KnownPicture[] {
  return [{ id: kept, kind: 'identical' as const }, ...members].flatMap(({ id, kind }) => {
    const media = catalog.media(id);
    const files = catalog.files.ofMedia(id);
    if (!media || files.length === 0) return [];
    const { hash, bytes, width, height, format, takenAt } = media;
    const paths = files.map(({ sourcePath, path }) => join(sourcePath, path));
    const mtimeMs = Math.min(...files.map((file) => file.mtimeMs));
    const modifiedAt = new Date(mtimeMs).toISOString();
    const chosenAt = chosen.get(id) ?? null;
    return [{ id, hash, paths, bytes, width, height, format, takenAt, modifiedAt, mtimeMs, chosenAt, kind }];
  });
}

/**
 * A set as it is shown, around the picture that is best to keep by all that is known; null where decisions left nothing of it. Of pictures that
 * were each compared with the one that the set was found around, two are of each other what is further of the two.
 *
 * @param pictures the one that the set was found around first
 * @param sharpness by id
 */
export function shownSet(
  pictures: readonly KnownPicture[],
  sharpness: ReadonlyMap<number, number | null>,
  areApart: (a: number, b: number) => boolean,
): DuplicateSet | null {
  const [center] = pictures;
  if (!center) return null;
  const left = ranked(
    pictures.filter(({ id }) => id === center.id || !areApart(center.id, id)),
    sharpness,
  );
  const [first] = left.toSorted(byKeepingInSet);
  if (!first) return null;
  const others = left.filter(({ id }) => id !== first.id && !areApart(first.id, id)).sort(byKeepingInSet);
  if (others.length === 0 && first.paths.length < 2) return null;
  const together = [first, ...others].map((picture): DuplicatePicture => {
    const { id, hash, paths, bytes, width, height, format, takenAt, modifiedAt, share, isBlurred } = picture;
    const kind = id === first.id ? 'identical' : further(first.kind, picture.kind);
    const facts = { id, hash, paths, bytes, width, height, format, takenAt, modifiedAt };
    return { ...facts, kind, sharpness: share, blurred: isBlurred };
  });
  const kind = together.reduce<DuplicateKind>((furthest, picture) => further(furthest, picture.kind), 'identical');
  return { kind, reason: keptReason(first, others), pictures: together };
}

type RankedPicture = KnownPicture & RankedInSet & { readonly share: number | null };

/**
 * Sharpness is compared where the same part of a picture is seen as it was taken: a crop shows its details larger, and text or a frame is
 * sharper than any photo.
 */
function ranked(pictures: readonly KnownPicture[], sharpness: ReadonlyMap<number, number | null>): RankedPicture[] {
  const compared = comparedSharpness(
    pictures.map(({ id, kind }) => (kind === 'edited' ? null : (sharpness.get(id) ?? null))),
  );
  return pictures.map((picture, i) => ({
    ...picture,
    isEdited: picture.kind === 'edited',
    share: compared[i]?.share ?? null,
    isBlurred: compared[i]?.isBlurred ?? false,
  }));
}

function further(a: DuplicateKind, b: DuplicateKind): DuplicateKind {
  return KINDS.indexOf(a) > KINDS.indexOf(b) ? a : b;
}

function surestFirst(a: DuplicateSet, b: DuplicateSet): number {
  const spare = ({ pictures }: DuplicateSet): number =>
    pictures.reduce((sum, { bytes, paths }, i) => sum + bytes * (i === 0 ? paths.length - 1 : paths.length), 0);
  return KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || spare(b) - spare(a);
}
