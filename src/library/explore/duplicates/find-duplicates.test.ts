import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom } from '../../../similarity/random.ts';
import type { ComparedPicture } from '../../catalog/duplicate-store.ts';
import type { ComparedPairs } from './compared-pairs-file.ts';
import { findDuplicates, type FoundDuplicates } from './find-duplicates.ts';
import { turned, type GreyGrid, type Symmetry } from '../comparing/grey-grid.ts';
import { PairComparison } from './pair-comparison.ts';
import { VERDICT } from './pair-verdicts.ts';
import { inKeepingOrder, sharePictures } from './shared-pictures.ts';

const SIDE = 64;

/** A picture of one of a few scenes, turned in some way. */
interface Drawn {
  readonly scene: number;
  readonly symmetry: Symmetry;
}

const grids = new Map<string, GreyGrid>();

function gridOf(picture: Drawn): GreyGrid {
  const key = JSON.stringify(picture);
  const known = grids.get(key) ?? drawGrid(picture);
  grids.set(key, known);
  return known;
}

function drawGrid({ scene, symmetry }: Drawn): GreyGrid {
  const random = createRandom(scene + 1);
  const waves = Array.from({ length: 20 }, () => [random.next(), random.next(), random.next(), random.next()] as const);
  const values = Float32Array.from({ length: SIDE * SIDE }, (_, i) => {
    const [x, y] = [(i % SIDE) / SIDE, Math.floor(i / SIDE) / SIDE];
    const wave = ([fx, fy, phase, strength]: (typeof waves)[number]): number =>
      (6 + 9 * strength) * Math.sin(6.28 * (9 * (fx - 0.5) * x + 9 * (fy - 0.5) * y + phase));
    return Math.max(0, Math.min(255, 128 + waves.reduce((sum, one) => sum + wave(one), 0)));
  });
  return turned({ side: SIDE, values }, symmetry);
}

function signatureOf({ values }: GreyGrid): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, cell) => {
    let sum = 0;
    for (let i = 0; i < 16; i++) sum += values[(4 * (cell >> 4) + (i >> 2)) * SIDE + 4 * (cell & 15) + (i & 3)] ?? 0;
    return Math.round(sum / 16);
  });
}

/** A picture's id is 1 + where it stands in the list. */
async function find(
  drawn: readonly Drawn[],
  known: ComparedPairs | null,
  most = Number.POSITIVE_INFINITY,
): Promise<FoundDuplicates & { asked: number }> {
  const drawings = drawn.map(gridOf);
  const listed = drawn.map((picture, i): ComparedPicture => ({
    id: i + 1,
    hash: createHash('sha256')
      .update(`${i} ${JSON.stringify(picture)}`)
      .digest('hex'),
    bytes: 1_000 + picture.symmetry,
    width: 640,
    height: 640,
    takenAt: null,
    mtimeMs: i,
    files: 1,
    seconds: null,
    chosenAt: null,
  }));
  const signatures = new Map(drawings.map((grid, i) => [i + 1, signatureOf(grid)]));
  const pictures = inKeepingOrder(listed, (id) => signatures.get(id));
  const shared = sharePictures(pictures, (id) => signatures.get(id));
  const byHash = new Map(listed.map(({ hash, id }) => [hash, drawings[id - 1]]));
  const comparison = new PairComparison(shared, (hash) => {
    const grey = byHash.get(hash);
    return Promise.resolve(grey ? { grey, chroma: 20 } : null);
  });
  let asked = 0;
  const graph = {
    ids: Uint32Array.from(listed, ({ id }) => id),
    table: { k: 1, places: new Int32Array(listed.length).fill(-1), scores: new Float32Array(listed.length) },
  };
  const found = await findDuplicates(
    { pictures, shared, graph, decided: [], known },
    {
      all: async ({ first, second, verdicts }) => {
        for (let i = 0; i < first.length; i++) {
          if (verdicts[i] !== VERDICT.unknown || asked === most) continue;
          asked++;
          verdicts[i] = await comparison.compare(first[i] ?? 0, second[i] ?? 0);
        }
      },
      one: (a, b) => comparison.compare(a, b),
      isStopped: () => asked === most,
    },
  );
  return { ...found, asked };
}

function sorted({ sets }: FoundDuplicates): string[] | undefined {
  return sets
    ?.map(({ kept, members }) => [kept, ...members.map(({ id, kind }) => `${id} ${kind}`).sort()].join(', '))
    .sort();
}

const drawn = fc.record({ scene: fc.integer({ min: 0, max: 5 }), symmetry: fc.constantFrom<Symmetry>(0, 1, 2, 5) });

test('what comes later is in the same sets as if all had come at once, and only it is compared', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(drawn, { minLength: 2, maxLength: 10 }), fc.nat(), async (pictures, part) => {
      const before = await find(pictures.slice(0, part % pictures.length), null);
      const atOnce = await find(pictures, null);
      const later = await find(pictures, before.compared);
      expect(sorted(later)).toEqual(sorted(atOnce));
      expect(later.asked).toBe(atOnce.asked - before.asked);
      const again = await find(pictures, later.compared);
      expect([sorted(again), again.asked]).toEqual([sorted(atOnce), 0]);
      // what is gone is in no set, and the others are as if it had never been there
      const left = await find(pictures.slice(0, -1), later.compared);
      expect(sorted(left)).toEqual(sorted(await find(pictures.slice(0, -1), null)));
    }),
    { numRuns: 12, seed: 3 },
  );
});

test('what was stopped has no sets, and goes on where it was', async () => {
  const pictures = ([0, 1, 2, 5] as const).map((symmetry): Drawn => ({ scene: 1, symmetry }));
  const atOnce = await find(pictures, null);
  const stopped = await find(pictures, null, 2);
  expect(stopped.sets).toBeNull();
  const goneOn = await find(pictures, stopped.compared);
  expect(goneOn.asked).toBe(atOnce.asked - 2);
  expect(sorted(goneOn)).toEqual(sorted(atOnce));
});
