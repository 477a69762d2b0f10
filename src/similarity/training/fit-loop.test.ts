import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useBackend } from '../backends/index.ts';
import type { Callback } from '../callbacks/callback.ts';
import { createRandom } from '../random.ts';
import type { Batch, Sampler } from '../samplers/sampler.ts';
import { fitLoop, type Training } from './fit-loop.ts';
import { trainableVariables, withRegularization } from './layers-model.ts';

/** Points of a line with noise: y = 2x - 1. */
class LineSampler implements Sampler {
  readonly stepsPerEpoch = 5;
  readonly #random = createRandom(1);
  epochsEnded = 0;

  nextBatch(): Batch {
    const rows = Array.from({ length: 8 }, () => this.#random.between(-1, 1));
    return { views: [tf.tensor2d(rows, [8, 1])], labels: Int32Array.from(rows, (x) => Math.round(100 * (2 * x - 1))) };
  }

  onEpochEnd(): void {
    this.epochsEnded++;
  }

  dispose(): void {
    // Keeps nothing.
  }
}

describe('the training loop', () => {
  let slope: tf.Variable;
  let intercept: tf.Variable;
  let unconnected: tf.Variable;
  let optimizer: tf.Optimizer;
  let sampler: LineSampler;
  let before: number;

  const training = (changes: Partial<Training<string>> = {}): Training<string> => ({
    model: 'line',
    sampler,
    optimizer,
    variables: [slope, unconnected, intercept],
    step: (batch, watch) => {
      const y = tf.div(tf.tensor1d(batch.labels, 'float32'), 100);
      const predicted = tf.add(tf.mul(slope, tf.squeeze(batch.views[0] as tf.Tensor, [1])), intercept);
      const loss = tf.mean<tf.Scalar>(tf.square(tf.sub(predicted, y)));
      watch('root', tf.sqrt(loss));
      return loss;
    },
    ...changes,
  });

  beforeAll(async () => {
    await useBackend('cpu');
  });

  beforeEach(() => {
    before = tf.memory().numTensors;
    slope = tf.variable(tf.scalar(0));
    intercept = tf.variable(tf.scalar(0));
    unconnected = tf.variable(tf.scalar(7));
    optimizer = tf.train.sgd(0.2);
    sampler = new LineSampler();
  });

  afterEach(() => {
    // The three scalars that the variables were made of are the test's own, and so is the optimizer.
    optimizer.dispose();
    tf.dispose([slope, intercept, unconnected]);
    expect(tf.memory().numTensors - before).toBe(3);
  });

  it('minimizes the loss and tells of each epoch', async () => {
    const { epochs, history } = await fitLoop(training({ epochs: 20 }));
    expect(epochs).toBe(20);
    expect(sampler.epochsEnded).toBe(20);
    expect(Object.keys(history).sort()).toEqual(['learningRate', 'loss', 'root']);
    expect(history['loss']).toHaveLength(20);
    expect(history['loss']?.at(-1)).toBeLessThan(1e-3);
    expect(slope.dataSync()[0]).toBeCloseTo(2, 1);
    expect(intercept.dataSync()[0]).toBeCloseTo(-1, 1);
    expect(unconnected.dataSync()[0]).toBe(7);
  });

  it('gives the same numbers for the same seed', async () => {
    const first = await fitLoop(training({ epochs: 2 }));
    tf.tidy(() => [slope, intercept].forEach((variable) => variable.assign(tf.scalar(0))));
    sampler = new LineSampler();
    expect(await fitLoop(training({ epochs: 2 }))).toEqual(first);
  });

  it('calls the callbacks in order, and puts what they add into the history', async () => {
    const calls: string[] = [];
    const callback: Callback<string> = {
      onTrainBegin: ({ model }) => void calls.push(`begin ${model}`),
      onEpochBegin: (epoch) => void calls.push(`epoch ${epoch}`),
      onBatchBegin: (step) => void calls.push(`step ${step}`),
      onBatchEnd: (step, logs) => void calls.push(`stepped ${step} ${Object.keys(logs).sort().join()}`),
      onEpochEnd: (epoch, logs) => {
        calls.push(`epoch ended ${epoch} ${Object.keys(logs).sort().join()}`);
        return Promise.resolve({ extra: epoch });
      },
      onTrainEnd: () => void calls.push('end'),
    };
    const { history } = await fitLoop(
      training({ epochs: 2, stepsPerEpoch: 1, callbacks: [callback], validate: () => Promise.resolve({ loss: 3 }) }),
    );
    expect(calls).toEqual([
      'begin line',
      'epoch 0',
      'step 0',
      'stepped 0 learningRate,loss,root',
      'epoch ended 0 learningRate,loss,root,val_loss',
      'epoch 1',
      'step 1',
      'stepped 1 learningRate,loss,root',
      'epoch ended 1 learningRate,loss,root,val_loss',
      'end',
    ]);
    expect(history['extra']).toEqual([0, 1]);
    expect(history['val_loss']).toEqual([3, 3]);
  });

  it('can be stopped, and its learning rate changed, by a callback', async () => {
    const rates: number[] = [];
    const callback: Callback<string> = {
      onBatchBegin: (step, handle) => {
        handle.learningRate = 0.1 / (step + 1);
      },
      onBatchEnd: (step, logs, handle) => {
        rates.push(logs['learningRate'] ?? Number.NaN);
        if (step === 2) handle.stop();
      },
    };
    const { epochs } = await fitLoop(training({ epochs: 9, callbacks: [callback] }));
    expect(epochs).toBe(1);
    expect(rates).toEqual([0.1, 0.05, 0.1 / 3]);
  });

  it('fills the epochs in which a column has no number', async () => {
    const callback: Callback<string> = { onEpochEnd: (epoch) => (epoch === 1 ? { rare: 5 } : undefined) };
    const { history } = await fitLoop(training({ epochs: 3, stepsPerEpoch: 1, callbacks: [callback] }));
    expect(history['rare']).toEqual([Number.NaN, 5, Number.NaN]);
  });

  it('says in which step of which epoch the loss diverged', async () => {
    optimizer.dispose();
    optimizer = tf.train.sgd(1e20);
    let ended = false;
    const callbacks = [{ onTrainEnd: () => void (ended = true) }];
    await expect(fitLoop(training({ epochs: 9, callbacks }))).rejects.toMatchObject({
      code: 'DIVERGED',
      argument: 'loss',
      message: expect.stringMatching(/in step \d of epoch \d/) as string,
    });
    expect(ended).toBe(true);
  });

  it('is aborted by a signal, with its reason', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const onProgress = ({ step }: { step: number }): void => {
      if (step === 3) controller.abort(reason);
    };
    await expect(fitLoop(training({ epochs: 9, signal: controller.signal, onProgress }))).rejects.toBe(reason);
    expect(sampler.epochsEnded).toBe(0);
  });

  it('lets the event loop run between steps', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    await fitLoop(training({ epochs: 50 }));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });

