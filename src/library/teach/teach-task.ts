import type { AnsweredPicture } from './model-description.ts';
import type { HeadWeights } from '../../compute/training/head.ts';
import type { LossCurves, TeachingEvaluation, TeachingVerdict } from '../../contract/teach-schemas.ts';
import type { ScoredExample } from './calibrate-group.ts';
import type { LabelledGroup } from './labelled-groups.ts';
import type { LinesOfBase, RelatedLines } from './related-lines.ts';
import type { SamePicture } from './same-pictures.ts';

/** What a teaching is asked and gives: as it travels to its worker and back. */
export interface TeachTask {
  /** Groups that can be taught: see `teachableGroups`. */
  readonly groups: readonly LabelledGroup[];
  /** All pictures that are named here, with what is known of them. */
  readonly pictures: readonly (SamePicture & { readonly vector: Float32Array })[];
  readonly dimensions: number;
  readonly base: LinesOfBase;
  /** See `TeachingInput.sample`. */
  readonly sample: readonly number[];
  readonly choices: TeachTaskChoices;
  /** What was left out of the groups or drawn from, a sentence each. */
  readonly notices: readonly string[];
  /** Pictures that the encoder itself was tuned with, before: they are taught, and ask nothing. */
  readonly seen?: readonly number[] | undefined;
  readonly tuned?: TunedPictures | undefined;
}

/** The pictures of a task by an encoder that was tuned with it. */
export interface TunedPictures {
  /** Of each of the task's pictures, in their order; null where it could not be encoded. */
  readonly vectors: readonly (Float32Array | null)[];
  /** See `TunedVectors.heldOut`. */
  readonly heldOut: readonly number[];
  /** Settings of the tuning in a line, before those of the head. */
  readonly recipe: string;
  readonly losses: readonly number[];
}

/** How the labelled pictures are divided before an encoder is tuned. */
export interface TuningDivision {
  readonly heldOut: readonly number[];
  /** Closed form of the others: where the tuning begins. */
  readonly head: HeadWeights;
}

/** What a person chose in place of the program. `loss` may be `closed-form`: nothing is trained then. */
export interface TeachTaskChoices {
  readonly seed?: number | undefined;
  readonly loss?: string | undefined;
  readonly steps?: number | undefined;
  readonly learningRate?: number | undefined;
}

/** A group of a taught model. */
export interface TaughtGroup {
  readonly id: number;
  readonly name: string;
  readonly members: readonly number[];
  readonly examples: readonly ScoredExample[];
  /** Mean vector of its members by the taught model, unit length. */
  readonly prototype: readonly number[];
}

/** An example of before and after, by ids. */
export interface ExampleOfResults {
  readonly query: number;
  readonly groups: readonly string[];
  readonly before: readonly { readonly id: number; readonly right: boolean | null }[];
  readonly after: readonly { readonly id: number; readonly right: boolean | null }[];
}

/** What came of a teaching. */
export interface TaughtModel {
  readonly weights: HeadWeights;
  readonly inputs: number;
  readonly outputs: number;
  readonly recipe: string;
  readonly seed: number;
  readonly groups: readonly TaughtGroup[];
  readonly labelled: number;
  readonly evaluation: Omit<TeachingEvaluation, 'examples'>;
  readonly examples: readonly ExampleOfResults[];
  readonly verdict: TeachingVerdict;
  readonly answered: readonly AnsweredPicture[];
  readonly curves: LossCurves;
  readonly lines: RelatedLines;
}

/** How far it is. */
export type TeachStep =
  | {
      readonly stage: 'training';
      /** From 0. */
      readonly head: number;
      readonly heads: number;
      /** Steps since the last message: of this head, first to last. */
      readonly steps: readonly { readonly step: number; readonly loss: number; readonly heldOutLoss: number | null }[];
      /** Steps that this head has at most; 0 where nothing is trained. */
      readonly of: number;
    }
  | { readonly stage: 'evaluating' };

/** What the worker tells: steps, then one of the others. */
export type TeachAnswer =
  | { readonly type: 'step'; readonly step: TeachStep }
  | { readonly type: 'taught'; readonly model: TaughtModel }
  | { readonly type: 'divided'; readonly division: TuningDivision }
  | { readonly type: 'problem'; readonly sentence: string }
  | { readonly type: 'failure'; readonly reason: string };
