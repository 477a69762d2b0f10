import type { LabelledVectors, Plane } from './inspect-model.ts';
import type { VectorNeighbor } from '../vectors/vector-index.ts';

/** The version that is looked into. */
interface InspectedHead {
  /** See `packHead`; null for the encoder as it is. */
  readonly head: Uint8Array | null;
}

/** What an inspecting worker is started with; vectors are the base's, which heads take. */
export type InspectTask = InspectedHead &
  (
    | { readonly type: 'plane'; readonly rows: Float32Array; readonly dimensions: number }
    | ({ readonly type: 'confusion' } & LabelledVectors)
    | {
        readonly type: 'neighbors';
        /** `features.sqlite`, and whose vectors are read of it. */
        readonly features: string;
        readonly encoder: string;
        readonly base: string;
        readonly query: { readonly id: number; readonly vector: Float32Array };
        /** Pictures whose vectors are not stored. */
        readonly others: { readonly ids: readonly number[]; readonly rows: Float32Array };
        readonly ceiling: number | null;
        /** At most so many come back. */
        readonly k: number;
      }
  );

/** What it answers, before and after. */
export interface InspectAnswers {
  readonly plane: { readonly before: Plane; readonly after: Plane };
  readonly confusion: { readonly before: readonly number[][]; readonly after: readonly number[][] };
  readonly neighbors: { readonly before: readonly VectorNeighbor[]; readonly after: readonly VectorNeighbor[] };
}
