import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { drawing } from '../../../../test/fixtures/pictures.ts';
import { comparedSharpness, SHARPNESS_SIDE, sharpnessOf } from './sharpness.ts';

async function measured(picture: Sharp): Promise<number | null> {
  const whole = await picture.png().toBuffer();
  const { data, info } = await sharp(whole)
    .resize(SHARPNESS_SIDE, SHARPNESS_SIDE, { fit: 'inside' })
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return sharpnessOf({ width: info.width, height: info.height, values: data });
}

test('a picture is less sharp the more it is blurred, and as sharp when it is brighter, has less contrast, or is smaller', async () => {
  for (const seed of [1, 2]) {
    const original = await drawing(seed, 800, 600).png().toBuffer();
    const sharpness = (await measured(sharp(original))) ?? 0;
    let before = sharpness;
    for (const sigma of [3, 6, 12]) {
      const blurred = (await measured(sharp(original).blur(sigma))) ?? 0;
      expect(blurred).toBeLessThan(0.8 * before);
      before = blurred;
    }
    for (const same of [sharp(original).linear(0.5, 60), sharp(original).resize(400, 300)]) {
      expect(((await measured(same)) ?? 0) / sharpness).toBeGreaterThan(0.7);
    }
  }
});

test('of a flat picture nothing is said', () => {
  expect(sharpnessOf({ width: 20, height: 10, values: new Uint8Array(200).fill(90) })).toBeNull();
  expect(sharpnessOf({ width: 2, height: 100, values: new Uint8Array(200) })).toBeNull();
});

test('the sharpest of a set is never blurred, and who is blurred is so whatever the order', () => {
  const values = fc.array(fc.option(fc.double({ min: 0.001, max: 10, noNaN: true })), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(values, (drawn) => {
      const compared = comparedSharpness(drawn);
      expect(comparedSharpness(drawn.toReversed()).toReversed()).toEqual(compared);
      const best = Math.max(...drawn.map((value) => value ?? 0));
      for (const [i, { share, isBlurred }] of compared.entries()) {
        const value = drawn[i] ?? null;
        // of one alone there is nothing to say
        const isCompared = value !== null && drawn.filter((other) => other !== null).length > 1;
        expect(share === null).toBe(!isCompared);
        if (isCompared && value === best) expect({ share, isBlurred }).toEqual({ share: 1, isBlurred: false });
        if (value === null) expect(isBlurred).toBe(false);
      }
    }),
  );
});
