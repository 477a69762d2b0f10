import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backends/index.ts';
import { createRandom } from '../random.ts';
import {
  Barlow,
  BYOLLoss,
  getContrastiveLoss,
  SimCLRLoss,
  SimSiamLoss,
  sinkhornKnopp,
  SwAVLoss,
  VicReg,
  type ContrastiveLoss,
  type ProjectionType,
} from './index.ts';
import {
  plainBarlow,
  plainBYOL,
  plainSimCLR,
  plainSimSiam,
  plainSinkhorn,
  plainSwAV,
  plainVicReg,
  type Rows,
} from './plain-losses.test-fixture.ts';

interface Case {
  readonly title: string;
  readonly loss: ContrastiveLoss;
  readonly plain: (targets: Rows, predictions: Rows) => number;
  /** True where no gradient goes through the targets. */
  readonly stopsTargets?: true;
  readonly normalizes?: true;
}

const simSiam = (projectionType: ProjectionType, margin: number): Case => ({
  title: `SimSiam, ${projectionType}, margin ${margin}`,
  loss: new SimSiamLoss({ projectionType, margin }),
  plain: (a, b) => plainSimSiam(a, b, projectionType, margin),
  normalizes: true,
});
const simCLR = (temperature: number): Case => ({
  title: `SimCLR, temperature ${temperature}`,
  loss: new SimCLRLoss({ temperature }),
  plain: (a, b) => plainSimCLR(a, b, temperature),
  normalizes: true,
});
const barlow = (lambda: number, margin: number): Case => ({
  title: `Barlow, lambda ${lambda}, margin ${margin}`,
  loss: new Barlow({ lambda, margin }),
  plain: (a, b) => plainBarlow(a, b, lambda, margin),
  normalizes: true,
});
const vicReg = (stdConst: number, lambda: number, mu: number, nu: number): Case => ({
  title: `VICReg, ${[stdConst, lambda, mu, nu].join(', ')}`,
  loss: new VicReg({ stdConst, lambda, mu, nu }),
  plain: (a, b) => plainVicReg(a, b, { stdConst, lambda, mu, nu }),
});
const swav = (temperature: number, epsilon: number, iterations: number): Case => ({
  title: `SwAV, ${[temperature, epsilon, iterations].join(', ')}`,
  loss: new SwAVLoss({ temperature, epsilon, iterations }),
  plain: (a, b) => plainSwAV(a, b, { temperature, epsilon, iterations }),
  stopsTargets: true,
});
const byol: Case = { title: 'BYOL', loss: new BYOLLoss(), plain: plainBYOL, normalizes: true };

const DEFAULTS = [
  simCLR(0.05),
  simSiam('negative_cosine_sim', 0.001),
  simSiam('cosine_distance', 0.001),
  simSiam('angular_distance', 0.001),
  barlow(5e-3, 1e-12),
  vicReg(1e-4, 25, 25, 1),
  byol,
  swav(0.1, 0.05, 3),
];

/** Far beyond what anybody trains with. */
const EXTREMES = [
  simCLR(5e-3),
  simCLR(1e3),
  simSiam('negative_cosine_sim', -1e3),
  barlow(0, 0),
  barlow(10, 5),
  vicReg(1e-8, 0, 0, 1e3),
  vicReg(2, 1e3, 1, 0),
  swav(0.01, 4e-3, 1),
  swav(10, 10, 10),
];

const randomRows = (seed: number, rows: number, dimensions: number, scale = 1): number[][] => {
  const random = createRandom(seed);
  return Array.from({ length: rows }, () => Array.from({ length: dimensions }, () => random.between(-scale, scale)));
};

const FIRST = randomRows(1, 7, 5);
const SECOND = FIRST.map((row, i) => row.map((value, d) => value + (randomRows(2, 7, 5, 0.4)[i]?.[d] ?? 0)));
const EQUAL = Array.from({ length: 6 }, () => [0.3, -0.8, 0.1, 0.7]);
const ZEROS = Array.from({ length: 3 }, () => [0, 0]);

const BATCHES: readonly (readonly [string, Rows, Rows])[] = [
  ['a normal batch', FIRST, SECOND],
  ['views that have nothing in common', FIRST, randomRows(3, 7, 5)],
  ['more dimensions than examples', randomRows(4, 3, 9), randomRows(5, 3, 9)],
  ['identical views', FIRST, FIRST],
  ['opposite views', FIRST, FIRST.map((row) => row.map((value) => -value))],
  ['embeddings that are all equal', EQUAL, EQUAL],
  ['one view that collapsed', FIRST.slice(0, 6).map((row) => row.slice(0, 4)), EQUAL],
  ['a batch of one', FIRST.slice(0, 1), SECOND.slice(0, 1)],
  ['one dimension', randomRows(6, 5, 1), randomRows(7, 5, 1)],
  ['nothing but zeros', ZEROS, ZEROS],
];

const matrix = (rows: Rows): tf.Tensor2D => tf.tensor2d(rows.map((row) => [...row]));

