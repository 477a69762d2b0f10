import type { z } from 'zod';
import { ServiceError } from '../../contract/errors.ts';
import type { teachInput } from '../../contract/teach-schemas.ts';
import { createRandom } from '../../similarity/index.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { ModelParts } from '../encoders/model-parts.ts';
import type { BaseVectors } from './base-vectors.ts';
import { teachableGroups, type LabelledGroup } from './labelled-groups.ts';
import type { SamePicture } from './same-pictures.ts';
import type { TeachTask } from './teach-task.ts';

export type TeachRequest = z.output<typeof teachInput>;

/** Pictures of the library beside the labelled that a teaching is judged with: `teachGroups` takes no more. */
const SAMPLE = 500;

/** The groups that were asked for, all where none were. @throws ServiceError GROUP_UNKNOWN */
export function wantedGroups(catalog: Catalog, ids: readonly number[] | undefined): readonly LabelledGroup[] {
  const groups = catalog.labels.labelled();
  if (ids === undefined) return groups;
  return [...new Set(ids)].map((id) => {
    const group = groups.find((candidate) => candidate.id === id);
    if (!group) throw new ServiceError('GROUP_UNKNOWN', String(id));
    return group;
  });
}

/**
 * Gathers what a teaching works with.
 *
 * @throws ServiceError GROUP_UNKNOWN, TEACHING_IMPOSSIBLE with a sentence for the person
 */
export function teachTask(
  catalog: Catalog,
  { base, store }: ModelParts,
  vectors: BaseVectors,
  { groups: ids, seed, loss, steps, learningRate }: TeachRequest,
): TeachTask {
  const known = store.completeIds();
  const teachable = teachableGroups(wantedGroups(catalog, ids), (id) => known.has(id));
  if (teachable.problem !== null) throw new ServiceError('TEACHING_IMPOSSIBLE', teachable.sentence);
  const { groups } = teachable;
  const present = catalog.presentMediaIds().filter((id) => known.has(id));
  const sample = createRandom(1).sample(present, Math.min(SAMPLE, present.length));
  const all = new Set([...groups.flatMap(({ members, refused }) => [...members, ...refused]), ...sample]);
  const pictures = [...all].flatMap((id) => {
    const vector = vectors.vector(id);
    return vector ? [{ ...evidence(catalog, store, id), vector }] : [];
  });
  return {
    groups,
    pictures,
    dimensions: base.dimensions,
    base: { relatedScore: base.relatedScore, smoothing: base.smoothing },
    sample,
    choices: { seed, loss, steps, learningRate },
  };
}

function evidence(catalog: Catalog, store: ModelParts['store'], id: number): Omit<SamePicture, 'vector'> {
  const media = catalog.media(id);
  const takenAt = media?.takenAt == null ? null : Date.parse(`${media.takenAt}Z`) / 1000;
  return { id, signature: store.signature(id), takenAt, camera: media?.camera ?? null };
}
