import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeMarkup, shortened, textWidth } from './markup.ts';

/** Text of an element or an attribute in XML 1.0: its characters (production 2) without markup, and five entities. */
const XML_TEXT = /^(?:(?![<>&"'])[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]|&(?:amp|lt|gt|quot|#39);)*$/u;

describe('escapeMarkup', () => {
  it('makes text of anything', () => {
    const codeUnit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));
    const hostile = fc.constantFrom('<', '&', '>', '"', "'", '\u0000', '\ud800', '\udc00', '\uffff', ']', 'a');
    fc.assert(
      fc.property(fc.string({ unit: fc.oneof(codeUnit, hostile) }), (text) => {
        expect(escapeMarkup(text)).toMatch(XML_TEXT);
      }),
    );
  });
});

describe('shortened', () => {
  it('leaves what has room, and cuts what has not, between whole characters', () => {
    expect(shortened('four', 32)).toBe('four');
    expect(shortened('four more', 64)).toBe('four mo…');
    expect(shortened('日本語の名前', 60)).toBe('日本語…');
    expect(shortened('👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 25)).toBe('👩‍👩‍👧‍👦…');
  });

  it('never takes more room than there is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 8, max: 200 }), (text, room) => {
        expect(textWidth(shortened(text, room))).toBeLessThanOrEqual(room);
      }),
    );
  });
});
