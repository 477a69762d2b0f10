import { beforeAll, describe, expect, it } from 'vitest';
import { fitHead } from '../../compute/training/fit-head.ts';
import { createRandom, useBackend } from '../../similarity/index.ts';
import { clusteredPictures, groupsOf } from './clustered-pictures.test-fixture.ts';
import { chooseSettings, typicalSize } from './choose-settings.ts';
import { teachGroups, type TeachingInput, type TeachingProgress, type TeachingResult } from './teach-groups.ts';
import type { HeadTrainer } from './train-head.ts';

const DIMENSIONS = 64;
const KINDS = 5;

/** Trains in this process. */
const trainer: HeadTrainer = {
  train: (task, options) =>
    fitHead(task, options?.signal ?? new AbortController().signal, options?.onStep ?? (() => undefined)),
};

const pictures = clusteredPictures(KINDS, 40, DIMENSIONS, 11, 1);

function input(each: number, changes: Partial<TeachingInput> = {}): TeachingInput {
  return {
    groups: groupsOf(pictures, each),
    vectorOf: (id) => pictures.vectors.get(id) ?? null,
    dimensions: DIMENSIONS,
    ceiling: 0.65,
    sample: [...pictures.vectors.keys()],
    inseparable: [],
    ...changes,
  };
}

async function taught(...args: Parameters<typeof input>): Promise<TeachingResult> {
  const result = await teachGroups(input(...args), trainer);
  if (result.problem !== null) throw new Error(result.sentence);
  return result;
}

beforeAll(() => useBackend('wasm'));

describe('teachGroups', () => {
  it.each([12, 20])('finds what was not taught better, from %i a group', async (each) => {
    const { evaluation, verdict, head, settings } = await taught(each);
    expect(evaluation.measures.map10.change.low).toBeGreaterThan(0);
    expect(verdict).toMatchObject({ activate: true, reason: 'BETTER' });
    // few labels are for the closed form, more are trained on
    expect(head.losses.length > 0).toBe(each === 20);
    expect(settings.training === null).toBe(each === 12);
    expect(head.weights.kernel.every(Number.isFinite)).toBe(true);
  });

  it('is not judged by pictures that the encoder was tuned with before, nor by what shows the same', async () => {
    const groups = groupsOf(pictures, 12);
    const members = groups.flatMap((group) => group.members);
    const [later, ...seen] = members.toReversed();
    const copy = [later ?? 0, seen.at(-1) ?? 0];
    const { evaluation, verdict, head } = await taught(12, { seen: seen.slice(0, -1), inseparable: [] });
    expect(evaluation.queries).toBe(2);
    expect(verdict).toMatchObject({ activate: false, reason: 'TOO_FEW' });
    // taught all the same
    expect(head.weights).toEqual((await taught(12)).head.weights);
    expect((await taught(12, { seen, inseparable: [copy] })).evaluation.queries).toBe(0);
  });

  it('judges a tuned encoder by the pictures that it was not tuned with, against a head alone', async () => {
    const groups = groupsOf(pictures, 20);
    const heldOut = groups.flatMap(({ members }) => members.slice(0, 6));
    // one that sees nothing but the kind, and one that sees what there was
    const vectorOf = (id: number): Float32Array => {
      const kind = new Float32Array(DIMENSIONS);
      kind[pictures.kinds.get(id) ?? 0] = 1;
      return kind;
    };
    const [sharp, same] = [
      await taught(20, { tuned: { vectorOf, heldOut } }),
      await taught(20, { tuned: { vectorOf: (id) => pictures.vectors.get(id) ?? null, heldOut } }),
    ];
    expect(sharp.folds.map((fold) => fold.heldOut)).toEqual([heldOut]);
    expect(sharp.evaluation).toMatchObject({ queries: heldOut.length, general: { untaught: null } });
    expect(sharp.evaluation.measures.map10.after.mean).toBe(1);
    expect(sharp.verdict).toMatchObject({ activate: true, reason: 'BETTER' });
    // as good as a head alone is not worth an encoding anew
    expect(same.verdict).toMatchObject({ activate: false, reason: 'NOT_BETTER' });
  });

  it('is not taken in by shuffled labels', async () => {
    let activated = 0;
    for (let seed = 1; seed <= 6; seed++) {
      const ids = groupsOf(pictures, 10).flatMap(({ members }) => members);
      const shuffled = createRandom(seed).shuffled(ids);
      const groups = groupsOf(pictures, 10).map((group, i) => ({
        ...group,
        members: shuffled.slice(10 * i, 10 * i + 10),
      }));
      const { verdict } = await taught(10, { groups, choices: { seed } });
      if (verdict.activate) activated++;
    }
    expect(activated).toBe(0);
  });

  it('never judges by what it taught, nor by copies of it', async () => {
    const groups = groupsOf(pictures, 12);
    // each picture and the next of its group show the same
    const inseparable = groups.flatMap(({ members }) =>
      members.flatMap((id, i) => (i % 2 === 0 ? [[id, members[i + 1] ?? id]] : [])),
    );
    const { folds } = await taught(12, { inseparable: inseparable.slice(1), ofOneVideo: inseparable.slice(0, 1) });
    const held = folds.map(({ heldOut }) => new Set(heldOut));
    for (const [a, b] of inseparable) {
      expect(held.findIndex((fold) => fold.has(a ?? 0))).toBe(held.findIndex((fold) => fold.has(b ?? 0)));
    }
    expect(folds.flatMap(({ heldOut }) => heldOut).sort()).toEqual(groups.flatMap(({ members }) => members).sort());
  });

  it('does the same with the same seed, and says how far it is', async () => {
    const progress: TeachingProgress[] = [];
    const settings = chooseSettings(groupsOf(pictures, 18));
    // a step that is not the same would be seen at once
    const training = settings.training && { ...settings.training, steps: 20 };
    const asked = input(18, { settings: { ...settings, training } });
    const first = await teachGroups(asked, trainer, { onProgress: (done) => progress.push(done) });
    const second = await teachGroups(asked, trainer);
    expect(first).toMatchObject({ head: { losses: { length: 20 } } });
    expect(second).toEqual(first);
    const heads = progress.flatMap((done) => (done.stage === 'training' ? [done.head] : []));
    expect(heads).toEqual(heads.toSorted((a, b) => a - b));
    expect(progress.at(-1)).toEqual({ stage: 'evaluating' });
  });

  it('stops where it is told to', async () => {
    const abort = new AbortController();
    const onProgress = (): void => abort.abort(new Error('enough'));
    await expect(teachGroups(input(18), trainer, { signal: abort.signal, onProgress })).rejects.toThrow('enough');
  });

  it('says why where there is nothing to teach', async () => {
    const one = await teachGroups(input(8, { groups: groupsOf(pictures, 8).slice(0, 1) }), trainer);
    expect(one).toMatchObject({ problem: 'ONE_GROUP' });
  });
});

describe('chooseSettings', () => {
  it('goes by the typical group, and trains where a loss was chosen', () => {
    const sizes = (...counts: number[]) =>
      counts.map((count, id) => ({ id, name: '', members: Array.from({ length: count }, (_, i) => i), refused: [] }));
    expect(typicalSize(sizes(3, 4, 900))).toBe(4);
    expect(chooseSettings(sizes(3, 4, 900)).training).toBeNull();
    expect(chooseSettings(sizes(30, 40, 50)).training).toMatchObject({ loss: 'multisim_loss' });
    expect(chooseSettings(sizes(3, 4), { loss: 'circle_loss' }).training).toMatchObject({ loss: 'circle_loss' });
  });
});
