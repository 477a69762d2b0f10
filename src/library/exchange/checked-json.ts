import { createHash } from 'node:crypto';

/** SHA-256, in hex, of the JSON of all fields of a file but `sha256` itself, in their order. */
export function sumOf({ sha256: _, ...rest }: { readonly sha256: string }): string {
  return createHash('sha256').update(JSON.stringify(rest)).digest('hex');
}

/** The text of a file that carries its checksum as its last field. */
export function checkedJson<Content extends { readonly sha256: string }>(content: Content): string {
  return JSON.stringify({ ...content, sha256: sumOf(content) });
}
