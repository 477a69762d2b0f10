import { randomBytes } from 'node:crypto';
import { installTuned } from '../../compute/encoders/install-tuned.ts';
import { loadProjection, loadProjectionFor } from '../../compute/projection.ts';
import type { DeepResult } from '../../compute/training/deep/deep-task.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { LabelledGroup } from './labelled-groups.ts';
import { lossCurvesOf } from './loss-curves.ts';
import { modelDescription } from './model-description.ts';
import { packHead } from './packed-head.ts';

export interface DeepVersion {
  readonly result: DeepResult;
  readonly name: string;
  /** Settings in a line. */
  readonly recipe: string;
  readonly seed: number;
  /** As they were taught. */
  readonly groups: readonly LabelledGroup[];
}

/**
 * Keeps what came of a deep teaching: its encoder is installed beside the others, and its head is a version of it that answers as soon as
 * the encoder does. Switching to that encoder then encodes the library anew in the background, resumable, and swaps.
 *
 * @param models the folder of all encoders
 * @returns id of the encoder to switch to, and of the version
 * @throws ServiceError DISK_FULL, LIBRARY_READ_ONLY, ENCODER_UNSUITABLE, CATALOG_*
 */
export async function keepDeepVersion(
  catalog: Catalog,
  models: string,
  { result, name, recipe, seed, groups }: DeepVersion,
): Promise<{ readonly encoder: string; readonly version: string }> {
  const createdAt = new Date().toISOString();
  const { definition, featuresId } = await installTuned(models, result.encoder, name);
  const { dimensions: inputs, id: base } = loadProjectionFor(featuresId);
  const outputs = result.head.kernel.length / inputs;
  const { relatedScore, smoothing } = loadProjection();
  const description = modelDescription.parse({
    name,
    recipe,
    seed,
    // without examples held out there is no calibration: suggestions of these groups are by nearest examples
    groups: groups.map((group) => ({ id: group.id, name: group.name, members: [...group.members], examples: [] })),
    evaluation: null,
    verdict: null,
    curves: lossCurvesOf(result.losses, result.heldOutLosses),
    relatedScore,
    smoothing: smoothing ?? null,
  });
  const version = `deep-${createdAt.slice(0, 10)}-${randomBytes(4).toString('hex')}`;
  const head = packHead({ weights: result.head, inputs, outputs });
  const row = { id: version, encoder: featuresId, base, kind: 'deep' as const, createdAt, removedAt: null };
  catalog.models.put({ ...row, description: JSON.stringify(description), head });
  catalog.models.setActive(featuresId, version);
  return { encoder: definition.id, version };
}
