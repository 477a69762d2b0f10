import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { l2Normalize, metricEmbedding, MultiShotMemorySampler, SimilarityModel } from '../../similarity/index.ts';
import type { HeadTask, ProjectTask, StepDone, TrainedHead } from './head.ts';

/**
 * Trains a head on the backend in use.
 * @throws SimilarityError where the task cannot be done as it is; the reason of `signal`
 */
export async function fitHead(
  task: HeadTask,
  signal: AbortSignal,
  onStep: (done: StepDone) => void,
): Promise<TrainedHead> {
  const { features, featureSize, labels, dimensions, start, steps, loss = 'multisim_loss', optimizer = 'adam' } = task;
  const model = headModel(task);
  const x = tf.tensor2d(features, [features.length / featureSize, featureSize]);
  const sampler = new MultiShotMemorySampler({
    x,
    y: labels,
    classesPerBatch: task.classesPerBatch,
    examplesPerClassPerBatch: task.examplesPerClassPerBatch,
    stepsPerEpoch: steps,
    seed: task.seed ?? 1,
  });
  x.dispose();
  try {
    model.compile({
      loss,
      optimizer,
      ...(task.learningRate !== undefined && { learningRate: task.learningRate }),
    });
    const losses: number[] = [];
    await model.fit(sampler, {
      epochs: 1,
      signal,
      onProgress: ({ step, stepsPerEpoch, logs }) => {
        const stepLoss = logs['loss'] ?? Number.NaN;
        losses.push(stepLoss);
        onStep({ step, steps: stepsPerEpoch, loss: stepLoss });
      },
    });
    const [kernel, bias] = await Promise.all(model.variables.map((variable) => variable.data<'float32'>()));
    if (kernel === undefined) throw new Error(`a head of ${dimensions} values has no weights`);
    return { weights: { kernel, bias: start.bias === null ? null : (bias ?? null) }, losses };
  } finally {
    sampler.dispose();
    model.dispose();
  }
}

function headModel({ featureSize, dimensions, start }: HeadTask): SimilarityModel {
  const inputs = tfl.input({ shape: [featureSize] });
  const layer = metricEmbedding({ units: dimensions, useBias: start.bias !== null });
  const outputs = layer.apply(inputs) as tfl.SymbolicTensor;
  const weights = [tf.tensor2d(start.kernel, [featureSize, dimensions])];
  layer.setWeights(start.bias === null ? weights : [...weights, tf.tensor1d(start.bias)]);
  tf.dispose(weights);
  return new SimilarityModel({ inputs, outputs });
}

/** Rows that go through the matrix at once: 16 MB of features of 1,000 values. */
const ROWS_AT_ONCE = 4_096;

/** The product of many rows with the weights, on the backend in use. @returns n × `dimensions` */
export async function projectOnBackend(task: ProjectTask): Promise<Float32Array<ArrayBuffer>> {
  const { rows, featureSize, dimensions, weights, normalise } = task;
  const count = rows.length / featureSize;
  const projected = new Float32Array(count * dimensions);
  const kernel = tf.tensor2d(weights.kernel, [featureSize, dimensions]);
  const bias = weights.bias === null ? null : tf.tensor1d(weights.bias);
  try {
    for (let first = 0; first < count; first += ROWS_AT_ONCE) {
      const some = Math.min(ROWS_AT_ONCE, count - first);
      const product = tf.tidy(() => {
        const part = tf.tensor2d(rows.subarray(first * featureSize, (first + some) * featureSize), [some, featureSize]);
        const plain = tf.matMul<tf.Tensor2D>(part, kernel);
        const moved = bias === null ? plain : tf.add<tf.Tensor2D>(plain, bias);
        return normalise ? l2Normalize(moved) : moved;
      });
      projected.set(await product.data<'float32'>(), first * dimensions);
      product.dispose();
    }
    return projected;
  } finally {
    tf.dispose([kernel, ...(bias === null ? [] : [bias])]);
  }
}
