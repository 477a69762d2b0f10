import { FileFailureError } from './decode-protocol.ts';

/** libvips has one kind of error, a text; what it says of the file decides the code. */
export function decodeFailure(error: unknown): FileFailureError {
  if (error instanceof FileFailureError) return error;
  const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  if (/unsupported image format|contains unsupported/i.test(reason)) {
    return new FileFailureError('FILE_NOT_A_PICTURE', 'The content is no picture, whatever its name says.', {
      cause: error,
    });
  }
  if (/compression format|support for this|no decoding plugin|unsupported codec/i.test(reason)) {
    return new FileFailureError('FORMAT_UNSUPPORTED', `This kind of picture cannot be read yet (${reason}).`, {
      cause: error,
    });
  }
  if (/pixel limit/i.test(reason)) {
    return new FileFailureError('FILE_TOO_LARGE', 'The picture has too many pixels to be decoded safely.', {
      cause: error,
    });
  }
  return new FileFailureError('FILE_DAMAGED', `The picture is damaged or incomplete (${reason}).`, { cause: error });
}