function valueOf(loss: ContrastiveLoss, targets: Rows, predictions: Rows): number {
  return tf.tidy(() => loss.compute(matrix(targets), matrix(predictions)).dataSync()[0] ?? Number.NaN);
}

function gradientsOf(loss: ContrastiveLoss, targets: Rows, predictions: Rows): [Float32Array, Float32Array] {
  return tf.tidy(() => {
    // The sum is there for SwAV, which has no way back to the targets at all.
    const gradients = tf.grads((a, b) =>
      tf.add(loss.batchLoss(a as tf.Tensor2D, b as tf.Tensor2D), tf.mul(tf.sum(a), 0)),
    );
    const [first, second] = gradients([matrix(targets), matrix(predictions)]);
    return [first?.dataSync() as Float32Array, second?.dataSync() as Float32Array];
  });
}

function differences(plain: (rows: Rows) => number, rows: Rows): number[] {
  const step = 1e-5;
  const moved = (i: number, d: number, by: number): number =>
    plain(rows.map((row, r) => row.map((value, c) => (r === i && c === d ? value + by : value))));
  return rows.flatMap((row, i) => row.map((_, d) => (moved(i, d, step) - moved(i, d, -step)) / (2 * step)));
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, name = ''): void {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(1, ...Array.from(expected, Math.abs));
  const errors = Array.from(expected, (value, i) => Math.abs((actual[i] as number) - value) / scale);
  expect(Math.max(...errors), name).toBeLessThan(tolerance);
}

describe.each(['cpu', 'wasm'])('contrastive losses on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  describe.each([...DEFAULTS, ...EXTREMES])('$title', ({ loss, plain, stopsTargets, normalizes }) => {
    it('has the value that plain numbers give, and finite gradients', () => {
      const before = tf.memory().numTensors;
      for (const [name, targets, predictions] of BATCHES) {
        expectClose([valueOf(loss, targets, predictions)], [plain(targets, predictions)], 1e-4, name);
        const gradients = gradientsOf(loss, targets, predictions);
        expect(
          gradients.every((gradient) => gradient.every(Number.isFinite)),
          name,
        ).toBe(true);
      }
      expect(tf.memory().numTensors).toBe(before);
    });

    it('does not change when the batch is permuted', () => {
      const order = createRandom(8).shuffled(FIRST.map((_row, i) => i));
      const permuted = (rows: Rows): Rows => order.map((i) => rows[i] ?? []);
      expectClose([valueOf(loss, permuted(FIRST), permuted(SECOND))], [valueOf(loss, FIRST, SECOND)], 1e-4);
    });

    if (normalizes) {
      it('does not change when the embeddings are scaled', () => {
        fc.assert(
          fc.property(fc.double({ min: 0.01, max: 1000, noNaN: true }), (factor) => {
            const scaled = FIRST.map((row) => row.map((value) => value * factor));
            expectClose([valueOf(loss, scaled, SECOND)], [valueOf(loss, FIRST, SECOND)], 1e-4);
          }),
          { numRuns: 5, seed: 9 },
        );
      });
    }

    if (stopsTargets) {
      it('lets no gradient through the targets', () => {
        expect(gradientsOf(loss, FIRST, SECOND)[0].every((value) => value === 0)).toBe(true);
      });
    }
  });

  it.each(DEFAULTS)('$title: the gradients are those of finite differences', ({ loss, plain, stopsTargets }) => {
    for (const [name, targets, predictions] of BATCHES) {
      // A batch without variance is a corner of Barlow's loss, and identical directions one of the angle: no gradient there.
      if (!['a normal batch', 'views that have nothing in common', 'more dimensions than examples'].includes(name))
        continue;
      const [inTargets, inPredictions] = gradientsOf(loss, targets, predictions);
      if (!stopsTargets)
        expectClose(
          inTargets,
          differences((rows) => plain(rows, predictions), targets),
          1e-3,
        );
      expectClose(
        inPredictions,
        differences((rows) => plain(targets, rows), predictions),
        1e-3,
      );
    }
  });

  it('gives SwAV codes that share the batch evenly', () => {
    const scores = randomRows(10, 12, 4);
    const codesOf = (epsilon: number, iterations: number): number[][] =>
      tf.tidy(() => sinkhornKnopp(matrix(scores), epsilon, iterations).arraySync());
    expectClose(codesOf(0.05, 3).flat(), plainSinkhorn(scores, 0.05, 3).flat(), 1e-4);
    const codes = codesOf(0.5, 50);
    for (const row of codes) expect(row.reduce((total, value) => total + value)).toBeCloseTo(1, 5);
    for (let k = 0; k < 4; k++) expect(codes.reduce((total, row) => total + (row[k] ?? 0), 0)).toBeCloseTo(3, 2);
    // A prototype that every example scores highest still gets its share alone.
    const biased = scores.map((row) => row.map((score, k) => score + (k === 0 ? 1 : 0)));
    expectClose([valueOf(new SwAVLoss(), biased, biased)], [plainSwAV(biased, biased, new SwAVLoss())], 1e-4);
  });
});

