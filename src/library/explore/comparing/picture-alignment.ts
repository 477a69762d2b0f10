import { SIGNATURE_SIDE } from '../../media/signature.ts';
import { inverse, windowAffine, type Affine } from './affine.ts';
import { align } from './align-pictures.ts';
import { coarseMatch, fineMatch, TurnedSignature, type CoarseMatch } from './compare-pictures.ts';
import { greyGrid, halved, turned, type GreyGrid, type Symmetry } from './grey-grid.ts';
import { GLANCE_VALUES, glances, writeGlance } from './rough-look.ts';
import type { Window } from './window.ts';

/** How one picture lies on another. */
export interface Laid {
  /** Where a point of B is in A. */
  readonly matrix: Affine;
  /** B is about as bright as gain × A + offset. */
  readonly gain: number;
  readonly offset: number;
}

/** Cells a side of what pictures are compared on. */
const SIDE = 64;

/**
 * Where each lies is known to a pixel, not only whether they are of one picture: where a crop of a drawing lies, which has few details, is
 * found to 0.025 in 15 steps and to 0.004 in 40 that are followed closely.
 */
const STEPS = 40;
const CLOSENESS = 0.005;

/** Finer steps are no closer: pixels of a picture that was compressed move by as much. */
const FINEST = 256;

/** Of its details, what has to be alike: as of the whole of a copy, see `compare-pictures.ts`. */
const LEAST_AGREEMENT = 0.6;

/**
 * Finds where what B shows is in A, whichever of the two shows more; null where they do not show the same.
 *
 * @param a of at least 64 cells a side, a power of two; `b` of as many
 * @param pixels of the shorter side of the smaller of the two pictures
 */
export function layOn(a: GreyGrid, b: GreyGrid, pixels: number): Laid | null {
  const there = laidOneWay(a, b, pixels);
  if (there) return { ...there, matrix: windowAffine(there.window, there.symmetry) };
  const back = laidOneWay(b, a, pixels);
  if (!back) return null;
  const { window, symmetry, gain, offset } = back;
  return { matrix: inverse(windowAffine(window, symmetry)), gain: 1 / gain, offset: -offset / gain };
}

interface Found {
  readonly window: Window;
  readonly symmetry: Symmetry;
  readonly gain: number;
  readonly offset: number;
}

function laidOneWay(a: GreyGrid, b: GreyGrid, pixels: number): Found | null {
  const coarse = signatureMatch(signatureOf(a), signatureOf(b));
  const fine = coarse && fineMatch(shrunk(a, SIDE), shrunk(b, SIDE), coarse, pixels);
  if (fine === null || fine.agreement < LEAST_AGREEMENT) return null;
  let found: Found = fine;
  for (let side = SIDE; side <= Math.min(FINEST, a.side); side *= 2) {
    const closer = align(turned(shrunk(a, side), fine.symmetry), shrunk(b, side), found.window, STEPS, [], CLOSENESS);
    if (closer === null) break;
    found = { ...closer, symmetry: fine.symmetry };
  }
  return found;
}

/** As signatures are compared wherever duplicates are found. */
function signatureMatch(a: Uint8Array, b: Uint8Array): CoarseMatch | null {
  const glance = new Int8Array(GLANCE_VALUES);
  writeGlance(greyGrid(b), glance, 0);
  return coarseMatch(
    { signature: new TurnedSignature(a), glances: glances(greyGrid(a)) },
    { signature: new TurnedSignature(b), glance, at: 0 },
  );
}

function signatureOf(grid: GreyGrid): Uint8Array {
  return Uint8Array.from(shrunk(grid, SIGNATURE_SIDE).values, Math.round);
}

function shrunk(grid: GreyGrid, side: number): GreyGrid {
  return grid.side <= side ? grid : shrunk(halved(grid), side);
}
