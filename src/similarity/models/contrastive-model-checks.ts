import type * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { SimilarityError } from '../errors.ts';
import type { Batch } from '../samplers/sampler.ts';
import { checkRowShape } from './example-rows.ts';

/**
 * A projector or predictor: one input [examples, inputDim], one output [examples, outputDim].
 *
 * @param outputDim any where it is left out
 * @returns the length of its output
 * @throws SimilarityError WRONG_SHAPE
 */
export function checkHead(argument: string, model: tfl.LayersModel, inputDim: number, outputDim?: number): number {
  const [input, output] = [model.inputs[0]?.shape ?? [], model.outputs[0]?.shape ?? []];
  const length = output[1];
  const alone = model.inputs.length === 1 && model.outputs.length === 1;
  if (!alone || input.length !== 2 || input[1] !== inputDim) {
    const expected = `one input [examples, ${inputDim}] and one output were expected`;
    throw new SimilarityError('WRONG_SHAPE', `input of ${argument}`, { expected, shape: input });
  }
  if (output.length !== 2 || typeof length !== 'number' || length !== (outputDim ?? length)) {
    const expected = `an output [examples, ${outputDim ?? 'dimensions'}] was expected`;
    throw new SimilarityError('WRONG_SHAPE', `output of ${argument}`, { expected, shape: output });
  }
  return length;
}

/**
 * The two views of a batch. A batch of one view has it twice: an augmentation inside of the model then makes the difference.
 *
 * @throws SimilarityError WRONG_LENGTH for another number of views, WRONG_SHAPE for views that differ, or that the model does not
 *   take
 */
export function viewsOf(batch: Batch, exampleShape: readonly (number | null)[]): readonly [tf.Tensor, tf.Tensor] {
  const [first, second = first, ...others] = batch.views;
  if (first === undefined || second === undefined || others.length > 0) {
    const expected = 'one or two views were expected';
    throw new SimilarityError('WRONG_LENGTH', 'batch', { expected, shape: [batch.views.length] });
  }
  for (const view of [first, second]) checkRowShape('batch', view.shape, exampleShape);
  if (first.shape[0] !== second.shape[0]) {
    const expected = `the other view has ${String(first.shape[0])} rows`;
    throw new SimilarityError('WRONG_SHAPE', 'batch', { expected, shape: second.shape });
  }
  return [first, second];
}