describe('values that can be worked out by hand', () => {
  const rows = [
    [3, 0],
    [0, 2],
  ];

  beforeAll(() => useBackend('cpu'));

  it('SimCLR: perfect views of two examples at right angles', () => {
    // Each row: one positive of cosine 1, two others of cosine 0; both directions are added up.
    expect(valueOf(new SimCLRLoss({ temperature: 1 }), rows, rows)).toBeCloseTo(2 * Math.log((Math.E + 2) / Math.E), 5);
    expect(valueOf(new SimCLRLoss(), rows.slice(0, 1), rows.slice(0, 1))).toBe(0);
  });

  it('SimSiam and BYOL: from the same direction to the opposite', () => {
    const [same, opposite] = [rows, rows.map((row) => row.map((value) => -value))];
    expect(valueOf(new SimSiamLoss(), rows, same)).toBeCloseTo(-0.499, 5);
    expect(valueOf(new SimSiamLoss({ projectionType: 'cosine_distance' }), rows, opposite)).toBeCloseTo(1.001, 5);
    expect(valueOf(new SimSiamLoss({ projectionType: 'angular_distance' }), rows, same)).toBeCloseTo(0.001, 5);
    expect(valueOf(new SimSiamLoss({ projectionType: 'angular_distance' }), rows, opposite)).toBeCloseTo(0.501, 5);
    const crossed = rows.toReversed();
    expect(valueOf(new SimSiamLoss({ projectionType: 'angular_distance' }), rows, crossed)).toBeCloseTo(0.251, 5);
    expect([same, crossed, opposite].map((other) => valueOf(new BYOLLoss(), rows, other))).toEqual([0, 2, 4]);
  });

  it('Barlow: two dimensions that say the same', () => {
    const doubled = [
      [1, 1],
      [-1, -1],
    ];
    expect(valueOf(new Barlow({ lambda: 0.5 }), doubled, doubled)).toBeCloseTo(2 * 0.5, 5);
    expect(valueOf(new Barlow(), [[1, 2, 3]], [[1, 2, 3]])).toBeCloseTo(3, 5);
  });

  it('VICReg: collapsed embeddings pay for their variance alone', () => {
    expect(valueOf(new VicReg(), EQUAL, EQUAL)).toBeCloseTo(25 * 0.99, 4);
  });

  it('SwAV: scores that say nothing', () => {
    expect(valueOf(new SwAVLoss(), ZEROS, ZEROS)).toBeCloseTo(Math.log(2), 5);
  });
});

describe('what a contrastive loss is asked for', () => {
  beforeAll(() => useBackend('cpu'));

  it.each([
    ['WRONG_RANK', 'targets', () => tf.zeros([3]), () => tf.zeros([3, 2])],
    ['WRONG_RANK', 'predictions', () => tf.zeros([3, 2]), () => tf.zeros([3, 2, 1])],
    ['EMPTY', 'targets', () => tf.zeros([0, 2]), () => tf.zeros([0, 2])],
    ['NOT_FINITE', 'predictions', () => tf.zeros([1, 2]), () => tf.tensor2d([[1, Number.NaN]])],
    ['WRONG_SHAPE', 'predictions', () => tf.zeros([3, 2]), () => tf.zeros([2, 2])],
    ['WRONG_SHAPE', 'predictions', () => tf.zeros([3, 2]), () => tf.zeros([3, 4])],
  ])('says %s of %s', (code, argument, targets, predictions) => {
    tf.tidy(() => {
      const [a, b] = [targets(), predictions()];
      for (const { loss } of DEFAULTS) {
        expect(() => loss.compute(a, b)).toThrow(expect.objectContaining({ code, argument }) as Error);
      }
    });
  });

  it('checks its settings', () => {
    expect(() => new SimCLRLoss({ temperature: 0 })).toThrow(/temperature is outside its range/);
    expect(() => new SimSiamLoss({ projectionType: 'sine' as ProjectionType })).toThrow(/"sine" is none of negative_/);
    expect(() => new SimSiamLoss({ margin: Number.NaN })).toThrow(/margin holds a value that is not a finite number/);
    expect(() => new Barlow({ lambda: -1 })).toThrow(/lambda/);
    expect(() => new VicReg({ stdConst: 0 })).toThrow(/stdConst/);
    expect(() => new VicReg({ mu: Number.NaN })).toThrow(/mu/);
    expect(() => new SwAVLoss({ iterations: 0 })).toThrow(/iterations/);
    expect(() => new SwAVLoss({ epsilon: 0 })).toThrow(/epsilon/);
  });

  it('is found by its names, and made again from its settings', () => {
    for (const { loss } of [...DEFAULTS, ...EXTREMES]) {
      expect(getContrastiveLoss(loss)).toBe(loss);
      const again = getContrastiveLoss(
        loss.name,
        JSON.parse(JSON.stringify(loss.getConfig())) as Record<string, unknown>,
      );
      expect(again).toEqual(loss);
      expect(getContrastiveLoss(loss.constructor.name)).toBeInstanceOf(loss.constructor);
    }
    expect(getContrastiveLoss('SimCLR')).toEqual(new SimCLRLoss());
    expect(() => getContrastiveLoss('moco')).toThrow(/"moco" is none of simclr/);
  });
});
