import { align, type Alignment, type Milestone } from './align-pictures.ts';
import { greyGrid, gridCorrelation, halved, turned, type GreyGrid, type Symmetry } from './grey-grid.ts';
import { windowOf } from './overlay.ts';
import { likelyGuesses } from './rough-look.ts';
import { WHOLE, type Window } from './window.ts';

/** How two pictures lie on each other, as their signatures say. */
export interface CoarseMatch extends Alignment {
  /** B is the turned A. */
  readonly symmetry: Symmetry;
}

/** What a comparison on pixels measured. */
interface FineMatch extends CoarseMatch {
  /** Of blocks with something in them: the share that is alike in its details. */
  readonly agreement: number;
  /** Of all blocks: the share that something was done to. */
  readonly changed: number;
}

/** At a glance, the least correlation of two that are looked at more closely: see `rough-look.ts`. */
const GLANCE = 0.8;

/** So many of the ways in which they may lie on each other are followed: those that look best, and at least so. */
const FOLLOWED = 2;
const LEAST_LIKELY = 0.7;

/** So alike a picture need not be aligned any other way. */
const SURE = 0.985;

/**
 * Of their details two must have as much alike where they are guessed to lie, before anything is aligned. Of 714 copies that are alike at a glance
 * none has less than 0.33, 5 of 1,000 less than 0.54; of neighbors that are alike at a glance and are two pictures 29 % have as much as here.
 */
const GUESSED_DETAILS = 0.3;

/** Steps on 8 × 8 cells, which only say where to begin on 16 × 16. */
const QUICK_STEPS = 2;

/** Steps on 16 × 16 cells, and what must have been come to on the way: copies have more than 0.5 of their details, but for two of 714. */
const STEPS = 5;
const MILESTONES: readonly Milestone[] = [
  { steps: 1, correlation: 0.7, details: 0.3 },
  { steps: 2, correlation: 0.75, details: 0.4 },
];

/** Below this correlation of their signatures, aligned as well as can be, two pictures are not looked at more closely. */
const COARSE_CORRELATION = 0.86;

/** Nor below this one of their details: different pictures whose light and dark lie alike. */
const COARSE_DETAILS = 0.5;

/** A signature as it is turned and mirrored, on its own cells and on half as many: each made when it is first asked for. */
export class TurnedSignature {
  readonly #bytes: Uint8Array;
  readonly #made: (GreyGrid | undefined)[] = [];
  readonly #small: (GreyGrid | undefined)[] = [];

  constructor(signature: Uint8Array) {
    this.#bytes = signature;
  }

