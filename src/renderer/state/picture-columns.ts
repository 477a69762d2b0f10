import { LAYOUT_ROW_BYTES, layoutCount, layoutRow } from '../../contract/picture-layout.ts';

/**
 * All pictures of the library, newest first, as columns over the packed rows that the service sends: no object per picture,
 * so that 200,000 of them are 12 MB and laid out in milliseconds. Never changed in place: `merged` gives a new one.
 */
export class PictureColumns {
  static readonly NONE = new PictureColumns(new Uint8Array(0));

  readonly count: number;
  readonly ids: Uint32Array;
  readonly whens: Float64Array;
  readonly aspects: Float32Array;
  /** Lengths of videos; 0 for pictures. */
  readonly seconds: Float32Array;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.count = layoutCount(bytes);
    this.ids = new Uint32Array(this.count);
    this.whens = new Float64Array(this.count);
    this.aspects = new Float32Array(this.count);
    this.seconds = new Float32Array(this.count);
    for (let i = 0, offset = 0; i < this.count; i++, offset += LAYOUT_ROW_BYTES) {
      this.whens[i] = view.getFloat64(offset, true);
      this.ids[i] = view.getUint32(offset + 8, true);
      this.aspects[i] = view.getFloat32(offset + 12, true);
      this.seconds[i] = view.getFloat32(offset + 16, true);
    }
    this.#bytes = bytes;
  }

  /** Content hash of the picture at `index`, 64 hex digits: decoded when it is shown, not before. */
  hash(index: number): string {
    return layoutRow(this.#bytes, index).hash;
  }

  /** The place of a picture in the order; -1 where the library does not have it. */
  indexOf(id: number): number {
    return this.ids.indexOf(id);
  }

  largestId(): number {
    return this.ids.reduce((largest, id) => Math.max(largest, id), 0);
  }

  /** Those of these pictures, in their order. */
  only(ids: ReadonlySet<number>): PictureColumns {
    const kept = new Uint8Array(this.#bytes.byteLength);
    let length = 0;
    for (let i = 0; i < this.count; i++) {
      if (!ids.has(this.ids[i] ?? 0)) continue;
      kept.set(this.#bytes.subarray(i * LAYOUT_ROW_BYTES, (i + 1) * LAYOUT_ROW_BYTES), length);
      length += LAYOUT_ROW_BYTES;
    }
    return new PictureColumns(kept.slice(0, length));
  }

  /** These pictures and those of `bytes`, newest first. Rows that are here already are left out. */
  merged(bytes: Uint8Array): PictureColumns {
    const known = new Set(this.ids);
    const added = new PictureColumns(bytes);
    const order = [...added.ids.keys()]
      .filter((i) => !known.has(added.ids[i] ?? 0))
      .sort((a, b) => added.#order(a, added, b));
    if (order.length === 0) return this;
    const joined = new Uint8Array(this.#bytes.byteLength + order.length * LAYOUT_ROW_BYTES);
    let from = 0;
    let written = 0;
    for (const row of order) {
      // Blocks between two new rows are copied whole: a merge of a few rows into 200,000 is one pass of memory.
      const upTo = this.#placeFor(added, row, from);
      joined.set(this.#bytes.subarray(from * LAYOUT_ROW_BYTES, upTo * LAYOUT_ROW_BYTES), written);
      written += (upTo - from) * LAYOUT_ROW_BYTES;
      joined.set(added.#bytes.subarray(row * LAYOUT_ROW_BYTES, (row + 1) * LAYOUT_ROW_BYTES), written);
      written += LAYOUT_ROW_BYTES;
      from = upTo;
    }
    joined.set(this.#bytes.subarray(from * LAYOUT_ROW_BYTES), written);
    return new PictureColumns(joined);
  }

  /** Below zero where row `a` of these comes before row `b` of `others`: the newer first, of equals the later added. */
  #order(a: number, others: PictureColumns, b: number): number {
    return (others.whens[b] ?? 0) - (this.whens[a] ?? 0) || (others.ids[b] ?? 0) - (this.ids[a] ?? 0);
  }

  #placeFor(added: PictureColumns, row: number, from: number): number {
    let low = from;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#order(middle, added, row) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
