import { align, roughCorrelation, WHOLE, windowOf, type Alignment, type Window } from './align-pictures.ts';
import { gridCorrelation, halved, SYMMETRIES, turned, type GreyGrid, type Symmetry } from './grey-grid.ts';

/** How two pictures lie on each other, as their signatures say. */
interface CoarseMatch extends Alignment {
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

/** First guesses: the whole, crops from the middle and the corners, and a frame. */
const GUESSES: readonly Window[] = [
  WHOLE,
  { x: 0.5, y: 0.5, width: 0.85, height: 0.85 },
  { x: 0.42, y: 0.42, width: 0.82, height: 0.82 },
  { x: 0.58, y: 0.42, width: 0.82, height: 0.82 },
  { x: 0.42, y: 0.58, width: 0.82, height: 0.82 },
  { x: 0.58, y: 0.58, width: 0.82, height: 0.82 },
  { x: 0.5, y: 0.5, width: 1.15, height: 1.15 },
];

/** So many of the guesses are followed, of all in all ways to turn a picture: those that look best. */
const FOLLOWED = 3;

/** So alike a picture need not be aligned any other way. */
const SURE = 0.985;

/** What is less alike than that after some steps is not followed further. */
const HOPELESS = 0.6;

/** Below this correlation of their signatures, aligned as well as can be, two pictures are not looked at more closely. */
const COARSE_CORRELATION = 0.86;

/** Aligns two signatures. Null where they are not alike, however they are turned, cropped or framed. */
export function coarseMatch(a: GreyGrid, b: GreyGrid): CoarseMatch | null {
  const whole = bestTurned(a, b);
  if (whole.correlation >= SURE) return whole;
  let best: CoarseMatch | null = null;
  for (const { symmetry, guess } of bestGuesses(a, b)) {
    const grid = turned(a, symmetry);
    const begun = align(grid, b, guess, 2);
    if (begun === null || begun.correlation < HOPELESS) continue;
    const ended = align(grid, b, begun.window, 4);
    if (ended === null || !contains(ended.window) || ended.correlation <= (best?.correlation ?? 0)) continue;
    best = { ...ended, symmetry };
    if (best.correlation >= SURE) return best;
  }
  return best !== null && best.correlation >= COARSE_CORRELATION ? best : null;
}

interface Guess {
  readonly symmetry: Symmetry;
  readonly guess: Window;
  readonly correlation: number;
}

/** On half as many cells. */
function bestGuesses(a: GreyGrid, b: GreyGrid): Guess[] {
  const [smallA, smallB] = [halved(a), halved(b)];
  const guesses = SYMMETRIES.flatMap((symmetry) => {
    const grid = turned(smallA, symmetry);
    return GUESSES.map((guess): Guess => ({ symmetry, guess, correlation: roughCorrelation(grid, smallB, guess) }));
  });
  return guesses.sort((x, y) => y.correlation - x.correlation).slice(0, FOLLOWED);
}

/** The way to turn A in which it is most like the whole of B. */
function bestTurned(a: GreyGrid, b: GreyGrid): CoarseMatch {
  let best: { symmetry: Symmetry; correlation: number } = { symmetry: 0, correlation: -1 };
  for (const symmetry of SYMMETRIES) {
    const correlation = gridCorrelation(turned(a, symmetry), b);
    if (correlation > best.correlation) best = { symmetry, correlation };
  }
  return { ...best, window: WHOLE, gain: 1, offset: 0 };
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
  const half = align(halved(full), halved(wholeB), coarse.window, 5);
  if (half === null) return null;
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
