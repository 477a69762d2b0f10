import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom } from '../../../similarity/random.ts';
import { greyGrid } from '../comparing/grey-grid.ts';
import { PairCollector } from './pair-verdicts.ts';
import { addSymmetricPairs } from './symmetric-candidates.ts';
import { symmetricSignature } from '../comparing/symmetric-signature.ts';

const CELLS = 256;

test('each fresh picture is in a pair with all that are as near as copies, however they lie', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 2, max: 12 }), (seed, n) => {
      const random = createRandom(seed);
      const base = Float32Array.from({ length: CELLS }, () => 255 * random.next());
      const signatures = new Uint8Array(CELLS * n);
      const fresh = Uint8Array.from({ length: n }, () => (random.next() < 0.5 ? 1 : 0));
      // some are noise, some the same with a little of it
      for (let place = 0; place < n; place++) {
        const noise = random.next() < 0.5 ? 0.1 : 1;
        for (let i = 0; i < CELLS; i++)
          signatures[CELLS * place + i] = (1 - noise) * (base[i] ?? 0) + noise * 255 * random.next();
      }
      const nothing = new Uint8Array();
      const sizes = new Uint32Array();
      const shared = { signatures, glances: new Int8Array(), glanced: nothing, sizes, hashes: nothing };
      const collected = new PairCollector(n);
      expect(addSymmetricPairs(shared, fresh, collected, () => false)).toBe(true);
      const { first, second } = collected.pairs();
      const found = Array.from(first, (a, i) => `${a} ${second[i]}`);
      const vectors = Array.from({ length: n }, (_, place) =>
        symmetricSignature(greyGrid(signatures.subarray(CELLS * place, CELLS * (place + 1)))),
      );
      for (let a = 0; a < n; a++) {
        for (let b = a + 1; b < n; b++) {
          const cosine = vectors[a]?.reduce((sum, value, i) => sum + value * (vectors[b]?.[i] ?? 0), 0) ?? 0;
          if (Math.abs(cosine - 0.98) < 1e-4) continue;
          const expected = cosine > 0.98 && (fresh[a] === 1 || fresh[b] === 1);
          expect(found.includes(`${a} ${b}`)).toBe(expected);
        }
      }
    }),
  );
});
