/**
 * JSON that also says what JSON cannot: typed arrays, NaN, infinities, negative zero and undefined come back as they were,
 * at any depth. What has no such form (class instances, functions, cycles) is refused.
 *
 * A tag is an object of one key: `{ "$Float32Array": "base64" }`, `{ "$number": "NaN" }`, `{ "$undefined": 0 }`. An object
 * that could be taken for a tag is itself tagged: `{ "$object": { … } }`.
 */
import { SimilarityError } from '../errors.ts';

const TYPED_ARRAYS = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
} as const;

type TypedArrayName = keyof typeof TYPED_ARRAYS;

/**
 * @param argument the caller's name for the value
 * @throws SimilarityError WRONG_SHAPE where something in it cannot be written
 */
export function stringifyTagged(argument: string, value: unknown): string {
  return JSON.stringify(tag(argument, value, []));
}

/** The reverse of {@link stringifyTagged}. Throws a SyntaxError where the text is no JSON. */
export function parseTagged(text: string): unknown {
  return untag(JSON.parse(text));
}

function tag(path: string, value: unknown, parents: readonly object[]): unknown {
  if (value === undefined) return { $undefined: 0 };
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0) ? value : tagNumber(value);
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value !== 'object') throw unwritable(path, `a ${typeof value}`);
  if (ArrayBuffer.isView(value)) return tagView(path, value);
  if (parents.includes(value)) throw unwritable(path, 'part of itself');
  const within = [...parents, value];
  if (Array.isArray(value)) return Array.from(value, (entry, i) => tag(`${path}[${i}]`, entry, within));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw unwritable(path, `a ${value.constructor.name}`);
  // Without a prototype, so that even a key `__proto__` is an entry like any other.
  const tagged = Object.create(null) as Record<string, unknown>;
  for (const [key, entry] of Object.entries(value)) tagged[key] = tag(`${path}.${key}`, entry, within);
  return isTag(tagged) ? { $object: tagged } : tagged;
}

function tagNumber(value: number): unknown {
  return { $number: Object.is(value, -0) ? '-0' : String(value) };
}

function tagView(path: string, view: ArrayBufferView): unknown {
  const name = (view as Uint8Array)[Symbol.toStringTag] as string;
  if (!(name in TYPED_ARRAYS)) throw unwritable(path, `a ${name}`);
  return { [`$${name}`]: Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('base64') };
}

function isTag(value: object): boolean {
  const keys = Object.keys(value);
  return keys.length === 1 && keys[0]?.startsWith('$') === true;
}

function untag(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(untag);
  if (!isTag(value)) return untagEntries(value);
  const [[key, content]] = Object.entries(value) as [[string, unknown]];
  if (key === '$undefined') return undefined;
  if (key === '$number') return Number(content);
  if (key === '$object') return untagEntries(content as object);
  const bytes = Uint8Array.from(Buffer.from(content as string, 'base64'));
  return new TYPED_ARRAYS[key.slice(1) as TypedArrayName](bytes.buffer);
}

function untagEntries(value: object): object {
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, untag(entry)]));
}

function unwritable(path: string, what: string): SimilarityError {
  return new SimilarityError('WRONG_SHAPE', path, {
    expected: `it is ${what}; JSON values and typed arrays can be stored`,
  });
}
