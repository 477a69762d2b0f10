import type { Encoder } from '../../compute/encoder.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { DeepEstimate, TeachReadiness } from '../../contract/teach-schemas.ts';
import { LEAST_PICTURES, TOO_FEW, viewsNeeded } from './adapt/adapt-library.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { ActiveLibrary } from '../encoders/active-library.ts';
import { hasDevices } from '../encoders/model-parts.ts';
import { labelsChanged, teachableGroups } from './labelled-groups.ts';
import type { VersionDescriptions } from './model-description.ts';
import { wantedGroups, type TeachRequest } from './teaching-input.ts';
import type { TuningEstimates } from './tuning-estimate.ts';

interface ReadinessParts {
  readonly catalog: Catalog;
  readonly active: ActiveLibrary;
  readonly descriptions: VersionDescriptions;
}

/**
 * Whether what is asked for can be taught, with a sentence that says what would be or why not, what changed since the last
 * teaching, and about how long it takes, in seconds.
 *
 * @throws ServiceError GROUP_UNKNOWN
 */
export function teachReadiness(parts: ReadinessParts, request: TeachRequest): TeachReadiness {
  if (request.method === 'adapt') return adaptReadiness(parts.active);
  const { catalog, active, descriptions } = parts;
  const { vectors } = active.current;
  const wanted = wantedGroups(catalog, request.groups);
  const teachable = teachableGroups(wanted, (id) => vectors.holds(id) || vectors.present.has(id));
  const taughtNow = teachable.problem === null ? teachable.groups : [];
  const labelled = new Set(wanted.flatMap(({ members }) => members)).size;
  // an import or an adapting says nothing of the labels here
  const newest = catalog.models.all().find(({ kind }) => kind === 'head' || kind === 'deep');
  const description = newest ? descriptions.of(newest.id) : null;
  const isNew = (id: number): boolean => (catalog.labels.group(id)?.createdAt ?? '') > (newest?.createdAt ?? '');
  const changedSince = description && labelsChanged(description.groups, taughtNow, isNew);
  const base = { groups: wanted.length, labelled, changedSince };
  if (teachable.problem !== null) {
    return { ...base, ready: false, sentence: teachable.sentence, notices: [], seconds: 0 };
  }
  const taught = new Set(teachable.groups.flatMap(({ members }) => members)).size;
  const sentence = `${taught.toLocaleString('en')} pictures in ${teachable.groups.length} groups will be taught.`;
  // seen on two cores: 144 pictures 7 s, 1,000 18 s
  return { ...base, ready: true, sentence, notices: [...teachable.notices], seconds: 2 + taught / 60 };
}

function adaptReadiness({ current: { encoder, vectors } }: ActiveLibrary): TeachReadiness {
  const count = vectors.present.size;
  const nothing = { groups: 0, labelled: 0, changedSince: null, notices: [] };
  if (count < LEAST_PICTURES) return { ...nothing, ready: false, sentence: TOO_FEW, seconds: 0 };
  const sentence =
    'It looks at parts of some of your pictures, and learns what may differ between two that show the same.';
  // the comparison takes some seconds more
  return { ...nothing, ready: true, sentence, seconds: 5 + viewsNeeded(count) / encodingRate(encoder) };
}

/**
 * What teaching the last layers of the encoder would take, and encoding all pictures anew after it, in seconds.
 *
 * @throws ServiceError GROUP_UNKNOWN
 */
export async function deepEstimate(
  { catalog, active }: Pick<ReadinessParts, 'catalog' | 'active'>,
  estimates: TuningEstimates,
  request: TeachRequest,
): Promise<DeepEstimate> {
  const pictures = active.current.vectors.present.size;
  const nothing = { seconds: 0, pictures, encodingSeconds: 0 };
  const groups = wantedGroups(catalog, request.groups);
  try {
    const { device, seconds } = await active.use((library) =>
      estimates.of(library, request.blocks, { groups, choices: request }),
    );
    const encodingSeconds = pictures / encodingRate(active.current.encoder);
    const sentence = `Trained on ${device.name}; searches go on as before.`;
    return { possible: true, sentence, seconds, pictures, encodingSeconds };
  } catch (error) {
    return { ...nothing, possible: false, sentence: ServiceError.from(error).message };
  }
}

/** Pictures a second that an encoder makes features of: measured, or what two cores did with the built-in one. */
function encodingRate(encoder: Encoder): number {
  return (hasDevices(encoder) ? encoder.rate : null) ?? 300;
}
