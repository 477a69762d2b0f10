import { cpuSeconds } from '../guarded-work.ts';
import { sampleTimes } from './moments.ts';
import type { VideoFrame, VideoReader } from './video-reader.ts';

/**
 * What looking through a video may cost, of the processor: half of what its guard gives a file. Where that is over, what was seen by then,
 * spread evenly over the video, has to do.
 */
const KEY_FRAME_SECONDS = 3;
const BETWEEN_SECONDS = 5;

/** Frames of a video that does not say how long it is: where there are twice as many, every other is dropped. */
const MOST_FRAMES = 72;

/** Seconds between two of them at first. */
const LEAST_APART = 0.25;

/** What was seen of a video. */
interface Seen {
  /** In the order of time, at least one. */
  readonly frames: VideoFrame[];
  readonly seconds: number;
}

/**
 * Looks through a video: at the key frames nearest to evenly spread times, which costs the same however long it is, and where key frames
 * lie farther apart than these times also at frames between them.
 *
 * @returns frames in the order of time, none where not one can be decoded
 */
export function sampleFrames(reader: VideoReader): Seen {
  const clock = cpuSeconds();
  const spent = (): number => cpuSeconds() - clock;
  const { seconds } = reader;
  if (seconds === null) return readThrough(reader, spent);
  const times = sampleTimes(seconds);
  const { frames, uncovered } = keyFrames(reader, times, spent);
  if (frames.length === 0) return readThrough(reader, spent);
  for (const run of runs(uncovered, times)) {
    if (spent() > BETWEEN_SECONDS) break;
    for (const frame of reader.framesAt(run, 'noref')) {
      frames.push(frame);
      if (spent() > BETWEEN_SECONDS) break;
    }
  }
  return { frames: inOrder(frames), seconds };
}

/** Key frames for these times, and the times whose key frame was another's already: those lie between key frames. */
function keyFrames(
  reader: VideoReader,
  times: readonly number[],
  spent: () => number,
): { readonly frames: VideoFrame[]; readonly uncovered: number[] } {
  const seen = new Set<bigint>();
  const frames: VideoFrame[] = [];
  const uncovered: number[] = [];
  for (const time of times) {
    if (spent() > KEY_FRAME_SECONDS) break;
    const found = reader.keyFrameBefore(time, seen);
    if (found === 'seen') uncovered.push(time);
    else if (found) frames.push(found);
  }
  return { frames, uncovered: uncovered.sort((a, b) => a - b) };
}

/** Times that follow each other in all that were asked for: each such run is decoded in one go. */
function runs(uncovered: readonly number[], times: readonly number[]): number[][] {
  const place = new Map([...times].sort((a, b) => a - b).map((time, i) => [time, i]));
  const result: number[][] = [];
  for (const time of uncovered) {
    const run = result.at(-1);
    if (run && place.get(run.at(-1) ?? -1) === (place.get(time) ?? 0) - 1) run.push(time);
    else result.push([time]);
  }
  return result;
}

/** Key frames from the start to the end, as many as fit into the time. */
function readThrough(reader: VideoReader, spent: () => number): Seen {
  let frames: VideoFrame[] = [];
  let apart = LEAST_APART;
  let last = 0;
  for (const frame of reader.keyFrames(() => apart)) {
    frames.push(frame);
    last = frame.at;
    if (frames.length > 2 * MOST_FRAMES) {
      frames = frames.filter((_, i) => i % 2 === 0);
      apart *= 2;
    }
    if (spent() > BETWEEN_SECONDS) break;
  }
  return { frames: inOrder(frames), seconds: reader.seconds ?? last };
}

/** By time, each once: a time may have led to a frame that another did. */
function inOrder(frames: readonly VideoFrame[]): VideoFrame[] {
  const byTime = new Map(frames.map((frame) => [Math.round(1000 * frame.at), frame]));
  return [...byTime.values()].sort((a, b) => a.at - b.at);
}
