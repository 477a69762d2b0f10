import { AskedThread } from '../../threads/asked-thread.ts';
import type { LibraryPaths } from '../../library-folder.ts';
import type { PictureAlignment } from '../../../contract/explore-schemas.ts';
import type { SquarePixels } from './difference-image.ts';
import { workerUrl } from '../../../compute/worker-url.ts';

/** What the thread is started with. */
export type ComparisonTask = Pick<LibraryPaths, 'thumbs'>;

/** Two pictures to be compared. */
interface ComparedPair<Picture> {
  readonly a: Picture;
  readonly b: Picture;
  /** Of the shorter side of the smaller of the two. */
  readonly pixels: number;
}

/** What it is asked; pictures by content hash are read from their thumbnails. */
export type ComparisonQuestion =
  | { readonly type: 'sharpness'; readonly hashes: readonly string[] }
  | ({ readonly type: 'alignment' } & ComparedPair<string>)
  /** `target`: where to write the picture of what differs. */
  | ({ readonly type: 'difference'; readonly target: string } & ComparedPair<SquarePixels>);

export type ComparisonAnswer =
  | { readonly sharpness: readonly (number | null)[] }
  | { readonly alignment: PictureAlignment }
  | { readonly drawn: DrawnDifference | null };

export interface DrawnDifference {
  readonly share: number;
  readonly alignment: PictureAlignment;
}

/** It is kept for so long after the last question. */
const KEPT_MS = 20_000;

/** Measures and compares pictures in a thread, so that no search waits for it. */
export class ComparisonThread {
  readonly #thread: AskedThread<ComparisonQuestion, ComparisonAnswer>;

  constructor(task: ComparisonTask) {
    this.#thread = new AskedThread({
      file: workerUrl('./comparison-worker', import.meta.url),
      workerData: task,
      keptMs: KEPT_MS,
      ended: 'the comparison of pictures was ended',
    });
  }

  /** As `sharpnessOf`, of each; null too where a thumbnail cannot be read. */
  async sharpness(hashes: readonly string[]): Promise<readonly (number | null)[]> {
    const answer = await this.#thread.ask({ type: 'sharpness', hashes });
    if ('sharpness' in answer) return answer.sharpness;
    throw new Error('the comparison answered something else');
  }

  /** Null where the two do not show the same, or a thumbnail cannot be read. */
  async alignment(pair: ComparedPair<string>): Promise<PictureAlignment> {
    const answer = await this.#thread.ask({ type: 'alignment', ...pair });
    if ('alignment' in answer) return answer.alignment;
    throw new Error('the comparison answered something else');
  }

  /** Draws where B differs from A into a file; nothing where the two do not show the same. */
  async difference(pair: ComparedPair<SquarePixels>, target: string): Promise<DrawnDifference | null> {
    const answer = await this.#thread.ask({ type: 'difference', ...pair, target });
    if ('drawn' in answer) return answer.drawn;
    throw new Error('the comparison answered something else');
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}
