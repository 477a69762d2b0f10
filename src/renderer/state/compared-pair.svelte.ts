import type { ServiceClient } from '../../contract/contract.ts';
import type { DuplicatePicture, PictureAlignment, PictureDifference } from '../../contract/explore-schemas.ts';
import { problemOf } from './error-sentence.ts';
import { fileName } from './phrases.ts';
import { placedPair, turnedWords, WHOLE_VIEW, type LockstepView } from './picture-lockstep.ts';

/** Two pictures that are looked at together: which part of them, side by side or one in place of the other, and what differs. */
export class ComparedPair {
  readonly pictures: readonly [DuplicatePicture, DuplicatePicture];
  view = $state.raw<LockstepView>(WHOLE_VIEW);
  /** The one that is shown alone, in place of both; null: side by side. */
  alone = $state<0 | 1 | null>(null);
  /** Whether it is shown where they differ. */
  marked = $state(false);
  difference = $state.raw<PictureDifference | null>(null);
  problem = $state('');
  #alignment = $state.raw<PictureAlignment>(null);
  readonly #client: ServiceClient | null;
  /** The closest that is known. */
  readonly alignment: PictureAlignment = $derived(this.difference?.alignment ?? this.#alignment);
  readonly placed = $derived.by(() => placedPair(this.pictures[0], this.pictures[1], this.alignment));
  /** What is seen, for those who do not see it. */
  readonly words: string = $derived.by(() => {
    const shown = this.alone === null ? 'Side by side' : `${this.nameOf(this.alone)} alone`;
    const size = this.view.zoom > 1.001 ? `, enlarged ${Number(this.view.zoom.toFixed(1))} times` : '';
    const turned = turnedWords(this.alignment);
    const back = turned === '' ? '' : ` ${this.nameOf(1)} is ${turned}; it is shown as the other one is.`;
    return `${shown}${size}.${back}${this.marked ? ` ${this.#differenceWords()}` : ''}`;
  });

  constructor(client: ServiceClient | null, pictures: readonly [DuplicatePicture, DuplicatePicture]) {
    this.#client = client;
    this.pictures = pictures;
  }

  nameOf(place: 0 | 1): string {
    return fileName(this.pictures[place].paths[0] ?? '');
  }

  /** What of the second is marked, as an image. */
  get differenceAddress(): string {
    return `photo://difference/${this.pictures[0].id}-${this.pictures[1].id}`;
  }

  /** Asks how they lie on each other. Until then, and where that is not known, the same fractions of both are shown. */
  async align(): Promise<void> {
    try {
      this.#alignment = (await this.#client?.explore.alignment(this.#pair)) ?? null;
    } catch (error) {
      this.problem = problemOf(error).sentence;
    }
  }

  get #pair() {
    return { a: this.pictures[0].id, b: this.pictures[1].id };
  }

  /** Shows one in place of both, then the other. */
  flip(): void {
    this.alone = this.alone === 1 ? 0 : 1;
  }

  /** Shows, or no longer shows, where they differ. */
  async mark(): Promise<void> {
    this.marked = !this.marked;
    if (!this.marked || this.difference !== null || this.#client === null) return;
    try {
      this.difference = await this.#client.explore.difference(this.#pair);
    } catch (error) {
      this.marked = false;
      this.problem = problemOf(error).sentence;
    }
  }

  #differenceWords(): string {
    if (this.difference === null) return 'Looking for differences.';
    const percent = 100 * this.difference.share;
    if (percent === 0) return 'No difference is to be seen.';
    return `${percent < 1 ? 'Less than 1' : Math.round(percent)} % of the picture differs.`;
  }
}
