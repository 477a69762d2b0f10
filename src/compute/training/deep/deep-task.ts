/** What a deep teaching is asked and gives: plain data, as it travels to the worker and back. */
import type { ProjectionWeights } from '../../projection.ts';
import type { HeadWeights, HeldOutLoss } from '../head.ts';

export interface DeepTask {
  /** The built-in encoder's ONNX file, or one of its structure. */
  readonly encoder: Uint8Array;
  /** Width and height of the pictures it takes, in pixels. */
  readonly side: number;
  /** How many of its last blocks are trained, from 1. */
  readonly blocks: number;
  /** What makes vectors of its features; stays as it is. */
  readonly projection: ProjectionWeights;
  /** Where the head begins: of the projection's vectors, `dimensions` values each. */
  readonly head: HeadWeights;
  /** Values of the head's output. */
  readonly dimensions: number;
  /** Views of each picture that are trained on, the picture itself among them. */
  readonly views: number;
  /** A loss of `src/similarity` by its name; multi-similarity where not given. */
  readonly loss?: string;
  readonly steps: number;
  /** Adam's, of the encoder's weights and of the head's. */
  readonly learningRate: { readonly encoder: number; readonly head: number };
  /** See `HeadTask.towardsStart`: of all weights of the encoder together, and of the head's kernel. */
  readonly towardsStart: { readonly encoder: number; readonly head: number };
  /** How far the encoder goes from what it was (0) to what training made of it (1), weight by weight. */
  readonly trainedShare: number;
  readonly classesPerBatch: number;
  readonly examplesPerClassPerBatch: number;
  /** The same seed draws the same views and batches. */
  readonly seed: number;
  /** Steps between two looks at the loss of what was held out, and looks without an improvement that are put up with. */
  readonly heldOut: { readonly every: number; readonly patience: number };
}

/** Pictures to be taught with. */
export interface DeepPictures {
  /** One after another, `side`² × 3 bytes each. */
  readonly pixels: Uint8Array;
  /** Class of each. */
  readonly labels: Int32Array;
  /** Of each, 1 where it is not trained on but says when to stop. */
  readonly heldOut: Uint8Array;
}

export interface DeepResult {
  /** The tuned encoder: an ONNX file of the same structure. Of the best look where pictures were held out, the start among them. */
  readonly encoder: Uint8Array;
  readonly head: HeadWeights;
  /** Loss of each step. */
  readonly losses: readonly number[];
  /** The start and each look; empty where nothing was held out. */
  readonly heldOutLosses: readonly HeldOutLoss[];
}

/** Measured before a teaching begins. */
export interface DeepEstimate {
  /** Of one view: drawing it, and the part of the encoder that is not trained. */
  readonly secondsPerView: number;
  readonly secondsPerStep: number;
}

/** What is said to `deep-worker.ts`. */
export type DeepRequest =
  | { readonly type: 'begin'; readonly id: number; readonly task: DeepTask }
  | { readonly type: 'add'; readonly id: number; readonly pictures: DeepPictures }
  | { readonly type: 'estimate'; readonly id: number }
  | { readonly type: 'train'; readonly id: number }
  /** Holds a training before its next step, or lets it go on. */
  | { readonly type: 'pause'; readonly paused: boolean };

/** What it answers to a request with an id, beside what every training worker says (`WorkerAnswer`). */
export type DeepAnswer =
  | { readonly type: 'done'; readonly id: number }
  | { readonly type: 'estimated'; readonly id: number; readonly estimate: DeepEstimate }
  | { readonly type: 'taught'; readonly id: number; readonly result: DeepResult };
