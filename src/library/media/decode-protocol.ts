import type { PixelRequest } from '../../compute/encoders/pixels.ts';
import type { FileFailureCode } from '../../contract/errors.ts';
import type { PictureMetadata } from './picture-metadata.ts';

/** What a decode worker is asked. Paths are absolute. */
export type DecodeRequest = { readonly id: number } & (
  | {
      readonly type: 'decode';
      readonly from: { readonly path: string } | { readonly bytes: Uint8Array };
      /** Hashes of known content of the same length: on a match nothing is decoded. */
      readonly known: readonly string[];
      /** The folder to write the thumbnail into; null: give it back. */
      readonly thumbsFolder: string | null;
      /** How encoders want the picture: pixels are made for each, from the one decode. */
      readonly pixels: readonly PixelRequest[];
    }
  /** Only what a sidecar or a known picture says of itself. */
  | { readonly type: 'metadata'; readonly path: string }
  /** Only the pixels of an encoder: the picture is known. */
  | { readonly type: 'pixels'; readonly path: string; readonly pixels: PixelRequest }
  /** The same of a moment of a video, in seconds from the start. */
  | { readonly type: 'moment'; readonly path: string; readonly at: number; readonly pixels: PixelRequest }
  /** Renders a picture that browsers cannot show into a WebP file. */
  | { readonly type: 'render'; readonly path: string; readonly target: string; readonly side: number }
);

/** Everything that one decode gives. */
export interface DecodedPicture {
  readonly hash: string;
  readonly bytes: number;
  readonly format: string;
  /** Upright. */
  readonly width: number;
  readonly height: number;
  /** What is in the file itself. */
  readonly metadata: PictureMetadata;
  /** Encoder pixels, RGB: for each request, in order. */
  readonly pixels: readonly Uint8Array[];
  /** Brightness on a grid: recognises copies. See `signature.ts`. */
  readonly signature: Uint8Array;
  /** WebP; null where it was written to the thumbs folder. */
  readonly thumbnail: Uint8Array | null;
  /** Of a video: the picture is its poster. */
  readonly video: DecodedVideo | null;
}

interface DecodedVideo {
  readonly seconds: number;
  /** Where the poster is, in seconds from the start. */
  readonly at: number;
  /** The other moments that stand for it, in the order of time. */
  readonly moments: readonly DecodedMoment[];
}

/** A moment of a video, as a picture. */
interface DecodedMoment extends Pick<DecodedPicture, 'hash' | 'pixels' | 'signature' | 'thumbnail'> {
  readonly at: number;
}

export type DecodeReply = {
  readonly id: number;
  /** The process has grown much: another is to take over. */
  readonly spent?: true;
} & (
  | { readonly type: 'decoded'; readonly picture: DecodedPicture }
  | { readonly type: 'known'; readonly hash: string }
  | { readonly type: 'pixels'; readonly hash: string; readonly pixels: Uint8Array }
  | { readonly type: 'metadata'; readonly metadata: PictureMetadata }
  | { readonly type: 'moment'; readonly pixels: Uint8Array }
  /** Not an answer: a large file is still being read. */
  | { readonly type: 'reading' }
  | { readonly type: 'rendered' }
  | { readonly type: 'failed'; readonly code: FileFailureCode; readonly message: string }
  /** The disk, not the file, is at fault: this ends the run. */
  | { readonly type: 'disk'; readonly code: string | undefined; readonly message: string }
);

/** A failure of one file, with the code that the failures list shows. */
export class FileFailureError extends Error {
  readonly code: FileFailureCode;

  constructor(code: FileFailureCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'FileFailureError';
    this.code = code;
  }
}
