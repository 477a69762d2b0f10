import { checkCount, checkLabels, type Labels } from '../checks.ts';
import type { Sampler } from '../samplers/sampler.ts';
import type { Examples } from '../samplers/examples.ts';
import type { Callback, Logs, TrainingHandle } from './callback.ts';
import { validationParts, type ValidationPart } from './split-validation.ts';

/** A model that tells its loss. */
export interface Evaluable {
  evaluate(data: Sampler | { readonly x: Examples; readonly y: Labels }, batchSize?: number): Promise<Logs>;
}

export interface SplitValidationLossOptions {
  /** [n, …], copied; a tensor may be disposed of once the training has begun */
  readonly x: Examples;
  /** [n] class ids */
  readonly y: Labels;
  /** Class ids that the model is trained on. */
  readonly knownClasses: Iterable<number>;
  /** A loss compares the examples of one batch. Default 128. */
  readonly batchSize?: number;
}

/**
 * The loss of each epoch on classes that the model is trained on, `val_loss_known_classes`, and on others,
 * `val_loss_unknown_classes`: what it has learnt, and how far that goes. A part without any example has no column.
 */
export class SplitValidationLoss implements Callback<Evaluable> {
  readonly #options: SplitValidationLossOptions;
  readonly #labels: Int32Array;
  readonly #batchSize: number;
  #parts: Promise<ValidationPart[]> | undefined;

  /** @throws SimilarityError WRONG_LENGTH, NOT_AN_INTEGER or OUT_OF_RANGE */
  constructor(options: SplitValidationLossOptions) {
    this.#options = options;
    this.#labels = checkLabels('y', options.y, options.x.shape[0]);
    this.#batchSize = checkCount('batchSize', options.batchSize ?? 128);
  }

  async onTrainBegin(): Promise<void> {
    await this.#split();
  }

  async onEpochEnd(_epoch: number, _logs: Logs, { model }: TrainingHandle<Evaluable>): Promise<Logs> {
    const losses: Record<string, number> = {};
    for (const { suffix, x, y } of await this.#split()) {
      const logs = await model.evaluate({ x, y }, this.#batchSize);
      for (const [name, value] of Object.entries(logs)) losses[`val_${name}${suffix}`] = value;
    }
    return losses;
  }

  #split(): Promise<ValidationPart[]> {
    this.#parts ??= validationParts(this.#options.x, this.#labels, this.#options.knownClasses);
    return this.#parts;
  }
}
