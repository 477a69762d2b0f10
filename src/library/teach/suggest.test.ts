import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrateGroup, exampleScore, probability, type ScoredExample } from './calibrate-group.ts';
import { normalize } from '../vectors/vector-index.ts';
import { clusteredPictures, groupsOf } from './clustered-pictures.test-fixture.ts';
import { calibrateGroups, suggest, type SuggestingGroup, type TwofoldPicture } from './suggest.ts';

const example = fc.record({
  score: fc.double({ min: -1, max: 1, noNaN: true }),
  belongs: fc.boolean(),
  nearest: fc.boolean(),
  familiarity: fc.double({ min: -1, max: 1, noNaN: true }),
});

describe('calibrateGroup', () => {
  it('keeps the precision that is asked for on its examples, and its probabilities rise with the score', () => {
    fc.assert(
      fc.property(fc.array(example, { maxLength: 80 }), fc.constantFrom(0.6, 0.9, 0.99), (examples, value) => {
        const found = calibrateGroup(examples, { kind: 'precision', value });
        expect(found.slope).toBeGreaterThanOrEqual(0);
        expect(probability(found, 1)).toBeGreaterThanOrEqual(probability(found, -1));
        if (found.threshold === null) return;
        expect(found.precision).toBeGreaterThanOrEqual(value - 1e-9);
        expect(found.recall).toBeGreaterThan(0);
      }),
    );
  });

  it('takes the lowest score that keeps it, and the best F1 where that is asked', () => {
    const examples: ScoredExample[] = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3].map((score, i) => {
      return { score, belongs: [0, 1, 2, 4].includes(i), nearest: true, familiarity: 0.5 };
    });
    expect(calibrateGroup(examples, { kind: 'precision', value: 0.99 })).toMatchObject({
      threshold: 0.7,
      precision: 1,
      recall: 0.75,
    });
    expect(calibrateGroup(examples, { kind: 'precision', value: 0.8 })).toMatchObject({ threshold: 0.5, recall: 1 });
    expect(calibrateGroup(examples, { kind: 'f1' })).toMatchObject({ threshold: 0.5, precision: 0.8 });
  });

  it('gives no threshold to two examples', () => {
    const two = [0.9, 0.8].map((score) => ({ score, belongs: true, nearest: true, familiarity: 1 }));
    expect(calibrateGroup(two, { kind: 'f1' }).threshold).toBeNull();
  });
});

const KINDS = 3;
const pictures = clusteredPictures(KINDS + 1, 24, 32, 5, 1);
const groups = groupsOf(pictures, 12).slice(0, KINDS);
const picture = (id: number): TwofoldPicture => {
  // without what varies in all kinds alike: they are easy to tell apart then
  const vector = normalize(
    (pictures.vectors.get(id) ?? new Float32Array(32)).map((value, d) => (d % 4 === 0 ? 0 : value)),
  );
  return { id, taught: vector, untaught: vector };
};

/** Groups with their calibration, each member held out once. */
function suggesting(refused: readonly number[] = []): SuggestingGroup[] {
  const folds = groups.flatMap((group, inside) =>
    group.members.map((id) => ({
      taught: groups.map(({ members }) => members.filter((member) => member !== id).map(picture)),
      heldOut: [{ picture: picture(id), groups: [inside] }],
    })),
  );
  const calibrations = calibrateGroups(folds, KINDS, { kind: 'precision', value: 0.9 });
  return groups.map(({ id, members }, i) => {
    const calibration = calibrations[i];
    if (!calibration) throw new Error('no calibration');
    return { id, members: members.map(picture), refused: new Set(refused), calibration };
  });
}

describe('suggest', () => {
  const candidates = [...pictures.vectors.keys()].map(picture);

  it('finds the rest of each group, the most likely first, and none of a kind that has no group', () => {
    const found = suggest(candidates, suggesting());
    const right = found.filter(({ id, group }) => (pictures.kinds.get(id) ?? -1) + 1 === group);
    expect(right.length / found.length).toBeGreaterThanOrEqual(0.85);
    expect(right.length).toBeGreaterThanOrEqual(KINDS * 6);
    expect(found.map(({ confidence }) => confidence)).toEqual(
      found.map(({ confidence }) => confidence).toSorted((a, b) => b - a),
    );
    const strangers = found.filter(({ id }) => pictures.kinds.get(id) === KINDS);
    expect(strangers.length).toBeLessThanOrEqual(1);
  });

  it('never suggests a member, nor what was refused', () => {
    const before = suggest(candidates, suggesting());
    const [first] = before;
    const members = new Set(groups.flatMap((group) => group.members));
    expect(before.some(({ id }) => members.has(id))).toBe(false);
    const after = suggest(candidates, suggesting([first?.id ?? 0]));
    expect(after.some(({ id }) => id === first?.id)).toBe(false);
  });

  it('scores by the nearest five examples', () => {
    const members = Array.from({ length: 9 }, (_, i) => [1 - i / 10]);
    expect(exampleScore([1], members)).toBeCloseTo(0.8);
    expect(exampleScore([1], members.slice(0, 2))).toBeCloseTo(0.95);
    expect(exampleScore([1], [])).toBe(-1);
  });
});
