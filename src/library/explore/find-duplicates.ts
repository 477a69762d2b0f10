import type { DuplicateKind } from '../../contract/explore-schemas.ts';
import type { ComparedPicture } from '../catalog/duplicate-store.ts';
import { coarseMatch, copyRelation, fineMatch, type CopyRelation } from './compare-pictures.ts';
import { DuplicateCandidates } from './duplicate-candidates.ts';
import { formSets, type DuplicateSet } from './duplicate-sets.ts';
import { greyGrid, isFramed } from './grey-grid.ts';
import { byKeeping } from './kept-order.ts';
import { areNear } from './near-pictures.ts';
import type { PicturePixels } from './picture-pixels.ts';
import { glance, glances, roughLikeness, type Glance, type Glances } from './rough-look.ts';
import type { PictureTable } from './neighbor-table.ts';
import { separations } from './separations.ts';

/** What is compared, all of it read already but the pixels. */
interface ComparedLibrary {
  /** Ascending by id. */
  readonly pictures: readonly ComparedPicture[];
  /** By place; null where there is none. */
  readonly signatures: readonly (Uint8Array | null)[];
  readonly graph: PictureTable;
  /** Media ids of each decision: no two of one are put in a set. */
  readonly decided: readonly (readonly number[])[];
  /** Null where there are none. */
  readonly pixelsOf: (hash: string) => Promise<PicturePixels | null>;
}

/** A set as it was found, by media ids. */
export interface FoundSet {
  readonly kept: number;
  readonly members: readonly { readonly id: number; readonly kind: DuplicateKind }[];
}

/** At a glance, the least correlation of two that are looked at more closely: 5 % of the cropped, framed or written on are below. */
const GLANCE = 0.75;

/**
 * Finds what is the same: candidates from the neighbor graph and by signatures, each compared with the kept picture of its set, at a glance,
 * by their signatures aligned, and on pixels. Then what is near, among the pictures that are in no set.
 */
export async function findDuplicates(library: ComparedLibrary): Promise<FoundSet[]> {
  const { pictures, graph } = library;
  const candidates = new DuplicateCandidates();
  candidates.addGraph(graph.table, placesOf(graph.ids, pictures));
  candidates.addSymmetric(library.signatures);
  // of two that are the same, the one without a frame is the picture
  const framed = library.signatures.map((bytes) => (bytes !== null && isFramed(greyGrid(bytes)) ? 1 : 0));
  const order = pictures
    .map((_, place) => place)
    .filter((place) => pictures[place]?.seconds === null)
    .sort((a, b) => (framed[a] ?? 0) - (framed[b] ?? 0) || byKeeping(at(pictures, a), at(pictures, b)));
  const areApart = separations(library.decided);
  const apart = (a: number, b: number): boolean => areApart(at(pictures, a).id, at(pictures, b).id);
  const compare = copyComparison(library);
  const copies = await formSets<DuplicateKind>({
    order,
    candidatesOf: (place) => candidates.of(place),
    relation: (kept, other) => (apart(kept, other) ? null : compare(kept, other)),
    isPlain: (kind) => kind === 'resized',
  });
  const taken = new Set(copies.flatMap(({ kept, members }) => [kept, ...members.map(({ place }) => place)]));
  const near = await formSets<DuplicateKind>({
    order,
    candidatesOf: (place) => candidates.near(place).map((candidate) => candidate.place),
    relation: (kept, other) => {
      const score = candidates.near(kept).find(({ place }) => place === other)?.score ?? 0;
      const isNear = !apart(kept, other) && areNear(at(pictures, kept), at(pictures, other), score);
      return isNear && pictures[other]?.seconds === null ? 'near' : null;
    },
    taken,
  });
  const sets = [...copies, ...near];
  const together = new Set(sets.flatMap(({ kept, members }) => [kept, ...members.map(({ place }) => place)]));
  const identical = pictures
    .keys()
    .filter((place) => at(pictures, place).files > 1 && !together.has(place))
    .map((kept) => ({ kept, members: [] }));
  return [...identical, ...sets].map((set) => byIds(set, pictures));
}

/** Compares two pictures, step by step more closely. */
function copyComparison({ pictures, signatures, pixelsOf }: ComparedLibrary) {
  const seen = new Map<number, Glance>();
  let views: { readonly of: number; readonly glances: Glances } | null = null;
  const grid = (place: number) => {
    const bytes = signatures[place];
    return bytes ? greyGrid(bytes) : null;
  };
  return async (kept: number, other: number): Promise<CopyRelation | null> => {
    if (pictures[other]?.seconds !== null) return null;
    const [a, b] = [grid(kept), grid(other)];
    if (a === null || b === null) return null;
    if (views?.of !== kept) views = { of: kept, glances: glances(a) };
    const glimpse = seen.get(other) ?? glance(b);
    seen.set(other, glimpse);
    if (roughLikeness(views.glances, glimpse) < GLANCE) return null;
    const coarse = coarseMatch(a, b);
    if (coarse === null) return null;
    const [of, copy] = [at(pictures, kept), at(pictures, other)];
    const [from, to] = await Promise.all([pixelsOf(of.hash), pixelsOf(copy.hash)]);
    if (from === null || to === null) return null;
    const side = Math.min(of.width, of.height, copy.width, copy.height);
    const [ofFacts, copyFacts] = [
      { ...of, chroma: from.chroma },
      { ...copy, chroma: to.chroma },
    ];
    const match = fineMatch(from.grey, to.grey, coarse, side);
    const relation = match && copyRelation(match, ofFacts, copyFacts);
    if (relation !== null) return relation;
    // what was done to the kept one, as text on it, is seen from the other side
    const turnedBack = coarseMatch(b, a);
    const back = turnedBack && fineMatch(to.grey, from.grey, turnedBack, side);
    return back && copyRelation(back, copyFacts, ofFacts);
  };
}

/** By the graph's places; -1 where a picture is not compared. */
function placesOf(ids: Uint32Array, pictures: readonly ComparedPicture[]): Int32Array {
  const places = new Map(pictures.map(({ id }, place) => [id, place]));
  return Int32Array.from(ids, (id) => places.get(id) ?? -1);
}

function byIds({ kept, members }: DuplicateSet<DuplicateKind>, pictures: readonly ComparedPicture[]): FoundSet {
  return {
    kept: at(pictures, kept).id,
    members: members.map(({ place, relation }) => ({ id: at(pictures, place).id, kind: relation })),
  };
}

function at(pictures: readonly ComparedPicture[], place: number): ComparedPicture {
  const picture = pictures[place];
  if (!picture) throw new RangeError(`there is no picture at ${place}`);
  return picture;
}