  whole(symmetry: Symmetry): GreyGrid {
    return (this.#made[symmetry] ??= symmetry === 0 ? greyGrid(this.#bytes) : turned(this.whole(0), symmetry));
  }

  small(symmetry: Symmetry): GreyGrid {
    return (this.#small[symmetry] ??= halved(this.whole(symmetry)));
  }
}

/** The first of two pictures, as it is compared by signatures. */
export interface FirstLook {
  readonly signature: TurnedSignature;
  /** See {@link glances}. */
  readonly glances: Float32Array;
}

/** The second: its glance is what `writeGlance` writes, from `at` on. */
export interface SecondLook {
  readonly signature: TurnedSignature;
  readonly glance: Int8Array;
  readonly at: number;
}

/** Aligns two signatures. Null where they are not alike, however they are turned, cropped or framed. */
export function coarseMatch(a: FirstLook, b: SecondLook): CoarseMatch | null {
  const guesses = likelyGuesses(a.glances, b.glance, b.at, LEAST_LIKELY, FOLLOWED);
  const [first] = guesses;
  if (first === undefined || first.correlation < GLANCE) return null;
  // what is found to be one as it is need not be aligned: it could only drift
  if (first.window === WHOLE) {
    const correlation = gridCorrelation(a.signature.whole(first.symmetry), b.signature.whole(0));
    const { symmetry, window } = first;
    if (correlation >= SURE) return { symmetry, window, gain: 1, offset: 0, correlation, details: 1 };
  }
  let best: CoarseMatch | null = null;
  for (const { symmetry, window } of guesses) {
    const found = followed(a.signature, b.signature, symmetry, window);
    if (found === null || !contains(found.window) || found.correlation <= (best?.correlation ?? 0)) continue;
    if (found.correlation < COARSE_CORRELATION || found.details < COARSE_DETAILS) continue;
    best = { ...found, symmetry };
    if (best.correlation >= SURE) break;
  }
  return best;
}

/** Aligns two signatures from one guess, on ever more cells. Null where that leads nowhere. */
function followed(a: TurnedSignature, b: TurnedSignature, symmetry: Symmetry, guess: Window): Alignment | null {
  const [turnedA, other] = [a.whole(symmetry), b.whole(0)];
  const guessed = align(turnedA, other, guess, 0);
  if (guessed === null || guessed.details < GUESSED_DETAILS) return null;
  const quick = align(a.small(symmetry), b.small(0), guess, QUICK_STEPS);
  return quick && align(turnedA, other, quick.window, STEPS, MILESTONES);
}

/** Shares of a side: a part that is smaller, or a frame that is wider, is another picture. */
const LEAST_PART = 0.7;
const WIDEST_FRAME = 1.45;

/** Shares of the two that the other shows, of a window. */
function shares({ x, y, width, height }: Window): { readonly ofA: number; readonly ofB: number } {
  const span = (middle: number, length: number): number =>
    Math.max(0, Math.min(1, middle + length / 2) - Math.max(0, middle - length / 2));
  const seen = span(x, width) * span(y, height);
  return { ofA: seen, ofB: seen / (width * height) };
}

/** One of the two is in the other: what only overlaps is another picture of the same place. */
function contains(window: Window): boolean {
  const [shorter, longer] = [Math.min(window.width, window.height), Math.max(window.width, window.height)];
  if (shorter < LEAST_PART || longer > WIDEST_FRAME) return false;
  const { ofA, ofB } = shares(window);
  return Math.max(ofA, ofB) >= 0.93 && Math.min(ofA, ofB) >= LEAST_PART ** 2;
}

/** Cells of a block. */
const BLOCK = 8;
/** Grey levels: of a block that deviates less nothing can be said. */
const TEXTURE = 3;
/** From here two blocks are the same. */
const BLOCK_CORRELATION = 0.7;
/** Grey levels: blocks that differ by more were changed, which compression does not do. */
const CHANGED = 18;

/** On half as many cells: what is less alike is not aligned on all of them. */
const HALF_AGREEMENT = 0.3;

/** Below so many pixels a side, a picture has no details on 64 cells. */
const FEW_PIXELS = 64;

/**
 * Compares two pictures on pixels, from how their signatures lie on each other. Null where that leads nowhere.
 *
 * @param pixels of the shorter side of the smaller of the two
 */
export function fineMatch(a: GreyGrid, b: GreyGrid, coarse: CoarseMatch, pixels: number): FineMatch | null {
  const [wholeA, wholeB] = pixels < FEW_PIXELS ? [halved(a), halved(b)] : [a, b];
  const full = turned(wholeA, coarse.symmetry);
  const [halfA, halfB] = [halved(full), halved(wholeB)];
  const half = align(halfA, halfB, coarse.window, 5);
  if (half === null || !contains(half.window)) return null;
  if (compareBlocks(windowOf(halfA, half.window), halfB, half).agreement < HALF_AGREEMENT) return null;
  const found = align(full, wholeB, half.window, 5);
  if (found === null || !contains(found.window)) return null;
  return { ...found, symmetry: coarse.symmetry, ...compareBlocks(windowOf(full, found.window), wholeB, found) };
}

type Blocks = Pick<FineMatch, 'agreement' | 'changed'>;

function compareBlocks(seen: Float32Array, b: GreyGrid, { gain, offset }: Alignment): Blocks {
  let [alike, textured, changed, all] = [0, 0, 0, 0];
  for (let top = 0; top < b.side; top += BLOCK) {
    for (let left = 0; left < b.side; left += BLOCK) {
      const block = blockOf(seen, b, left, top, gain, offset);
      if (block === null) continue;
      all++;
      if (block.difference > CHANGED) changed++;
      if (block.texture < TEXTURE) continue;
      textured++;
      if (block.correlation >= BLOCK_CORRELATION) alike++;
    }
  }
  // a picture that is nearly all flat says too little
  const agreement = textured < 0.1 * all ? 0 : alike / textured;
  return { agreement, changed: all === 0 ? 1 : changed / all };
}

interface Block {
  readonly correlation: number;
  /** Deviation of the one that deviates more, grey levels. */
  readonly texture: number;
  /** Root mean square, grey levels. */
  readonly difference: number;
}

/** Null where less than half of the block is in both. */
function blockOf(
  seen: Float32Array,
  { side, values }: GreyGrid,
  left: number,
  top: number,
  gain: number,
  offset: number,
): Block | null {
  let [n, sumA, sumB, squaresA, squaresB, products, differences] = [0, 0, 0, 0, 0, 0, 0];
  for (let y = top; y < top + BLOCK; y++) {
    for (let x = left; x < left + BLOCK; x++) {
      const at = y * side + x;
      const p = gain * (seen[at] ?? 0) + offset;
      if (Number.isNaN(p)) continue;
      const q = values[at] ?? 0;
      n++;
      sumA += p;
      sumB += q;
      squaresA += p * p;
      squaresB += q * q;
      products += p * q;
      differences += (p - q) ** 2;
    }
  }
  if (n < (BLOCK * BLOCK) / 2) return null;
  const varianceA = Math.max(0, squaresA / n - (sumA / n) ** 2);
  const varianceB = Math.max(0, squaresB / n - (sumB / n) ** 2);
  const together = products / n - (sumA / n) * (sumB / n);
  return {
    correlation: together / Math.max(1e-6, Math.sqrt(varianceA * varianceB)),
    texture: Math.sqrt(Math.max(varianceA, varianceB)),
    difference: Math.sqrt(differences / n),
  };
}

/** From this share of its details on, the same picture: more of one with few pixels, and of one of which a part is seen. */
const SAME = { whole: 0.6, part: 0.75 } as const;
const SAME_SMALL = { whole: 0.75, part: 0.88 } as const;

/** By how much a crop or a frame may seem to stretch a picture: a share. What is stretched on purpose is shown whole. */
const STRETCHED = 0.1;

/** The same picture in another size or file shows the same part of it at the same brightness. */
const SAME_PART = 0.02;
const SAME_BRIGHTNESS = 0.06;
const CHANGED_BLOCKS = 0.02;

/** How one picture was made of another. */
export type CopyRelation = 'resized' | 'edited';

/** What is known of a picture beside its brightness. */
interface PictureFacts {
  readonly width: number;
  readonly height: number;
  /** See `PicturePixels`. */
  readonly chroma: number;
}

/** What a match says of two pictures; null where they are two. */
export function copyRelation(match: FineMatch, a: PictureFacts, b: PictureFacts): CopyRelation | null {
  const isSmall = Math.min(a.width, a.height, b.width, b.height) < FEW_PIXELS;
  const { x, y, width, height } = match.window;
  const isWhole =
    match.symmetry === 0 &&
    Math.max(Math.abs(x - 0.5), Math.abs(y - 0.5), Math.abs(width - 1), Math.abs(height - 1)) <= SAME_PART;
  const isSeenWhole = Math.abs(width - 1) + Math.abs(height - 1) <= 2 * SAME_PART;
  const same = isSmall ? SAME_SMALL : SAME;
  if (match.agreement < (isSeenWhole ? same.whole : same.part)) return null;
  if (!isSeenWhole && isStretched(match, a, b)) return null;
  const isAsBright = Math.abs(match.gain - 1) <= SAME_BRIGHTNESS && Math.abs(match.offset) <= 255 * SAME_BRIGHTNESS;
  const [more, less] = [Math.max(a.chroma, b.chroma), Math.min(a.chroma, b.chroma)];
  const lostColour = less < 0.5 * more - 2;
  return isWhole && isAsBright && !lostColour && match.changed <= CHANGED_BLOCKS ? 'resized' : 'edited';
}

/** Whether A had to be stretched to lie on B, in its own pixels. */
function isStretched({ window, symmetry }: CoarseMatch, a: PictureFacts, b: PictureFacts): boolean {
  const [width, height] = symmetry < 4 ? [a.width, a.height] : [a.height, a.width];
  const stretch = (window.width * width * b.height) / (window.height * height * b.width);
  return Math.abs(stretch - 1) > STRETCHED;
}
