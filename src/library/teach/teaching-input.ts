import { setImmediate as letOthersRun } from 'node:timers/promises';
import type { z } from 'zod';
import { ServiceError } from '../../contract/errors.ts';
import type { teachInput } from '../../contract/teach-schemas.ts';
import { createRandom } from '../../similarity/random.ts';
import type { Catalog, MediaRow } from '../catalog/catalog.ts';
import type { ModelParts } from '../encoders/model-parts.ts';
import type { BaseVectors } from './base-vectors.ts';
import { teachableGroups, type LabelledGroup } from './labelled-groups.ts';
import type { SamePicture } from './same-pictures.ts';
import type { TeachTask } from './teach-task.ts';

export type TeachRequest = z.output<typeof teachInput>;

/** Pictures of the library beside the labelled that a teaching is judged with: `teachGroups` takes no more. */
const SAMPLE = 500;

/** Pictures read before others get their turn: three rows each. */
const READ_AT_ONCE = 32;

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
export async function teachTask(
  catalog: Catalog,
  { base, store }: ModelParts,
  vectors: BaseVectors,
  { groups: ids, seed, loss, steps, learningRate }: TeachRequest,
): Promise<TeachTask> {
  const known = store.completeIds();
  const teachable = teachableGroups(wantedGroups(catalog, ids), (id) => known.has(id));
  if (teachable.problem !== null) throw new ServiceError('TEACHING_IMPOSSIBLE', teachable.sentence);
  const { groups } = teachable;
  const present = [...catalog.presentMediaIds()].filter((id) => known.has(id));
  const sample = createRandom(1).sample(present, Math.min(SAMPLE, present.length));
  const all = new Set([...groups.flatMap(({ members, refused }) => [...members, ...refused]), ...sample]);
  const { pictures, hashes } = await knownPictures(catalog, store, vectors, all);
  return {
    groups: groups.map((group) => ({ ...group, members: byContent(group.members, hashes) })),
    pictures,
    dimensions: base.dimensions,
    base: { relatedScore: base.relatedScore, smoothing: base.smoothing },
    sample,
    choices: { seed, loss, steps, learningRate },
    notices: teachable.notices,
  };
}

/** What is known of pictures that have a vector, and the content hashes of all, read without holding up a search. */
export async function knownPictures(
  catalog: Catalog,
  store: ModelParts['store'],
  vectors: BaseVectors,
  ids: Iterable<number>,
): Promise<{ readonly pictures: TeachTask['pictures']; readonly hashes: ReadonlyMap<number, string> }> {
  const pictures: TeachTask['pictures'][number][] = [];
  const hashes = new Map<number, string>();
  for (const [i, id] of [...ids].entries()) {
    const media = catalog.media(id);
    const vector = vectors.vector(id);
    if (media) hashes.set(id, media.hash);
    if (media && vector)
      pictures.push({ ...evidence(media, store), video: catalog.moments.of(id)?.videoId ?? null, vector });
    if (i % READ_AT_ONCE === READ_AT_ONCE - 1) await letOthersRun();
  }
  return { pictures, hashes };
}

/** In the order of their content: the same pictures teach the same with the same seed, in whatever order they were indexed. */
function byContent(ids: readonly number[], hashes: ReadonlyMap<number, string>): number[] {
  const of = (id: number): string => hashes.get(id) ?? '';
  return ids.toSorted((a, b) => (of(a) < of(b) ? -1 : of(a) > of(b) ? 1 : 0));
}

function evidence({ id, takenAt, camera }: MediaRow, store: ModelParts['store']): Omit<SamePicture, 'vector'> {
  const seconds = takenAt === null ? null : Date.parse(`${takenAt}Z`) / 1000;
  return { id, signature: store.signature(id), takenAt: seconds, camera };
}
