import type { Projection } from '../../compute/projection.ts';
import { applyHead } from './apply-head.ts';
import type { ModelDescription } from './model-description.ts';
import type { PackedHead } from './packed-head.ts';

/**
 * The projection of a version: the base's vectors, rounded as they are stored, through its head. The rounding makes a picture's vector
 * the same whether it comes from the stored vectors of the base or from the features.
 */
export function taughtProjection(
  id: string,
  base: Projection,
  { weights, outputs }: PackedHead,
  { name, relatedScore, smoothing }: Pick<ModelDescription, 'name' | 'relatedScore' | 'smoothing'>,
): Projection {
  return {
    id,
    name,
    dimensions: outputs,
    relatedScore,
    ...(smoothing && { smoothing }),
    project: (features) => {
      const rounded = Float32Array.from(Float16Array.from(base.project(features)));
      return applyHead(weights, rounded, base.dimensions);
    },
  };
}
