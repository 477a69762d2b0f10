import type { HeldOutLoss } from '../../compute/training/head.ts';
import type { LossCurves } from '../../contract/teach-schemas.ts';

/** Points of a curve that are drawn: more cannot be told apart in a window. */
const MOST_POINTS = 200;

type Point = LossCurves['training'][number];

/** Curves of a training that has ended. */
export function lossCurvesOf(losses: readonly number[], heldOut: readonly HeldOutLoss[]): LossCurves {
  return {
    training: thinned(losses.map((loss, i) => ({ step: i + 1, loss }))),
    heldOut: thinned(heldOut.map(({ step, loss }) => ({ step, loss }))),
  };
}

/** Points evenly taken from many, the first and the last among them. Those that are no number are left out: JSON has none. */
export function thinned(points: readonly Point[], most = MOST_POINTS): Point[] {
  const drawn = points.filter(({ loss }) => Number.isFinite(loss));
  if (drawn.length <= most) return drawn;
  const last = drawn.length - 1;
  return Array.from({ length: most }, (_, i) => drawn[Math.round((i * last) / (most - 1))] as Point);
}

/** The curves of the head that is being trained, as they grow. */
export class GrowingCurves {
  #training: Point[] = [];
  #heldOut: Point[] = [];

  clear(): void {
    this.#training = [];
    this.#heldOut = [];
  }

  add(step: number, loss: number, heldOutLoss: number | null): void {
    this.#training.push({ step, loss });
    if (heldOutLoss !== null && this.#heldOut.at(-1)?.loss !== heldOutLoss) {
      this.#heldOut.push({ step, loss: heldOutLoss });
    }
  }

  get(): LossCurves {
    return { training: thinned(this.#training), heldOut: thinned(this.#heldOut) };
  }
}
