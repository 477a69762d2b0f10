import * as tf from '@tensorflow/tfjs-core';
import { checkCount } from '../checks.ts';
import type { Sampler } from '../samplers/sampler.ts';

/**
 * How many examples of each class a batch of the sampler holds, on average: at least 2 are needed for a positive pair.
 *
 * @param numBatches how many batches are drawn; the sampler goes on from there. Default 100.
 * @throws SimilarityError OUT_OF_RANGE or NOT_AN_INTEGER
 */
export async function batchClassRatio(sampler: Sampler, numBatches = 100): Promise<number> {
  checkCount('numBatches', numBatches);
  let sum = 0;
  for (let batch = 0; batch < numBatches; batch++) {
    const { views, labels } = await sampler.nextBatch();
    tf.dispose([...views]);
    sum += labels.length / new Set(labels).size;
  }
  return sum / numBatches;
}
