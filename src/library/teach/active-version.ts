import type { Projection } from '../../compute/projection.ts';
import { ServiceError } from '../../contract/errors.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { RunningEncoder } from '../encoders/model-parts.ts';
import { parseDescription } from './model-description.ts';
import { unpackHead } from './packed-head.ts';
import { taughtProjection } from './taught-projection.ts';

/**
 * The projection of a version.
 *
 * @param base the projection of the encoder in use
 * @throws ServiceError MODEL_UNKNOWN, MODEL_OF_OTHER_ENCODER, MODEL_FILE_DAMAGED
 */
export function versionProjection(catalog: Catalog, id: string, encoder: string, base: Projection): Projection {
  const row = catalog.models.get(id);
  if (!row || row.removedAt !== null) throw new ServiceError('MODEL_UNKNOWN', id);
  if (row.encoder !== encoder || row.base !== base.id) throw new ServiceError('MODEL_OF_OTHER_ENCODER', id);
  try {
    const head = unpackHead(row.head);
    if (head.inputs !== base.dimensions) throw new RangeError(`it takes ${head.inputs} values`);
    return taughtProjection(id, base, head, parseDescription(row.description));
  } catch (cause) {
    throw new ServiceError('MODEL_FILE_DAMAGED', id, { cause });
  }
}

/**
 * An encoder with the version that was chosen for it, or as it is where there is none, or where that one cannot be used: the choice
 * stays then, and people are told.
 *
 * @param running is taken over: whoever closes what comes back closes it
 */
export async function withActiveVersion(
  catalog: Catalog,
  running: RunningEncoder,
  onNotice: (sentence: string) => void,
): Promise<RunningEncoder> {
  const id = catalog.models.active(running.encoder.id);
  if (id === null) return running;
  try {
    const shared = running.share(versionProjection(catalog, id, running.encoder.id, running.base));
    await running.close();
    return shared;
  } catch (error) {
    const { message } = ServiceError.from(error);
    onNotice(`The taught version ${id} does not answer; the search as it was before teaching does. ${message}`);
    return running;
  }
}
