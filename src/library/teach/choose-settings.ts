import type { ClosedFormSettings } from './closed-form-head.ts';
import type { LabelledGroup } from './labelled-groups.ts';

/** How a head is trained after its closed form. */
export interface TrainingSettings {
  /** A loss of `src/similarity` by its name. */
  readonly loss: string;
  readonly steps: number;
  readonly learningRate: number;
  readonly classesPerBatch: number;
  readonly examplesPerClassPerBatch: number;
  /** How much it is drawn back to its start: `HeadTask.towardsStart`. */
  readonly towardsStart: number;
  /** Where between its start (0) and what training made of it (1) the head is: `betweenHeads`. */
  readonly trainedShare: number;
  /** Share of the taught pictures whose loss says when to stop, 0 for none; they are not trained on then. */
  readonly earlyStoppingShare: number;
}

/** Everything about a teaching that is not a label. */
export interface TeachingSettings {
  readonly closedForm: ClosedFormSettings;
  /** Null: the closed form is the head. */
  readonly training: TrainingSettings | null;
  /** Times that the labelled pictures are divided; each is held out once. */
  readonly folds: number;
  readonly seed: number;
}

/** What a person may choose for themselves. */
export interface TeachingChoices {
  readonly loss?: string | undefined;
  readonly seed?: number | undefined;
}

/** Examples in a batch: 48 took 5 ms a step on WASM, and more gained nothing. */
const BATCH = 48;

/** Where training begins to beat the closed form: `docs/teaching.md`. */
const TRAINED_FROM = 16;

/** From here a tenth of the pictures can be spared to say when to stop. */
const EARLY_STOPPING_FROM = 60;

/**
 * The settings for so many labels. What counts is how many pictures a group has, as a rule (the median): few are to be believed
 * less. Figures are in `docs/teaching.md`.
 */
export function chooseSettings(groups: readonly LabelledGroup[], choices: TeachingChoices = {}): TeachingSettings {
  const perGroup = typicalSize(groups);
  return {
    closedForm: closedFormFor(perGroup),
    training: perGroup >= TRAINED_FROM || choices.loss !== undefined ? trainingFor(groups, perGroup, choices) : null,
    folds: perGroup >= TRAINED_FROM ? 3 : 5,
    seed: choices.seed ?? 1,
  };
}

/** The median of the groups' sizes: one large group among small ones does not make many labels. */
export function typicalSize(groups: readonly LabelledGroup[]): number {
  const sizes = groups.map(({ members }) => members.length).sort((a, b) => a - b);
  return sizes[Math.floor((sizes.length - 1) / 2)] ?? 0;
}

function closedFormFor(perGroup: number): ClosedFormSettings {
  if (perGroup >= 6) return { shrinkage: 0.9, directionShrinkage: 0.95, weight: 1, centring: 1 };
  return { shrinkage: 0.9, directionShrinkage: 0.99, weight: 0.5, centring: 0.5 };
}

function trainingFor(
  groups: readonly LabelledGroup[],
  perGroup: number,
  { loss = 'multisim_loss' }: TeachingChoices,
): TrainingSettings {
  const classesPerBatch = Math.max(2, Math.min(8, groups.length));
  return {
    loss,
    // twice as many at twice the rate found what was taught better still, and cost groups that were not taught first places
    steps: 100,
    learningRate: 5e-4,
    classesPerBatch,
    examplesPerClassPerBatch: Math.max(2, Math.min(8, Math.floor(BATCH / classesPerBatch))),
    towardsStart: perGroup >= TRAINED_FROM ? 10 : 100,
    // half-way keeps what training gains on what was taught, and costs what was not taught nothing
    trainedShare: 0.5,
    earlyStoppingShare: perGroup >= EARLY_STOPPING_FROM ? 0.1 : 0,
  };
}