  it('leaks nothing where a step, a sampler or a callback throws', async () => {
    const failure = new Error('no');
    const fail = (): never => {
      throw failure;
    };
    const step: Training<string>['step'] = (batch, watch) => {
      watch('mean', tf.mean(batch.views[0] as tf.Tensor));
      return fail();
    };
    await expect(fitLoop(training({ step }))).rejects.toBe(failure);
    await expect(fitLoop(training({ callbacks: [{ onBatchEnd: fail }] }))).rejects.toBe(failure);
    await expect(fitLoop(training({ callbacks: [{ onTrainBegin: fail }] }))).rejects.toBe(failure);
    await expect(fitLoop(training({ prepare: fail }))).rejects.toBe(failure);
    const broken = Object.assign(new LineSampler(), { nextBatch: fail });
    await expect(fitLoop(training({ sampler: broken }))).rejects.toBe(failure);
  });

  it('prepares a batch outside of the tape and disposes of both', async () => {
    const prepare = ({ views, labels }: Batch): Batch => ({ views: views.map((view) => tf.mul(view, 1)), labels });
    const { history } = await fitLoop(training({ epochs: 10, prepare }));
    expect(history['loss']?.at(-1)).toBeLessThan(0.1);
  });

  it('wants something to train and whole numbers', async () => {
    await expect(fitLoop(training({ variables: [] }))).rejects.toMatchObject({ code: 'EMPTY', argument: 'model' });
    await expect(fitLoop(training({ epochs: 0 }))).rejects.toMatchObject({ code: 'OUT_OF_RANGE', argument: 'epochs' });
    await expect(fitLoop(training({ stepsPerEpoch: 1.5 }))).rejects.toMatchObject({ code: 'NOT_AN_INTEGER' });
  });
});

describe('training the layers of a model', () => {
  it('adds the penalties of its layers and moves the averages of batch normalisation', async () => {
    await useBackend('cpu');
    const dense = tfl.layers.dense({
      units: 2,
      inputShape: [1],
      kernelInitializer: 'ones',
      kernelRegularizer: tfl.regularizers.l2({ l2: 0.5 }),
    });
    const normalisation = tfl.layers.batchNormalization({ momentum: 0.5 });
    const model = tfl.sequential({ layers: [dense, normalisation] });
    const optimizer = tf.train.adam(0.01);
    const { history } = await fitLoop({
      model,
      optimizer,
      sampler: new LineSampler(),
      stepsPerEpoch: 1,
      variables: trainableVariables(model),
      step: (batch) => {
        const output = model.apply(batch.views[0] as tf.Tensor, { training: true }) as tf.Tensor;
        return withRegularization(tf.mul<tf.Scalar>(tf.sum(output), 0), model);
      },
    });
    expect(history['loss']?.[0]).toBeCloseTo(1, 5);
    const [mean] = normalisation.getWeights().slice(2);
    expect(mean?.dataSync()[0]).not.toBe(0);
    expect(trainableVariables(model)).toHaveLength(4);
    model.dispose();
    optimizer.dispose();
  });
});
