import type * as Constants from 'node-av/constants';
import type * as FFmpeg from 'node-av/lib';
import type { CodecContext, FormatContext, Frame, Packet, SoftwareScaleContext, Stream } from 'node-av/lib';
import { DECODED_RESIZE } from '../../../compute/preprocess.ts';
import { FileFailureError } from '../decode-protocol.ts';
import type { PictureMetadata } from '../picture-metadata.ts';
import { turnOf, type Pixels, type Turn } from './display-matrix.ts';
import { toSrgb, type Primaries, type Transfer } from './frame-colours.ts';
import { isCutOff } from './video-content.ts';
import { videoMetadata } from './video-metadata.ts';

/** 8192 × 4320: the frames that a decoder keeps of more than that take more memory than a file may. */
const MAX_PIXELS = 36e6;

/** Containers that are opened. FFmpeg knows many more, among them lists that name other files and addresses. */
const CONTAINERS = 'mov,mp4,matroska,webm,avi,mpegts,mpeg,asf';

/** Packets between a place that was sought and the key frame there: other streams lie between, and of a transport stream much. */
const MOST_PACKETS = 5_000;

/** A frame, at most 512 pixels a side, square pixels, sRGB; as it is stored, not turned. */
export interface VideoFrame extends Pixels {
  /** Seconds from the start. */
  readonly at: number;
}

interface Loaded {
  readonly av: typeof FFmpeg;
  readonly c: typeof Constants;
}

let loaded: Promise<Loaded> | null = null;

/** Loads FFmpeg at the first video: 40 MB that most libraries' workers never need. */
async function ffmpeg(): Promise<Loaded> {
  loaded ??= Promise.all([import('node-av/lib'), import('node-av/constants')]).then(([av, c]) => {
    // what it thinks of damaged files goes to nobody
    av.Log.setLevel(c.AV_LOG_QUIET);
    return { av, c };
  });
  return loaded;
}

interface Parts extends Loaded {
  readonly format: FormatContext;
  readonly stream: Stream;
  readonly codec: CodecContext;
}

/** The picture stream of a video file. Synchronous, on the thread of the process that calls it; to be closed. */
export class VideoReader {
  readonly #parts: Parts;
  readonly #packet: Packet;
  readonly #frame: Frame;
  readonly #scaler: SoftwareScaleContext;
  /** Seconds of one tick of the stream's clock. */
  readonly #tick: number;
  /** Seconds on the container's clock where it starts. */
  readonly #start: number;
  #skipping = '';

  private constructor(parts: Parts) {
    const { av, format, stream } = parts;
    this.#parts = parts;
    this.#packet = new av.Packet();
    this.#packet.alloc();
    this.#frame = new av.Frame();
    this.#frame.alloc();
    this.#scaler = new av.SoftwareScaleContext();
    this.#scaler.allocContext();
    this.#tick = stream.timeBase.num / stream.timeBase.den;
    this.#start = isKnown(parts.c, format.startTime) ? Number(format.startTime) / 1e6 : 0;
  }

  /** @throws FileFailureError FILE_DAMAGED, FILE_TOO_LARGE, VIDEO_UNSUPPORTED, VIDEO_SOUND_ONLY */
  static async open(path: string): Promise<VideoReader> {
    const { av, c } = await ffmpeg();
    const format = new av.FormatContext();
    // FFmpeg takes the options over, and frees them
    const options = av.Dictionary.fromObject({ protocol_whitelist: 'file', format_whitelist: CONTAINERS });
    let codec: CodecContext | null = null;
    try {
      if (format.openInputSync(`file:${path}`, null, options) < 0 || format.findStreamInfoSync(null) < 0) {
        throw damaged('it cannot be opened');
      }
      if (await isCutOff(path)) throw damaged('it was cut off');
      const stream = pictureStream(av, c, format);
      codec = openDecoder(av, stream);
      return new VideoReader({ av, c, format, stream, codec });
    } catch (error) {
      codec?.freeContext();
      format.closeInputSync();
      throw error;
    }
  }

  close(): void {
    this.#packet.free();
    this.#frame.free();
    this.#scaler.freeContext();
    this.#parts.codec.freeContext();
    this.#parts.format.closeInputSync();
  }

  /** Its length in seconds; null where the container does not say, as of a recording in a browser. */
  get seconds(): number | null {
    const { c, format } = this.#parts;
    return isKnown(c, format.duration) && format.duration > 0n ? Number(format.duration) / 1e6 : null;
  }

