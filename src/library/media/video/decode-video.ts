import { createHash } from 'node:crypto';
import type { PixelRequest } from '../../../compute/encoders/pixels.ts';
import type { DecodedPicture } from '../decode-protocol.ts';
import { deriveFrom, pixelsFor } from '../small-picture.ts';
import { turned } from './display-matrix.ts';
import { chooseMoments, glanceAt, mostMoments } from './moments.ts';
import { sampleFrames } from './sample-frames.ts';
import { damaged, VideoReader } from './video-reader.ts';

/** The content hash that a moment of a video goes by: of the video's and of when it is, so that it is the same in every library. */
function momentHash(videoHash: string, at: number): string {
  return createHash('sha256')
    .update(`${videoHash} at ${Math.round(1000 * at)} ms`)
    .digest('hex');
}

/**
 * Decodes the moments that stand for a video: the poster as the picture itself, the others beside it. Takes some seconds of the processor
 * at most, however long the video is.
 *
 * @param hash of the whole file
 * @throws FileFailureError as `VideoReader.open`
 */
export async function decodeVideo(
  path: string,
  file: { readonly hash: string; readonly bytes: number },
  requests: readonly PixelRequest[],
): Promise<DecodedPicture> {
  const reader = await VideoReader.open(path);
  try {
    const { frames, seconds } = sampleFrames(reader);
    if (frames.length === 0) throw damaged('none of its frames can be decoded');
    const glances = frames.map(({ at, data, width, height }) => ({ at, grid: glanceAt(data, width, height) }));
    const { turn, size, container, metadata } = reader;
    const [poster, ...moments] = await Promise.all(
      chooseMoments(glances, mostMoments(seconds)).flatMap((i) => {
        const frame = frames[i];
        return frame ? [deriveFrom(turned(frame, turn), requests).then((made) => ({ ...made, at: frame.at }))] : [];
      }),
    );
    if (!poster) throw damaged('none of its frames can be decoded');
    const lying = turn.degrees === 90 || turn.degrees === 270;
    return {
      ...file,
      format: container,
      width: lying ? size.height : size.width,
      height: lying ? size.width : size.height,
      metadata,
      pixels: poster.pixels,
      signature: poster.signature,
      thumbnail: poster.thumbnail,
      video: {
        seconds,
        at: poster.at,
        moments: moments.map((made) => ({ ...made, hash: momentHash(file.hash, made.at) })),
      },
    };
  } finally {
    reader.close();
  }
}

/** The pixels of an encoder at a moment of a video. @throws FileFailureError FILE_DAMAGED where there is no such frame */
export async function decodeMoment(path: string, at: number, request: PixelRequest): Promise<Uint8Array> {
  const reader = await VideoReader.open(path);
  try {
    for (const frame of reader.framesAt([at])) return await pixelsFor(turned(frame, reader.turn), request);
    throw damaged(`there is no frame at ${at.toFixed(2)} s`);
  } finally {
    reader.close();
  }
}
