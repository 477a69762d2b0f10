/** What a reader of XML meets, in order. */
export type XmlEvent =
  | { readonly type: 'open'; readonly name: string; readonly attributes: ReadonlyMap<string, string> }
  | { readonly type: 'close' }
  | { readonly type: 'text'; readonly text: string };

/** Deeper than any description of a picture. */
const MOST_DEPTH = 64;
const MOST_ATTRIBUTES = 1000;

const NAME = /[^\s<>/="']+/y;
const ATTRIBUTE = /\s*([^\s<>/="']+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const END_OF_TAG = /\s*(\/?)>/y;

const ENTITY = /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi;
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * Reads the elements of an XML text in one pass, in time linear in its length. It knows what descriptions of pictures are made of, and no more:
 * a document type, which is where entities are declared, ends the reading, and so does what is not well-formed. What came before counts. Nothing
 * outside the text is ever looked at.
 */
export function* xmlEvents(text: string): Generator<XmlEvent> {
  let depth = 0;
  let at = 0;
  while (at < text.length) {
    const tag = text.indexOf('<', at);
    const end = tag < 0 ? text.length : tag;
    if (end > at && depth > 0) yield { type: 'text', text: unescaped(text.slice(at, end)) };
    if (tag < 0) return;
    if (text.startsWith('<!--', tag)) at = behind(text, '-->', tag + 4);
    else if (text.startsWith('<![CDATA[', tag)) {
      at = behind(text, ']]>', tag + 9);
      if (depth > 0) yield { type: 'text', text: text.slice(tag + 9, Math.max(tag + 9, at - 3)) };
    } else if (text.startsWith('<?', tag)) at = behind(text, '?>', tag + 2);
    else if (text.startsWith('</', tag)) {
      if (depth === 0) return;
      depth--;
      yield { type: 'close' };
      at = behind(text, '>', tag + 2);
    } else {
      const opened = openTag(text, tag + 1);
      if (!opened || depth >= MOST_DEPTH) return;
      yield { type: 'open', name: opened.name, attributes: opened.attributes };
      if (opened.empty) yield { type: 'close' };
      else depth++;
      at = opened.end;
    }
  }
}

/** Null for what is no tag, as `<!DOCTYPE`. */
function openTag(
  text: string,
  at: number,
): {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly empty: boolean;
  readonly end: number;
} | null {
  NAME.lastIndex = at;
  const name = NAME.exec(text)?.[0];
  if (name === undefined || name.startsWith('!')) return null;
  const attributes = new Map<string, string>();
  let next = NAME.lastIndex;
  while (attributes.size < MOST_ATTRIBUTES) {
    ATTRIBUTE.lastIndex = next;
    const found = ATTRIBUTE.exec(text);
    if (!found) break;
    attributes.set(found[1] ?? '', unescaped(found[2] ?? found[3] ?? ''));
    next = ATTRIBUTE.lastIndex;
  }
  END_OF_TAG.lastIndex = next;
  const end = END_OF_TAG.exec(text);
  return end && { name, attributes, empty: end[1] === '/', end: END_OF_TAG.lastIndex };
}

function behind(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at < 0 ? text.length : at + mark.length;
}

function unescaped(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(ENTITY, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return NAMED[name.toLowerCase()] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : ' ';
  });
}
