import fc from 'fast-check';
import { expect, test } from 'vitest';
import { xmpPacket } from '../../../test/fixtures/metadata-blocks.ts';
import { NO_METADATA } from './picture-metadata.ts';
import { MAX_XMP_BYTES, xmpMetadata } from './xmp-metadata.ts';

const read = (packet: string) => xmpMetadata(Buffer.from(packet));

test('rating, keywords, time with zone, place and title', () => {
  expect(
    read(
      xmpPacket({
        rating: 4,
        keywords: ['Sea &amp; sky', 'Straße', 'SEA &#38; SKY'],
        hierarchy: ['Places|Europe|Paris', 'Straße'],
        created: '2019-07-04T16:20:11.25+02:00',
        place: ['48,51.504N', '2,17,40.2W'],
        title: 'Morning',
        camera: ['Canon', 'EOS R5'],
      }),
    ),
  ).toEqual({
    takenAt: '2019-07-04T16:20:11',
    takenOffset: 120,
    takenFrom: 'xmp',
    camera: 'Canon EOS R5',
    lens: null,
    latitude: expect.closeTo(48.8584, 4) as number,
    longitude: expect.closeTo(-2.2945, 4) as number,
    rating: 4,
    keywords: ['Sea & sky', 'Straße', 'Places', 'Europe', 'Paris'],
    title: 'Morning',
    description: null,
  });
});

test('a rejected picture, stars of Windows, and ratings that are none', () => {
  const rating = (value: string) => read(xmpPacket({ rating: value })).rating;
  expect(rating('-1')).toBe(-1);
  expect(rating('0')).toBe(0);
  expect(rating('3.0')).toBe(3);
  for (const nonsense of ['', '6', 'NaN', '1e99', 'five', '-Infinity']) expect(rating(nonsense)).toBeNull();
  const windows = xmpPacket({}).replace(
    'xmlns:lr',
    'xmlns:MicrosoftPhoto="http://ns.microsoft.com/photo/1.0/" MicrosoftPhoto:Rating="75" xmlns:lr',
  );
  expect(read(windows).rating).toBe(4);
});

test('prefixes are the file’s own; properties may be elements; structures are none', () => {
  const packet = `<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description xmlns:a="http://ns.adobe.com/xap/1.0/"
    xmlns:b="http://purl.org/dc/elements/1.1/"><!-- <a:Rating>1</a:Rating> --><a:Rating>5</a:Rating>
    <b:creator><r:Description a:Rating="2"><a:Rating>3</a:Rating></r:Description></b:creator>
    <b:subject><r:Bag><r:li><![CDATA[<b>]]></r:li><r:li/></r:Bag></b:subject></r:Description></r:RDF>`;
  expect(read(packet)).toEqual({ ...NO_METADATA, rating: 5, keywords: ['<b>'] });
});

test('UTF-16 and a mark of the byte order', () => {
  const packet = xmpPacket({ keywords: ['été'] });
  expect(read(`\ufeff${packet}`).keywords).toEqual(['été']);
  const wide = Buffer.from(`\ufeff${packet}`, 'utf16le');
  expect(xmpMetadata(wide).keywords).toEqual(['été']);
  expect(xmpMetadata(Buffer.from(wide).swap16()).keywords).toEqual(['été']);
});

test('entities that a file declares mean nothing, and name no file', () => {
  const bomb = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "${'lol'.repeat(100)}"><!ENTITY b "${'&a;'.repeat(100)}">
    <!ENTITY c SYSTEM "file:///etc/passwd">]>${xmpPacket({ title: '&b;&c;' })}`;
  expect(read(bomb)).toEqual(NO_METADATA);
  expect(read(xmpPacket({ title: 'x &c; y' })).title).toBe('x &c; y');
});

/** What a file may take of the processor, in milliseconds: megabytes of the worst take a tenth of it. */
const MOST_MS = 10_000;

test.each([
  ['beginnings of tags', '<'.repeat(MAX_XMP_BYTES)],
  ['elements in each other', '<a>'.repeat(MAX_XMP_BYTES / 3)],
  ['elements', `<a>${'<b/>'.repeat(MAX_XMP_BYTES / 4 - 2)}`],
  ['attributes', `<a ${'b="" '.repeat(MAX_XMP_BYTES / 5 - 2)}`],
  ['an attribute without its end', `<a b="${'x'.repeat(MAX_XMP_BYTES - 20)}`],
  ['space', `<a ${' '.repeat(MAX_XMP_BYTES - 20)}`],
  ['ampersands', `<a>${'&'.repeat(MAX_XMP_BYTES - 20)}`],
  ['comments', '<!--'.repeat(MAX_XMP_BYTES / 4)],
  ['keywords', xmpPacket({ keywords: Array.from({ length: 150_000 }, (_, i) => `k${i}`) })],
  ['one keyword', xmpPacket({ keywords: ['x'.repeat(3_000_000)] })],
])('megabytes of %s are read in no time, and little is kept', (_, packet) => {
  const begun = performance.now();
  const found = read(packet);
  expect(performance.now() - begun).toBeLessThan(MOST_MS);
  expect(JSON.stringify(found).length).toBeLessThan(100_000);
});

test('what is larger than any XMP is not read', () => {
  expect(read(xmpPacket({ rating: 5 }) + ' '.repeat(MAX_XMP_BYTES))).toEqual(NO_METADATA);
});

test('whatever the text, reading it ends, and what comes of it is in range', () => {
  const pieces = fc.constantFrom(
    ...'< > / " \' = & ; ! -- [ ] ? : rdf:Description rdf:RDF rdf:li rdf:Bag dc:subject xmp:Rating &amp; &#0; &#x110000; <![CDATA[ ]]> <!-- -->'.split(
      ' ',
    ),
    xmpPacket({ rating: 3, keywords: ['a'] }),
    '\ud800',
  );
  const text = fc
    .array(fc.oneof(pieces, fc.string({ maxLength: 8 })), { maxLength: 40 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, (packet) => {
      const found = read(packet);
      expect(found.rating === null || (found.rating >= -1 && found.rating <= 5)).toBe(true);
      for (const keyword of found.keywords) {
        expect(keyword).toBe(keyword.trim());
        expect(keyword.length).toBeGreaterThan(0);
        expect(keyword.isWellFormed()).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});

test('keywords come back as they were written, whatever is in them', () => {
  const word = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
    // eslint-disable-next-line no-control-regex -- what is no text in XML
    .filter((text) => text.trim() === text && text !== '' && !/[\u0000-\u001f\u007f-\u009f\ufffd-\uffff]/.test(text));
  const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  fc.assert(
    fc.property(fc.uniqueArray(word, { maxLength: 10, selector: (text) => text.toLowerCase() }), (words) => {
      expect(read(xmpPacket({ keywords: words.map(escape) })).keywords).toEqual(words);
    }),
  );
});
