import fc from 'fast-check';
import { expect, test } from 'vitest';
import { iptcBlock } from '../../../test/fixtures/metadata-blocks.ts';
import { iptcMetadata } from './iptc-metadata.ts';
import { NO_METADATA } from './picture-metadata.ts';

test('keywords in the character set that the block names, or that they are in', () => {
  const keywords = ['Käse', 'Meer', 'meer'];
  for (const utf8 of [true, false]) {
    for (const photoshop of [true, false]) {
      expect(iptcMetadata(iptcBlock({ keywords, utf8 }, photoshop)).keywords).toEqual(['Käse', 'Meer']);
    }
  }
});

test('title, and when it was made with its zone', () => {
  expect(iptcMetadata(iptcBlock({ title: 'Harbour', date: '20190704', time: '162011-0330' }))).toEqual({
    ...NO_METADATA,
    title: 'Harbour',
    takenAt: '2019-07-04T16:20:11',
    takenOffset: -210,
    takenFrom: 'iptc',
  });
  expect(iptcMetadata(iptcBlock({ date: '20190704' })).takenAt).toBeNull();
  expect(iptcMetadata(iptcBlock({ date: '00000000', time: '000000' })).takenAt).toBeNull();
});

test('whatever the bytes, reading them ends', () => {
  const whole = iptcBlock({ keywords: ['a', 'bb'], title: 'c', date: '20190704', time: '162011' }, true);
  const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 8 });
  fc.assert(
    fc.property(damage, fc.nat(whole.length), (changes, length) => {
      const bytes = Buffer.from(whole);
      for (const [at, value] of changes) bytes[at] = value;
      expect(iptcMetadata(bytes.subarray(0, length)).keywords.length).toBeLessThanOrEqual(200);
    }),
    { numRuns: 500 },
  );
  expect(iptcMetadata(Buffer.alloc(2 ** 20, 0x1c)).keywords).toEqual([]);
});
