import type { ComparedPicture } from '../../catalog/duplicate-store.ts';
import { SIGNATURE_SIDE } from '../../media/signature.ts';
import { greyGrid, isFramed } from '../comparing/grey-grid.ts';
import { byKeeping } from './kept-order.ts';
import { GLANCE_VALUES, writeGlance } from '../comparing/rough-look.ts';

const CELLS = SIGNATURE_SIDE ** 2;
const HASH = 32;

/** What pairs are compared by, as threads share it, by place: 450 bytes a picture. */
export interface SharedPictures {
  /** Of a picture that is not compared, as a video, all 0: it is flat, and like nothing. */
  readonly signatures: Uint8Array;
  /** See `writeGlance`; of a picture that was not looked at yet nothing, and 0 among the others. */
  readonly glances: Int8Array;
  readonly glanced: Uint8Array;
  /** Pixels: width and height in turn. */
  readonly sizes: Uint32Array;
  readonly hashes: Uint8Array;
}

/** Pictures in the order in which they are best kept, those with a frame last: of two that are the same, the one without is the picture. */
export function inKeepingOrder(
  pictures: readonly ComparedPicture[],
  signatureOf: (id: number) => Uint8Array | undefined,
): ComparedPicture[] {
  const framed = new Set<number>();
  for (const { id } of pictures) {
    const signature = signatureOf(id);
    if (signature && isFramed(greyGrid(signature))) framed.add(id);
  }
  return pictures.toSorted((a, b) => Number(framed.has(a.id)) - Number(framed.has(b.id)) || byKeeping(a, b));
}

/** @param signatureOf undefined where there is none, or the picture is not to be compared */
export function sharePictures(
  pictures: readonly ComparedPicture[],
  signatureOf: (id: number) => Uint8Array | undefined,
): SharedPictures {
  const n = pictures.length;
  const shared = {
    signatures: new Uint8Array(new SharedArrayBuffer(CELLS * n)),
    glances: new Int8Array(new SharedArrayBuffer(GLANCE_VALUES * n)),
    glanced: new Uint8Array(new SharedArrayBuffer(n)),
    sizes: new Uint32Array(new SharedArrayBuffer(8 * n)),
    hashes: new Uint8Array(new SharedArrayBuffer(HASH * n)),
  };
  for (const [place, { id, width, height, hash, seconds }] of pictures.entries()) {
    shared.sizes.set([width, height], 2 * place);
    shared.hashes.set(Buffer.from(hash, 'hex'), HASH * place);
    const signature = seconds === null ? signatureOf(id) : undefined;
    if (signature) shared.signatures.set(signature, CELLS * place);
  }
  return shared;
}

export function signatureAt({ signatures }: SharedPictures, place: number): Uint8Array {
  return signatures.subarray(CELLS * place, CELLS * (place + 1));
}

/** Where the glance of a picture begins, which is worked out when it is first asked for: by two threads at once it is the same. */
export function glanceAt(pictures: SharedPictures, place: number): number {
  const { glances, glanced } = pictures;
  const at = GLANCE_VALUES * place;
  if (glanced[place] === 0) {
    writeGlance(greyGrid(signatureAt(pictures, place)), glances, at);
    Atomics.store(glanced, place, 1);
  }
  return at;
}

/** Hexadecimal. */
export function hashAt({ hashes }: SharedPictures, place: number): string {
  return Buffer.from(hashes.subarray(HASH * place, HASH * (place + 1))).toString('hex');
}
