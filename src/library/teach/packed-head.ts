import { createHash } from 'node:crypto';
import type { HeadWeights } from '../../compute/training/head.ts';

/** A head as bytes: inputs, outputs, whether there is a bias (uint32 each), float32 values, SHA-256 of all before. Little-endian. */
export interface PackedHead {
  readonly weights: HeadWeights;
  readonly inputs: number;
  readonly outputs: number;
}

const HEADER = 12;
const SUM = 32;

export function packHead({ weights: { kernel, bias }, inputs, outputs }: PackedHead): Uint8Array {
  if (kernel.length !== inputs * outputs)
    throw new RangeError(`${kernel.length} values are not ${inputs} × ${outputs}`);
  const header = new Uint8Array(Uint32Array.of(inputs, outputs, bias === null ? 0 : 1).buffer);
  const values = [kernel, ...(bias === null ? [] : [bias])].map(
    (part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength),
  );
  const body = Buffer.concat([header, ...values]);
  return Buffer.concat([body, createHash('sha256').update(body).digest()]);
}

/** Reads what {@link packHead} wrote. RangeError where it is cut off or damaged. */
export function unpackHead(bytes: Uint8Array): PackedHead {
  const body = bytes.subarray(0, Math.max(0, bytes.length - SUM));
  const sum = createHash('sha256').update(body).digest();
  if (body.length < HEADER || !sum.equals(bytes.subarray(body.length))) throw new RangeError('a head that is damaged');
  // a copy of its own: float32 views want an offset that is a multiple of 4
  const { buffer } = Uint8Array.from(body);
  const [inputs = 0, outputs = 0, hasBias = 0] = new Uint32Array(buffer, 0, 3);
  const length = inputs * outputs;
  if (body.length !== HEADER + 4 * (length + (hasBias === 0 ? 0 : outputs)))
    throw new RangeError('a head of another size');
  const kernel = new Float32Array(buffer, HEADER, length);
  const bias = hasBias === 0 ? null : new Float32Array(buffer, HEADER + 4 * length, outputs);
  return { weights: { kernel, bias }, inputs, outputs };
}
