import { checkCount, checkFiniteNumber, checkPositive, checkRange } from '../checks.ts';

/** Says the learning rate of each step. */
export interface Schedule {
  /** @param step counted from 0 */
  at(step: number): number;
  /** Every setting by name, as JSON. */
  getConfig(): Record<string, unknown>;
}

export interface WarmupCosineDecayOptions {
  /** Reached after the warm-up; above 0. */
  readonly maxLearningRate: number;
  /** Steps until the least rate is reached, those of the warm-up among them; from there on it stays. */
  readonly totalSteps: number;
  /** Steps in which the rate rises evenly from 0; fewer than `totalSteps`. 0 for none. */
  readonly warmupSteps: number;
  /** The least rate, as a share of the largest, from 0 to 1. Default 0. */
  readonly alpha?: number;
}

/**
 * A learning rate that rises evenly from 0 to its largest, then falls to its least along half a cosine. The very first step of a
 * warm-up has the rate 0, and changes nothing.
 *
 * Loshchilov and Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, https://arxiv.org/abs/1608.03983
 */
export class WarmupCosineDecay implements Schedule {
  readonly maxLearningRate: number;
  readonly totalSteps: number;
  readonly warmupSteps: number;
  readonly alpha: number;

  /** @throws SimilarityError OUT_OF_RANGE, NOT_AN_INTEGER or NOT_FINITE */
  constructor({ maxLearningRate, totalSteps, warmupSteps, alpha = 0 }: WarmupCosineDecayOptions) {
    this.maxLearningRate = checkPositive('maxLearningRate', maxLearningRate);
    this.totalSteps = checkCount('totalSteps', totalSteps);
    this.warmupSteps = checkCount('warmupSteps', warmupSteps, 0, totalSteps - 1);
    this.alpha = checkRange('alpha', checkFiniteNumber('alpha', alpha), 0, 1);
  }

  at(step: number): number {
    if (step < this.warmupSteps) return (step / this.warmupSteps) * this.maxLearningRate;
    const share = Math.min(1, (step - this.warmupSteps) / (this.totalSteps - this.warmupSteps));
    const cosine = 0.5 * (1 + Math.cos(Math.PI * share));
    return this.maxLearningRate * ((1 - this.alpha) * cosine + this.alpha);
  }

  getConfig(): Record<string, unknown> {
    const { maxLearningRate, totalSteps, warmupSteps, alpha } = this;
    return { maxLearningRate, totalSteps, warmupSteps, alpha };
  }
}
