import { beforeAll, describe, expect, it } from 'vitest';
import { fitHead } from '../../compute/training/fit-head.ts';
import { useBackend } from '../../similarity/index.ts';
import { chooseSettings, type TeachingSettings } from './choose-settings.ts';
import { closedFormHead, type LabelledRows } from './closed-form-head.ts';
import { clusteredPictures, groupsOf } from './clustered-pictures.test-fixture.ts';
import { rowsOf } from './rows.ts';
import { trainHead, type HeadTrainer } from './train-head.ts';

const DIMENSIONS = 16;

const trainer: HeadTrainer = {
  train: (task) => fitHead(task, new AbortController().signal, () => undefined),
};

beforeAll(() => useBackend('wasm'));

describe('trainHead', () => {
  it('gives a head between the closed form and what training made of it', async () => {
    const pictures = clusteredPictures(3, 20, DIMENSIONS);
    const groups = groupsOf(pictures, 20);
    const labelled: LabelledRows = {
      rows: rowsOf([...pictures.vectors.keys()], (id) => pictures.vectors.get(id) ?? null, DIMENSIONS),
      dimensions: DIMENSIONS,
      labels: [...pictures.kinds.values()],
    };
    const settings = chooseSettings(groups);
    const training = settings.training;
    if (training === null) throw new Error('20 a group are trained on');
    const kernelAt = async (trainedShare: number): Promise<Float32Array> => {
      const some: TeachingSettings = { ...settings, training: { ...training, steps: 20, trainedShare } };
      return (await trainHead(labelled, some, trainer)).weights.kernel;
    };
    const [start, half, end] = [await kernelAt(0), await kernelAt(0.5), await kernelAt(1)];
    expect(start).toEqual(closedFormHead(labelled, settings.closedForm).kernel);
    const between = start.map((value, i) => (value + (end[i] ?? 0)) / 2);
    expect(Math.max(...half.map((value, i) => Math.abs(value - (between[i] ?? 0))))).toBeLessThan(1e-5);
    expect(Math.max(...end.map((value, i) => Math.abs(value - (start[i] ?? 0))))).toBeGreaterThan(1e-3);
  });
});
