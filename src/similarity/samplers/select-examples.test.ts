import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backends/index.ts';
import { selectExamples } from './select-examples.ts';

beforeAll(() => useBackend('cpu'));

const y = [1, 2, 3, 1, 2, 3, 1];
const x = { data: Float32Array.from(y, (label, i) => label * 10 + i / 100), shape: [7] };

function selected(options: Parameters<typeof selectExamples>[2]): { values: number[]; labels: number[] } {
  const chosen = selectExamples(x, y, options);
  const values = [...chosen.x.dataSync()];
  chosen.x.dispose();
  return { values, labels: [...chosen.y] };
}

describe('selectExamples', () => {
  it('takes everything in random order where nothing is said', () => {
    const { values, labels } = selected({});
    expect(values.toSorted()).toEqual([...x.data].toSorted());
    expect(values.map((value) => Math.floor(value / 10))).toEqual(labels);
    expect(labels).not.toEqual(y);
  });

  it('takes at most so many of the listed classes, none twice', () => {
    expect(selected({ classList: [1, 3], examplesPerClass: 2 }).labels.toSorted()).toEqual([1, 1, 3, 3]);
    const all = selected({ classList: [1, 3], examplesPerClass: 20 });
    expect(all.labels.toSorted()).toEqual([1, 1, 1, 3, 3]);
    expect(new Set(all.values).size).toBe(5);
  });

  it('selects the same with the same seed', () => {
    expect(selected({ seed: 5 })).toEqual(selected({ seed: 5 }));
    expect(selected({ seed: 5 })).not.toEqual(selected({ seed: 6 }));
  });

  it('refuses labels of another length and classes without examples', () => {
    const error = (properties: object): unknown => expect.objectContaining(properties);
    expect(() => selectExamples(x, [1])).toThrow(error({ code: 'WRONG_LENGTH', argument: 'y' }));
    expect(() => selected({ classList: [4] })).toThrow(error({ code: 'EMPTY', argument: 'classList' }));
    expect(() => selected({ examplesPerClass: 0 })).toThrow(error({ code: 'OUT_OF_RANGE' }));
  });
});
