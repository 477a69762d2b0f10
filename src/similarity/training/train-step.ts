import * as tf from '@tensorflow/tfjs-core';
import type { Batch } from '../samplers/sampler.ts';

/** Reports a number of the current step beside the loss: a metric, or a part of the loss. It is read together with it. */
export type Watch = (name: string, value: tf.Scalar) => void;

/**
 * The loss of one batch, as a scalar that is differentiable in the trained variables. It runs under a gradient tape and in a
 * tidy; what it leaves behind is disposed of.
 */
export type Step = (batch: Batch, watch: Watch) => tf.Scalar;

/** What one step gives: the gradients, still to be disposed of, and everything that is to be read, in one tensor. */
interface Gradients {
  readonly gradients: tf.Tensor[];
  readonly names: readonly string[];
  readonly values: tf.Tensor1D;
}

/** Runs the step under a tape. */
function differentiate(step: Step, batch: Batch, variables: readonly tf.Variable[]): Gradients {
  const names = ['loss'];
  const watched: tf.Tensor[] = [];
  const watch: Watch = (name, value) => {
    names.push(name);
    // A clone, because what is watched may be the loss itself or a part that the step disposes of.
    watched.push(tf.keep(tf.clone(value)));
  };
  let failure: { readonly error: unknown } | undefined;
  // The tape holds on to what it needs for the way back, and lets go of it only where the way back is gone.
  const guarded = (): tf.Scalar => {
    try {
      return step(batch, watch);
    } catch (error) {
      failure = { error };
      return tf.mul<tf.Scalar>(tf.sum(variables[0] as tf.Variable), 0);
    }
  };
  try {
    const [values, ...gradients] = tf.tidy(() => {
      const { value, grads } = tf.variableGrads(guarded, [...variables]);
      if (failure !== undefined) throw failure.error;
      // The optimizers number their moments by position, so that each step must give the same variables in the same order.
      const all = variables.map((variable) => grads[variable.name] ?? tf.zerosLike(variable));
      return [tf.stack([value, ...watched.map((scalar) => tf.cast(scalar, 'float32'))]), ...all];
    });
    return { gradients, names, values: values as tf.Tensor1D };
  } finally {
    tf.dispose(watched);
  }
}

/**
 * One step of training: the loss, its gradients, and the update of the variables. Where the loss is no finite number the
 * variables stay as they were.
 *
 * @returns the loss and what the step reported, by name
 */
export async function trainStep(
  step: Step,
  batch: Batch,
  variables: readonly tf.Variable[],
  optimizer: tf.Optimizer,
): Promise<Record<string, number>> {
  const { gradients, names, values } = differentiate(step, batch, variables);
  try {
    const read = await values.data();
    if (Number.isFinite(read[0])) {
      optimizer.applyGradients(
        variables.map((variable, i) => ({ name: variable.name, tensor: gradients[i] as tf.Tensor })),
      );
    }
    return Object.fromEntries(names.map((name, i) => [name, read[i] as number]));
  } finally {
    tf.dispose([values, ...gradients]);
  }
}
