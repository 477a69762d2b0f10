/** What a training of a head is asked and gives: plain arrays, as they travel to the worker and back. */

/** A head: `features · kernel + bias`, then length 1. */
export interface HeadWeights {
  /** Row after row, one of `dimensions` values for each feature. */
  readonly kernel: Float32Array;
  /** `dimensions` values; null for a head without. */
  readonly bias: Float32Array | null;
}

/** A training of a head on stored features. */
export interface HeadTask {
  /** n × `featureSize`, row after row. */
  readonly features: Float32Array;
  readonly featureSize: number;
  /** Class of each row. */
  readonly labels: Int32Array;
  /** Values of the head's output. */
  readonly dimensions: number;
  /** Where training begins: an untrained projection, as a rule. */
  readonly start: HeadWeights;
  /** A loss of `src/similarity` by its name; multi-similarity where not given. */
  readonly loss?: string;
  /** An optimizer by its name; adam where not given. */
  readonly optimizer?: string;
  /** The optimizer's own where not given. */
  readonly learningRate?: number;
  readonly steps: number;
  /** A batch is so many examples of so many classes. */
  readonly classesPerBatch: number;
  readonly examplesPerClassPerBatch: number;
  /** The same seed draws the same batches on every backend. */
  readonly seed?: number;
  /**
   * How much is added to the loss for a head that is another than `start`: this times the squared difference of the kernels over
   * the start's own square. 0 where not given; at 10 a kernel that moved by a tenth costs 0.1.
   */
  readonly towardsStart?: number;
  /** Examples that are not trained on, whose loss says when to stop; without them all steps are done. */
  readonly heldOut?: HeldOutExamples;
}

/** What a training is watched with. */
interface HeldOutExamples {
  /** m × `featureSize`, row after row. */
  readonly features: Float32Array;
  readonly labels: Int32Array;
  /** Steps between two looks at their loss; training ends with a look, so that a remainder of `steps` is not done. */
  readonly every: number;
  /** Looks without an improvement that are put up with. */
  readonly patience: number;
}

/** A step that was just done. */
export interface StepDone {
  /** From 1. */
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  /** The loss of what was held out, as it was last looked at; null where there is none. */
  readonly heldOutLoss: number | null;
}

/** A look at what was held out. */
export interface HeldOutLoss {
  /** Steps done until then; 0 for the start. */
  readonly step: number;
  readonly loss: number;
}

export interface TrainedHead {
  /** Those of the best look, the start among them; of the last step where nothing was held out. */
  readonly weights: HeadWeights;
  /** Loss of each step. */
  readonly losses: readonly number[];
  /** The start and each look; empty where nothing was held out. */
  readonly heldOutLosses: readonly HeldOutLoss[];
}

/** Many rows through one matrix. */
export interface ProjectTask {
  /** n × `featureSize`, row after row. */
  readonly rows: Float32Array;
  readonly featureSize: number;
  readonly dimensions: number;
  readonly weights: HeadWeights;
  /** Whether each result is brought to length 1. */
  readonly normalise: boolean;
}

/** What is said to `training-worker.ts`. */
export type TrainingRequest =
  | { readonly type: 'train'; readonly id: number; readonly task: HeadTask }
  | { readonly type: 'project'; readonly id: number; readonly task: ProjectTask }
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'close' };

/** What it answers to a request, beside what every training worker says (`WorkerAnswer`). */
export type TrainingResult =
  | { readonly type: 'trained'; readonly id: number; readonly head: TrainedHead }
  | { readonly type: 'projected'; readonly id: number; readonly rows: Float32Array };
