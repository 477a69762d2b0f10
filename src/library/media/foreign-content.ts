import { FILE_FAILURES } from '../../contract/errors.ts';
import { FileFailureError } from './decode-protocol.ts';

/**
 * What a file is that no decoder here takes, whatever its name says: a picture of another format, or a film. Null where its content is
 * of no kind that is known.
 */
export function foreignContent(bytes: Uint8Array): FileFailureError | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(16, bytes.byteLength));
  const hex = head.toString('hex');
  if (hex.startsWith('0000000c6a502020') || hex.startsWith('ff4fff51')) return unsupported('JPEG 2000');
  const riff = head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 11) === 'AVI';
  // MP4 and MOV, Matroska and WebM, AVI
  if (head.toString('latin1', 4, 8) === 'ftyp' || hex.startsWith('1a45dfa3') || riff) {
    return new FileFailureError('VIDEO_UNSUPPORTED', FILE_FAILURES.VIDEO_UNSUPPORTED);
  }
  return null;
}

function unsupported(format: string): FileFailureError {
  return new FileFailureError(
    'FORMAT_UNSUPPORTED',
    `${format} files cannot be read. Export the picture as JPEG or PNG beside it.`,
  );
}
