import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';

/** The loss with the penalties that the layers of a model ask for, where there are any. Runs in a step, under its tape. */
export function withRegularization(loss: tf.Scalar, model: tfl.LayersModel): tf.Scalar {
  return model.calculateLosses().reduce((sum, penalty) => tf.add<tf.Scalar>(sum, penalty), loss);
}

/** The variables of a model that training changes, in the order of its layers. */
export function trainableVariables(model: tfl.LayersModel): tf.Variable[] {
  return variablesOf(model.trainableWeights);
}

/** Every variable of a model, moving averages too, in the order of its layers. */
export function layerVariables(model: tfl.LayersModel): tf.Variable[] {
  return variablesOf(model.weights);
}

function variablesOf(weights: readonly tfl.LayerVariable[]): tf.Variable[] {
  return weights
    .map((weight) => weight.read())
    .filter((weight): weight is tf.Variable => weight instanceof tf.Variable);
}
