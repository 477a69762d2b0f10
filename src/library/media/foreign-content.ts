import { FileFailureError } from './decode-protocol.ts';

/**
 * What a file is that no decoder here takes, whatever its name says: a picture of another format. Null where its content is
 * of no kind that is known.
 */
export function foreignContent(bytes: Uint8Array): FileFailureError | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(16, bytes.byteLength));
  const hex = head.toString('hex');
  if (hex.startsWith('0000000c6a502020') || hex.startsWith('ff4fff51')) return unsupported('JPEG 2000');
  return null;
}

function unsupported(format: string): FileFailureError {
  return new FileFailureError(
    'FORMAT_UNSUPPORTED',
    `${format} files cannot be read. Export the picture as JPEG or PNG beside it.`,
  );
}
