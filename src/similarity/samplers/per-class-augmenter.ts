import * as tf from '@tensorflow/tfjs-core';
import type { Augmenter } from '../augmenters/augmenter.ts';
import { SimilarityError } from '../errors.ts';
import type { Random } from '../random.ts';

/** An augmenter and the classes that it is for. */
export interface ClassAugmenter {
  readonly classList: readonly number[];
  readonly augmenter: Augmenter;
}

/**
 * Augments classes differently: digits may be turned, letters may not be mirrored. A class that is in several lists goes to
 * the first; one that is in none goes to `otherwise`.
 *
 * All the augmenters have to give as many views of the same shape.
 */
export class PerClassAugmenter implements Augmenter {
  readonly #augmenters: readonly Augmenter[];
  readonly #byClass = new Map<number, number>();

  /** @throws SimilarityError EMPTY where no augmenter is given */
  constructor(augmenters: readonly ClassAugmenter[], otherwise: Augmenter) {
    if (augmenters.length === 0) {
      throw new SimilarityError('EMPTY', 'augmenters', { expected: 'at least one was expected' });
    }
    this.#augmenters = [...augmenters.map(({ augmenter }) => augmenter), otherwise];
    for (const [i, { classList }] of augmenters.entries()) {
      for (const label of classList) if (!this.#byClass.has(label)) this.#byClass.set(label, i);
    }
  }

  /** The rows of the first list's classes come first, and so on. @throws SimilarityError WRONG_SHAPE */
  augment(
    examples: tf.Tensor,
    labels: Int32Array,
    copies: number,
    warmup: boolean,
    random: Random,
  ): { readonly views: readonly tf.Tensor[]; readonly labels: Int32Array } {
    const otherwise = this.#augmenters.length - 1;
    const rows = Map.groupBy(labels.keys(), (row) => this.#byClass.get(labels[row] as number) ?? otherwise);
    const augmentedLabels: number[] = [];
    const views = tf.tidy(() => {
      const parts: (readonly tf.Tensor[])[] = [];
      for (const [i, augmenter] of this.#augmenters.entries()) {
        const own = rows.get(i);
        if (own === undefined) continue;
        const part = augmenter.augment(
          tf.gather(examples, own),
          Int32Array.from(own, (row) => labels[row] as number),
          copies,
          warmup,
          random,
        );
        parts.push(part.views);
        augmentedLabels.push(...part.labels);
      }
      return joined(parts);
    });
    return { views, labels: Int32Array.from(augmentedLabels) };
  }
}

function joined(parts: readonly (readonly tf.Tensor[])[]): tf.Tensor[] {
  const [first, ...others] = parts;
  if (first === undefined) return [];
  for (const other of others) {
    const alike = other.length === first.length && other.every((view, i) => sameRows(view, first[i]));
    if (alike) continue;
    throw new SimilarityError('WRONG_SHAPE', 'augmenters', {
      expected: `one gives ${describe(first)}, another ${describe(other)}`,
    });
  }
  return first.map((_, i) => tf.concat(parts.map((views) => views[i] as tf.Tensor)));
}

function sameRows(view: tf.Tensor, other: tf.Tensor | undefined): boolean {
  return view.shape.slice(1).join() === other?.shape.slice(1).join();
}

function describe(views: readonly tf.Tensor[]): string {
  return `${views.length} views of rows [${views[0]?.shape.slice(1).join(', ') ?? ''}]`;
}
