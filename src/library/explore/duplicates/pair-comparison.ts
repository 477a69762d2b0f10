import {
  coarseMatch,
  copyRelation,
  fineMatch,
  TurnedSignature,
  type CoarseMatch,
  type FirstLook,
  type SecondLook,
} from '../comparing/compare-pictures.ts';
import { greyGrid } from '../comparing/grey-grid.ts';
import type { PicturePixels } from '../comparing/picture-pixels.ts';
import { verdictOf, VERDICT, type Verdict } from './pair-verdicts.ts';
import { glances } from '../comparing/rough-look.ts';
import { glanceAt, hashAt, signatureAt, type SharedPictures } from './shared-pictures.ts';

/** Compares pictures two by two, by place, the lower one first: at a glance and by signatures, and then on pixels. */
export class PairComparison {
  readonly #shared: SharedPictures;
  readonly #pixelsOf: (hash: string) => Promise<PicturePixels | null>;
  /** Pairs come sorted by their first: what is made of it is used again. */
  #first: { readonly place: number; readonly look: FirstLook } | null = null;

  /** @param pixelsOf null where there are none */
  constructor(shared: SharedPictures, pixelsOf: (hash: string) => Promise<PicturePixels | null>) {
    this.#shared = shared;
    this.#pixelsOf = pixelsOf;
  }

  /** How two lie on each other, as far as signatures say; null where they are two pictures. */
  coarse(first: number, second: number): CoarseMatch | null {
    if (this.#first?.place !== first) this.#first = { place: first, look: this.#firstLook(first) };
    return coarseMatch(this.#first.look, this.#secondLook(second));
  }

  /** Begins to read what {@link fine} will ask for. */
  read(place: number): Promise<PicturePixels | null> {
    return this.#pixelsOf(hashAt(this.#shared, place));
  }

  /** What the pixels say of two that lie on each other so. */
  async fine(first: number, second: number, coarse: CoarseMatch): Promise<Verdict> {
    const [from, to] = await Promise.all([this.read(first), this.read(second)]);
    if (from === null || to === null) return VERDICT.different;
    const [of, copy] = [
      { ...this.#sizeOf(first), chroma: from.chroma },
      { ...this.#sizeOf(second), chroma: to.chroma },
    ];
    const side = Math.min(of.width, of.height, copy.width, copy.height);
    const match = fineMatch(from.grey, to.grey, coarse, side);
    const relation = match && copyRelation(match, of, copy);
    if (relation !== null) return verdictOf(relation);
    // what was done to the first, as text on it, is seen from the other side
    const turnedBack = coarseMatch(this.#firstLook(second), this.#secondLook(first));
    const back = turnedBack && fineMatch(to.grey, from.grey, turnedBack, side);
    return verdictOf(back && copyRelation(back, copy, of));
  }

  async compare(first: number, second: number): Promise<Verdict> {
    const coarse = this.coarse(first, second);
    return coarse === null ? VERDICT.different : this.fine(first, second, coarse);
  }

  #firstLook(place: number): FirstLook {
    const signature = signatureAt(this.#shared, place);
    return { signature: new TurnedSignature(signature), glances: glances(greyGrid(signature)) };
  }

  #secondLook(place: number): SecondLook {
    const signature = new TurnedSignature(signatureAt(this.#shared, place));
    return { signature, glance: this.#shared.glances, at: glanceAt(this.#shared, place) };
  }

  #sizeOf(place: number): { readonly width: number; readonly height: number } {
    const { sizes } = this.#shared;
    return { width: sizes[2 * place] ?? 0, height: sizes[2 * place + 1] ?? 0 };
  }
}
