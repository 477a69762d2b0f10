/** Reads the addresses of the three schemes. Null is an address that means nothing, whatever its author had in mind. */

/** `app://semblance/assets/a.js` → `assets/a.js`; the bare address is `index.html`. Plain names only, so no way upwards. */
export function pageFile(url: string): string | null {
  const parsed = parse(url, 'app:', 'semblance');
  if (parsed === null) return null;
  if (parsed === '') return 'index.html';
  return /^(?:[\w-]+\/)*[\w-]+(?:\.[\w-]+)+$/.test(parsed) ? parsed : null;
}

/** `thumb://picture/HASH` → the content hash. */
export function thumbnailHash(url: string): string | null {
  const parsed = parse(url, 'thumb:', 'picture');
  return parsed !== null && /^[0-9a-f]{64}$/.test(parsed) ? parsed : null;
}

/** `photo://picture/ID` → the picture's row id. */
export function pictureId(url: string): number | null {
  const parsed = parse(url, 'photo:', 'picture');
  if (parsed === null || !/^[1-9][0-9]{0,15}$/.test(parsed)) return null;
  const id = Number(parsed);
  return Number.isSafeInteger(id) ? id : null;
}

/** `photo://difference/A-B` → the row ids of two pictures. */
export function picturePair(url: string): { readonly a: number; readonly b: number } | null {
  const [, first, second] =
    /^([1-9][0-9]{0,15})-([1-9][0-9]{0,15})$/.exec(parse(url, 'photo:', 'difference') ?? '') ?? [];
  const [a, b] = [Number(first), Number(second)];
  return Number.isSafeInteger(a) && Number.isSafeInteger(b) ? { a, b } : null;
}

/** The path without its first slash, escapes left as they are: none of the names above needs one. */
function parse(url: string, scheme: string, host: string): string | null {
  if (!URL.canParse(url)) return null;
  const { protocol, hostname, pathname } = new URL(url);
  return protocol === scheme && hostname === host ? pathname.replace(/^\//, '') : null;
}
