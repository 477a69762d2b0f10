/** The vectors of an encoder without a fitted projection: its rows, at length 1. */
import type { Projection } from '../projection.ts';
import type { OpenedEncoder } from './installed.ts';

/** What makes vectors of an installed encoder's features; for words and pictures alike. */
export function unitProjection({ definition, featuresId, featureSize }: OpenedEncoder): Projection {
  return {
    id: `unit-${featuresId}`,
    name: definition.name,
    dimensions: featureSize,
    relatedScore: definition.relatedScore,
    project: (features) => {
      const rows = features.length / featureSize;
      if (!Number.isInteger(rows)) throw new RangeError(`${features.length} values are not rows of ${featureSize}`);
      const vectors = Float32Array.from(features);
      for (let i = 0; i < rows; i++) toUnit(vectors.subarray(i * featureSize, (i + 1) * featureSize));
      return vectors;
    },
  };
}

/** In place. A row of zeros becomes the first axis, as everywhere. */
function toUnit(row: Float32Array): void {
  let sum = 0;
  for (const value of row) sum += value * value;
  if (sum === 0) row[0] = 1;
  else for (let i = 0; i < row.length; i++) row[i] = (row[i] ?? 0) / Math.sqrt(sum);
}
