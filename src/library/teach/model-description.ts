import { z } from 'zod';
import { lossCurves, teachingEvaluation, teachingVerdict } from '../../contract/teach-schemas.ts';
import type { ModelStore } from '../catalog/model-store.ts';

const smoothing = z.object({ ceiling: z.number().min(0).max(1), relatedScore: z.number().min(-1).max(1) });

/** What a held-out picture scored in a group when this version was taught: see `ScoredExample`. */
const scoredExample = z.object({
  score: z.number(),
  belongs: z.boolean(),
  nearest: z.boolean(),
  familiarity: z.number(),
});

/** Places in `groups` that a held-out picture is in, and those of its first labelled result before and after. */
const answeredPicture = z.object({
  id: z.number().int(),
  groups: z.array(z.number().int()),
  before: z.array(z.number().int()),
  after: z.array(z.number().int()),
});
export type AnsweredPicture = z.infer<typeof answeredPicture>;

/** All that is kept of a version beside its head: `TaughtModelRow.description`. */
export const modelDescription = z.object({
  name: z.string(),
  recipe: z.string(),
  seed: z.number().int(),
  /** The groups as they were. `id` is of this library; null for an import. `members` are what it was taught, to know newer labels by. */
  groups: z.array(
    z.object({
      id: z.number().int().nullable(),
      name: z.string(),
      members: z.array(z.number().int()),
      /** Scores of the pictures that were held out, for the calibration. */
      examples: z.array(scoredExample),
      /** Mean vector of the members, unit length, by this version: what an export carries of a group. */
      prototype: z.array(z.number()).optional(),
    }),
  ),
  evaluation: teachingEvaluation.nullable(),
  verdict: teachingVerdict.nullable(),
  /** What each held-out picture was answered; versions of before that was kept have none. */
  answered: z.array(answeredPicture).optional(),
  curves: lossCurves.nullable(),
  /** From which score results are related, and how scores are smoothed, as for a `Projection`. */
  relatedScore: z.number().min(-1).max(1),
  smoothing: smoothing.nullable(),
});
export type ModelDescription = z.infer<typeof modelDescription>;

/** Reads a description. ZodError where it is another: the catalog is written by this program alone. */
export function parseDescription(json: string): ModelDescription {
  return modelDescription.parse(JSON.parse(json));
}

/** The descriptions of versions, each read once: one has up to 3 MB, is never changed, and is asked for with every label. */
export class VersionDescriptions {
  readonly #models: ModelStore;
  readonly #read = new Map<string, ModelDescription>();

  constructor(models: ModelStore) {
    this.#models = models;
  }

  /** Null where there is no such version. */
  of(id: string): ModelDescription | null {
    const known = this.#read.get(id);
    if (known) return known;
    const row = this.#models.get(id);
    if (!row) return null;
    const read = parseDescription(row.description);
    this.#read.set(id, read);
    return read;
  }
}