  /** As it is stored, not turned. Its pixels may be wider than high. */
  get size(): { readonly width: number; readonly height: number } {
    const { width, height } = this.#parts.stream.codecpar;
    return { width: Math.max(1, Math.round(width * this.#pixelAspect())), height };
  }

  get turn(): Turn {
    return turnOf(this.#parts.stream.codecpar.getCodedSideData(this.#parts.c.AV_PKT_DATA_DISPLAYMATRIX));
  }

  /** What the container says of the taking. */
  get metadata(): PictureMetadata {
    return videoMetadata({ ...this.#parts.stream.metadata?.getAll(), ...this.#parts.format.metadata?.getAll() });
  }

  /** `mp4`, `mov`, `mkv`, `webm`, `avi`, … */
  get container(): string {
    const { iformat, metadata } = this.#parts.format;
    const name = iformat?.name ?? '';
    if (name.startsWith('mov')) return metadata?.get('major_brand')?.startsWith('qt') === true ? 'mov' : 'mp4';
    // the two differ in what they may hold
    if (name.startsWith('matroska')) return /^(?:vp8|vp9|av1|libvpx|libdav1d)/.test(this.#decoder) ? 'webm' : 'mkv';
    return name;
  }

  get #decoder(): string {
    return this.#parts.av.Codec.findDecoder(this.#parts.stream.codecpar.codecId)?.name ?? '';
  }

  #pixelAspect(): number {
    const { num, den } = this.#parts.stream.codecpar.sampleAspectRatio;
    const aspect = num / den;
    return aspect >= 0.1 && aspect <= 10 ? aspect : 1;
  }

  /**
   * The last key frame at or before a time.
   *
   * @param seen key frames that are not wanted again, by {@link VideoReader.keyOf}; this one is added
   * @returns `seen` where it was seen already; null where the file gives none
   */
  keyFrameBefore(at: number, seen: Set<bigint>): VideoFrame | 'seen' | null {
    if (!this.#seek(at, 'nokey')) return null;
    for (let i = 0; i < MOST_PACKETS && this.#read(); i++) {
      if (!this.#packet.isKeyframe) continue;
      const key = isKnown(this.#parts.c, this.#packet.pts) ? this.#packet.pts : this.#packet.dts;
      if (seen.has(key)) return 'seen';
      seen.add(key);
      return this.#decodeAlone();
    }
    return null;
  }

  /** The frames nearest after each of some times (ascending), decoded one after another from the key frame before the first. */
  *framesAt(times: readonly number[], spared: 'noref' | 'none' = 'none'): Generator<VideoFrame> {
    const [first] = times;
    if (first === undefined || !this.#seek(first, spared === 'none' ? 'default' : spared)) return;
    let next = 0;
    for (const at of this.#decodeOn()) {
      const wanted = times[next];
      if (wanted === undefined) return;
      // a frame is shown until the next comes: one that began just before is the one
      if (at < wanted - 0.002) continue;
      while ((times[next] ?? Infinity) <= at + 0.002) next++;
      const frame = this.#converted(at);
      if (frame) yield frame;
    }
  }

  /** Key frames from the start to the end, at least `apart()` seconds apart. */
  *keyFrames(apart: () => number): Generator<VideoFrame> {
    if (!this.#seek(0, 'nokey')) this.#skip('nokey');
    let last = -Infinity;
    for (const at of this.#decodeOn()) {
      if (at < last + apart()) continue;
      last = at;
      const frame = this.#converted(at);
      if (frame) yield frame;
    }
  }

  #skip(what: string): void {
    if (what === this.#skipping) return;
    this.#parts.codec.setOption('skip_frame', what);
    this.#skipping = what;
  }

  #seek(at: number, skipped: string): boolean {
    const { c, format, stream, codec } = this.#parts;
    const ticks = BigInt(Math.round((at + this.#start + 0.001) / this.#tick));
    this.#skip(skipped);
    codec.flushBuffers();
    return format.seekFrameSync(stream.index, ticks, c.AVSEEK_FLAG_BACKWARD) >= 0;
  }

  /** Reads on to the next packet of the pictures; false at the end, or where the file cannot be read on. */
  #read(): boolean {
    const { format, stream } = this.#parts;
    for (;;) {
      this.#packet.unref();
      if (format.readFrameSync(this.#packet) < 0) return false;
      if (this.#packet.streamIndex === stream.index) return true;
    }
  }

  /** The frame of the packet that was read, by itself. */
  #decodeAlone(): VideoFrame | null {
    const { codec } = this.#parts;
    codec.sendPacketSync(this.#packet);
    // decoders keep frames back for those that are shown before them: they give it out where nothing follows
    codec.sendPacketSync(null);
    const at = this.#receive();
    codec.flushBuffers();
    return at === null ? null : this.#converted(at);
  }

  /** Decodes on from where the file is, to its end. Gives the time of each frame, which {@link #converted} makes pixels of. */
  *#decodeOn(): Generator<number> {
    const { codec } = this.#parts;
    for (;;) {
      const more = this.#read();
      codec.sendPacketSync(more ? this.#packet : null);
      for (let at = this.#receive(); at !== null; at = this.#receive()) yield at;
      if (!more) return;
    }
  }

  #receive(): number | null {
    const { c, codec } = this.#parts;
    while (codec.receiveFrameSync(this.#frame) >= 0) {
      const time = this.#frame.bestEffortTimestamp;
      if (isKnown(c, time)) return Math.max(0, Number(time) * this.#tick - this.#start);
    }
    return null;
  }

  /** The frame that was received, as pixels; null where the decoder found it damaged. */
  #converted(at: number): VideoFrame | null {
    const { c } = this.#parts;
    const frame = this.#frame;
    if (frame.hasFlags(c.AV_FRAME_FLAG_CORRUPT) || frame.decodeErrorFlags !== 0) return null;
    const { transfer, primaries } = this.#colours();
    const deep = transfer !== 'sdr' || primaries !== 'bt709';
    const data = this.#scaled(deep ? c.AV_PIX_FMT_RGB48LE : c.AV_PIX_FMT_RGB24);
    if (!data) return null;
    const { width, height } = this.#target();
    if (!deep) return { at, data, width, height };
    return { at, data: toSrgb(new Uint16Array(new Uint8Array(data).buffer), transfer, primaries), width, height };
  }

  #colours(): { readonly transfer: Transfer; readonly primaries: Primaries } {
    const { c } = this.#parts;
    const { colorTrc, colorPrimaries } = this.#frame;
    const hdr = colorTrc === c.AVCOL_TRC_SMPTE2084 ? 'pq' : colorTrc === c.AVCOL_TRC_ARIB_STD_B67 ? 'hlg' : null;
    const p3 = colorPrimaries === c.AVCOL_PRI_SMPTE431 || colorPrimaries === c.AVCOL_PRI_SMPTE432;
    const wide = colorPrimaries === c.AVCOL_PRI_BT2020 ? 'bt2020' : p3 ? 'p3' : 'bt709';
    return { transfer: hdr ?? 'sdr', primaries: wide };
  }

  #target(): { readonly width: number; readonly height: number } {
    const [width, height] = [this.#frame.width * this.#pixelAspect(), this.#frame.height];
    const scale = Math.min(1, DECODED_RESIZE.width / width, DECODED_RESIZE.height / height);
    return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
  }

  #scaled(format: Frame['format']): Uint8Array | null {
    const { av, c } = this.#parts;
    const source = this.#frame;
    // what says nothing of its matrix is by custom that of its time: large pictures BT.709, small ones BT.601
    if (source.colorSpace === c.AVCOL_SPC_UNSPECIFIED && source.height >= 720) source.colorSpace = c.AVCOL_SPC_BT709;
    const scaled = new av.Frame();
    scaled.alloc();
    try {
      const { width, height } = this.#target();
      scaled.width = width;
      scaled.height = height;
      scaled.format = format;
      // the light stays coded as it is: what follows reads it
      scaled.colorTrc = source.colorTrc;
      scaled.colorPrimaries = source.colorPrimaries;
      if (scaled.getBuffer() < 0 || this.#scaler.scaleFrameSync(scaled, source) < 0) return null;
      return scaled.toBuffer();
    } finally {
      scaled.free();
    }
  }
}

function pictureStream(av: typeof FFmpeg, c: typeof Constants, format: FormatContext): Stream {
  const stream = format.streams[format.findBestStream(c.AVMEDIA_TYPE_VIDEO)];
  // the cover of a piece of music is no film
  if (!stream || stream.disposition & c.AV_DISPOSITION_ATTACHED_PIC) {
    throw new FileFailureError('VIDEO_SOUND_ONLY', 'This file holds sound and no pictures.');
  }
  const { width, height, codecId } = stream.codecpar;
  if (width * height > MAX_PIXELS) {
    throw new FileFailureError(
      'FILE_TOO_LARGE',
      `The video has ${width} × ${height} pixels; up to 8192 × 4320 can be decoded safely.`,
    );
  }
  if (!av.Codec.findDecoder(codecId)) throw unsupported(av.avGetCodecName(codecId) ?? 'an unknown codec');
  return stream;
}

function openDecoder(av: typeof FFmpeg, stream: Stream): CodecContext {
  const decoder = av.Codec.findDecoder(stream.codecpar.codecId);
  const codec = new av.CodecContext();
  codec.allocContext3(decoder);
  try {
    codec.parametersToContext(stream.codecpar);
    codec.pktTimebase = stream.timeBase;
    // one process a core, so one thread a process
    codec.threadCount = 1;
    codec.setOption('max_pixels', String(MAX_PIXELS));
    if (codec.open2Sync(decoder, null) < 0) throw unsupported(av.avGetCodecName(stream.codecpar.codecId) ?? '');
    return codec;
  } catch (error) {
    codec.freeContext();
    throw error;
  }
}

function isKnown(c: typeof Constants, time: bigint): boolean {
  return time !== c.AV_NOPTS_VALUE;
}

function unsupported(codec: string): FileFailureError {
  return new FileFailureError('VIDEO_UNSUPPORTED', `Videos of this kind cannot be read (${codec}).`);
}

export function damaged(reason: string): FileFailureError {
  return new FileFailureError('FILE_DAMAGED', `The video is damaged or incomplete (${reason}).`);
}
