import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
// The core comes without gradients; the layers bring all of them along.
import '@tensorflow/tfjs-layers';
import { SimilarityError } from '../errors.ts';
import { registerWasmGradients } from './wasm-gradients.ts';

/**
 * Makes a TensorFlow.js backend the one that everything from here on computes with.
 *
 * `wasm` is the fast one without a GPU; the gradients of convolutions, which it lacks, are added to it here. `cpu` is plain
 * JavaScript: the reference that the others are held against. Any other backend that the program has registered itself can
 * be named too.
 *
 * @throws SimilarityError BACKEND_UNAVAILABLE
 */
export async function useBackend(name = 'wasm'): Promise<void> {
  if (name === 'wasm') registerWasmGradients();
  let failure: unknown;
  const usable = await tf.setBackend(name).catch((error: unknown) => {
    failure = error;
    return false;
  });
  if (!usable) {
    const known = tf.engine().backendNames().join(', ');
    throw new SimilarityError('BACKEND_UNAVAILABLE', name, { expected: `there are ${known}` }, { cause: failure });
  }
  await tf.ready();
}
