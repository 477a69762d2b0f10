import { expect, test } from 'vitest';
import { createRandom, type Random } from '../../../similarity/index.ts';
import { clusteredPictures, groupsOf } from '../clustered-pictures.test-fixture.ts';
import { samePairs } from '../same-pictures.ts';
import { normalize } from '../../vectors/vector-index.ts';
import { adaptModel } from './adapt-model.ts';
import type { AdaptTask, PictureViews } from './adapt-task.ts';

const DIMENSIONS = 16;
const KINDS = 4;

/** A view varies in what says nothing of the kind (see the fixture), or, where `useless`, in everything alike. */
function viewOf(vector: Float32Array, random: Random, useless: boolean): Float32Array {
  return normalize(vector.map((value, d) => value + (useless || d % 4 === 0 ? 0.6 : 0.02) * random.between(-1, 1)));
}

function task(options: { readonly labelled?: number; readonly useless?: boolean } = {}): AdaptTask {
  const { labelled = 0, useless = false } = options;
  const clustered = clusteredPictures(KINDS, 60, DIMENSIONS, 1, 0.6);
  const random = createRandom(3);
  const views =
    (count: number) =>
    (id: number): PictureViews => {
      const vector = clustered.vectors.get(id) ?? new Float32Array(DIMENSIONS);
      return { id, views: Array.from({ length: count }, () => viewOf(vector, random, useless)) };
    };
  const ids = [...clustered.vectors.keys()];
  const empty = { signature: new Uint8Array(), takenAt: null, camera: null };
  return {
    pictures: ids.map((id) => ({ id, ...empty, vector: clustered.vectors.get(id) ?? new Float32Array(DIMENSIONS) })),
    dimensions: DIMENSIONS,
    base: { relatedScore: 0.4, smoothing: undefined },
    groups: labelled > 0 ? groupsOf(clustered, labelled) : [],
    learned: ids.slice(60).map(views(3)),
    heldOut: ids.slice(0, 60).map(views(1)),
  };
}

test('what views of one picture differ by counts less, and pictures of a kind come nearer without a label', async () => {
  const { evaluation, verdict, groups, labelled, examples } = await adaptModel(task({ labelled: 12 }));
  expect(evaluation.map10.after.mean).toBeGreaterThan(evaluation.map10.before.mean + 0.1);
  expect(verdict).toMatchObject({ activate: true, reason: 'BETTER' });
  // labels judge, and are not taught
  expect({ groups, labelled }).toEqual({ groups: [], labelled: 0 });
  expect(examples).toHaveLength(10);
});

test('nobody is asked whom it learned from', async () => {
  // of ninety-six that are labelled sixty were held out, and some of those look the same as one that was not
  const asked = task({ labelled: 24 });
  const learned = new Set(asked.learned.map(({ id }) => id));
  const pairs = samePairs(asked.pictures).filter(([a, b]) => learned.has(a) !== learned.has(b));
  const alike = new Set(pairs.flat().filter((id) => !learned.has(id)));
  expect(alike.size).toBeGreaterThan(0);
  const { evaluation, verdict } = await adaptModel(asked);
  expect(evaluation.queries).toBe(60 - alike.size);
  expect(verdict.sentence).toContain(`on ${60 - alike.size} pictures of your groups`);
});

test('without labels parts of pictures that it has not seen decide, and ten pictures show what changed', async () => {
  const { evaluation, verdict, examples } = await adaptModel(task());
  expect(evaluation.queries).toBe(0);
  expect(evaluation.general.views?.change.low).toBeGreaterThan(0);
  expect(verdict).toMatchObject({ activate: true, reason: 'BETTER' });
  // of those that were held out
  expect(examples).toHaveLength(10);
  expect(examples.every(({ query }) => query <= 60)).toBe(true);
  expect(examples[0]?.before).toHaveLength(10);
});

test('views that say nothing change nothing that could not be chance, and it is kept aside with the reason', async () => {
  const { verdict } = await adaptModel(task({ useless: true }));
  expect(verdict.activate).toBe(false);
  expect(verdict.sentence).toMatch(/The search stays as it is\.$/);
});

test('the same pictures adapt the same, bit for bit', async () => {
  const [one, other] = [await adaptModel(task()), await adaptModel(task())];
  expect(other.weights).toEqual(one.weights);
  expect(other.evaluation).toEqual(one.evaluation);
});
