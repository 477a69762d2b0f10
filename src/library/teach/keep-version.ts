import { randomBytes } from 'node:crypto';
import type { TeachingEvaluation } from '../../contract/teach-schemas.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { TaughtModelRow } from '../catalog/model-store.ts';
import { packHead } from './packed-head.ts';
import type { TaughtModel } from './teach-task.ts';

/** Groups that a version is named after. */
const NAMED = 3;

const PREFIX = { head: 'taught', deep: 'deep', adapted: 'adapted' } as const;

/**
 * Keeps what came of a teaching as a version; it answers when it is activated.
 *
 * @param of what its head takes
 * @throws ServiceError CATALOG_*, DISK_FULL
 */
export function keepVersion(
  catalog: Catalog,
  model: TaughtModel,
  of: Pick<TaughtModelRow, 'encoder' | 'base'> & { readonly kind: keyof typeof PREFIX },
): { readonly id: string; readonly evaluation: TeachingEvaluation } {
  const createdAt = new Date().toISOString();
  const id = `${PREFIX[of.kind]}-${createdAt.slice(0, 10)}-${randomBytes(4).toString('hex')}`;
  const evaluation = shownEvaluation(catalog, model);
  const { recipe, seed, groups, verdict, answered, curves, lines, weights, inputs, outputs } = model;
  const name = nameOf(groups);
  const description = JSON.stringify({ name, recipe, seed, groups, evaluation, verdict, answered, curves, ...lines });
  const head = packHead({ weights, inputs, outputs });
  catalog.models.put({ id, ...of, createdAt, removedAt: null, description, head });
  return { id, evaluation };
}

function nameOf(groups: TaughtModel['groups']): string {
  if (groups.length === 0) return 'Adapted to your pictures';
  const names = groups.map((group) => group.name).slice(0, NAMED);
  return `Taught ${names.join(', ')}${groups.length > NAMED ? ', …' : ''}`;
}

/** The examples with the hashes by which their thumbnails are found. */
function shownEvaluation(catalog: Catalog, { evaluation, examples }: TaughtModel): TeachingEvaluation {
  const shown = ({ id }: { readonly id: number }) => ({ id, hash: catalog.media(id)?.hash ?? '' });
  return {
    ...evaluation,
    examples: examples.map(({ query, groups, before, after }) => ({
      query: { ...shown({ id: query }), groups: [...groups] },
      before: before.map((result) => ({ ...shown(result), right: result.right })),
      after: after.map((result) => ({ ...shown(result), right: result.right })),
    })),
  };
}
