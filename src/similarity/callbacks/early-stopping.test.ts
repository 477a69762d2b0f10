import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useBackend } from '../backends/index.ts';
import type { TrainingHandle } from './callback.ts';
import { EarlyStopping, type EarlyStoppingOptions, type Restorable } from './index.ts';

describe('early stopping', () => {
  let weight: tf.Variable;
  let counter: tf.Variable;

  beforeAll(async () => {
    await useBackend('cpu');
  });

  beforeEach(() => {
    weight = tf.tidy(() => tf.variable(tf.tensor2d([[0, 0]])));
    counter = tf.tidy(() => tf.variable(tf.scalar(0, 'int32')));
  });

  afterEach(() => {
    tf.dispose([weight, counter]);
  });

  /** Goes through epochs, in each of which the weights become that epoch's number. */
  async function train(options: EarlyStoppingOptions, values: readonly number[]): Promise<EarlyStopping> {
    const stopping = new EarlyStopping(options);
    const stop = new AbortController();
    const handle: TrainingHandle<Restorable> = {
      model: { variables: [weight, counter] },
      learningRate: 1,
      stop: () => stop.abort(),
    };
    stopping.onTrainBegin();
    for (const [epoch, value] of values.entries()) {
      tf.tidy(() => {
        weight.assign(tf.fill([1, 2], epoch));
        counter.assign(tf.scalar(epoch, 'int32'));
      });
      await stopping.onEpochEnd(epoch, { [options.monitor ?? 'val_loss']: value }, handle);
      if (stop.signal.aborted) break;
    }
    stopping.onTrainEnd(handle);
    return stopping;
  }

  const weights = (): number[] => [...weight.dataSync(), ...counter.dataSync()];

  it('ends after the first epoch that is no better', async () => {
    const { bestEpoch, stoppedEpoch } = await train({}, [3, 2, 2, 1]);
    expect({ bestEpoch, stoppedEpoch }).toEqual({ bestEpoch: 1, stoppedEpoch: 2 });
    expect(weights()).toEqual([2, 2, 2]);
  });

  it('is patient', async () => {
    const { bestEpoch, stoppedEpoch } = await train({ patience: 2 }, [3, 4, 5, 2, 3, 3, 3, 1]);
    expect({ bestEpoch, stoppedEpoch }).toEqual({ bestEpoch: 3, stoppedEpoch: 6 });
  });

  it('brings back the weights of the best epoch, also where the training goes to its end', async () => {
    const before = tf.memory().numTensors;
    await train({ patience: 1, restoreBestWeights: true }, [3, 2, 5, 6]);
    expect(weights()).toEqual([1, 1, 1]);
    const { stoppedEpoch } = await train({ patience: 9, restoreBestWeights: true }, [3, 2, 5, 6]);
    expect(stoppedEpoch).toBeUndefined();
    expect(weights()).toEqual([1, 1, 1]);
    expect(weight.dtype).toBe('float32');
    expect(counter.dtype).toBe('int32');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('wants an improvement of more than minDelta', async () => {
    expect((await train({ minDelta: 0.5 }, [3, 2.5, 1])).stoppedEpoch).toBe(1);
    expect((await train({ minDelta: 0.4 }, [3, 2.5, 1])).stoppedEpoch).toBeUndefined();
  });

  it('knows of which metrics more is better, unless it is told', async () => {
    expect((await train({ monitor: 'precision@1_known_classes' }, [0.1, 0.2, 0.15])).bestEpoch).toBe(1);
    expect((await train({ monitor: 'val_loss_known_classes' }, [0.1, 0.2, 0.15])).bestEpoch).toBe(0);
    expect((await train({ monitor: 'mine', mode: 'max' }, [0.1, 0.2, 0.15])).bestEpoch).toBe(1);
    expect((await train({ monitor: 'precision@1', mode: 'min' }, [0.1, 0.2, 0.15])).bestEpoch).toBe(0);
  });

  it('takes no number for no improvement', async () => {
    const { bestEpoch, stoppedEpoch } = await train({ patience: 2 }, [NaN, NaN, NaN, 1]);
    expect({ bestEpoch, stoppedEpoch }).toEqual({ bestEpoch: undefined, stoppedEpoch: 2 });
  });

  it('begins anew with each training', async () => {
    const stopping = await train({}, [1, 2]);
    stopping.onTrainBegin();
    expect(stopping.bestEpoch).toBeUndefined();
    expect(stopping.stoppedEpoch).toBeUndefined();
  });

  it('names what it cannot watch, and wrong settings', async () => {
    const stopping = new EarlyStopping({ monitor: 'val_los' });
    const handle: TrainingHandle<Restorable> = { model: { variables: [] }, learningRate: 1, stop: () => undefined };
    await expect(stopping.onEpochEnd(0, { loss: 1, val_loss: 2 }, handle)).rejects.toMatchObject({
      code: 'UNKNOWN_NAME',
      argument: 'monitor',
      message: expect.stringContaining('loss, val_loss') as string,
    });
    expect(() => new EarlyStopping({ patience: -1 })).toThrow(
      expect.objectContaining({ argument: 'patience' }) as Error,
    );
    expect(() => new EarlyStopping({ minDelta: -1 })).toThrow(
      expect.objectContaining({ argument: 'minDelta' }) as Error,
    );
    expect(() => new EarlyStopping({ mode: 'more' as 'max' })).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_NAME', argument: 'mode' }) as Error,
    );
  });
});
